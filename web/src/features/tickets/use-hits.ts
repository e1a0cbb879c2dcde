import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { LIST_PAGE } from "../../api/queries/ticket-page.ts";
import { searchHitsQuery } from "../../api/queries/search-hits.ts";
import type { Id, SearchHit } from "../../api/types.ts";
import type { LoadedList } from "./use-list.ts";

type Hits = ReadonlyMap<Id, readonly SearchHit[]>;

/** Where the words of a search are in the rows that are read, asked for page by page. */
export function useHits(q: string, { rows }: LoadedList): Hits {
  const pages = new Map<number, Id[]>();
  if (q !== "") {
    for (const [at, { id }] of rows) {
      const page = Math.floor(at / LIST_PAGE);
      const ids = pages.get(page);
      if (ids === undefined) pages.set(page, [id]);
      else ids.push(id);
    }
  }
  return useQueries({ queries: [...pages.values()].map((ids) => searchHitsQuery(q, ids)), combine: together });
}

function together(results: UseQueryResult<Hits>[]): Hits {
  return new Map(results.flatMap(({ data }) => [...(data ?? [])]));
}
