import { queryOptions } from "@tanstack/react-query";
import { get } from "../client.ts";
import type { Id, SearchHit } from "../types.ts";

/** Where in these tickets (at most 100) the words of a search are: its subject, and at most three messages of each. */
export function searchHitsQuery(q: string, ids: readonly Id[]) {
  return queryOptions({
    queryKey: ["search-hits", q, ids],
    queryFn: async ({ signal }): Promise<ReadonlyMap<Id, readonly SearchHit[]>> =>
      Map.groupBy(await get<SearchHit[]>("/search-hits", { q, ticket_ids: ids }, signal), (hit) => hit.ticket_id),
    enabled: ids.length > 0 && q.trim() !== "",
  });
}
