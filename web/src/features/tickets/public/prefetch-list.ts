import { queryClient } from "../../../api/query-client.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import { ticketPageQuery } from "../../../api/queries/tickets.ts";
import { readPlace } from "../../../lib/places.ts";
import { filterOf } from "../place-filter.ts";
import { isSort, keptSort } from "../use-sort.ts";

/**
 * Asks for the first page of the list behind an address, while the code of its screen is still on its way, or the pointer
 * on the link to it. Saved searches are left out: what they search for is not known yet.
 */
export function prefetchList(pathname: string, { q = "", sort }: { q?: string; sort?: string }): void {
  const me = queryClient.getQueryData(sessionQuery.queryKey)?.user.id;
  const place = readPlace(pathname, q)?.place;
  if (me === undefined || place === undefined || place.kind === "saved") return;
  if (place.kind === "search" && place.q.trim() === "") return;
  const list = { filter: filterOf(place, me), sort: isSort(sort) ? sort : keptSort(place) };
  void queryClient.prefetchQuery(ticketPageQuery(list, 1));
}
