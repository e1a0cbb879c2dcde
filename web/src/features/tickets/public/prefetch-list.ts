import { queryClient } from "../../../api/query-client.ts";
import { sessionQuery } from "../../../api/queries/session.ts";
import { ticketPageQuery } from "../../../api/queries/tickets.ts";
import { FIRST_PLACE, placePath, readPlace } from "../../../lib/places.ts";
import { filterOf } from "../place-filter.ts";
import { sortOf } from "../sorts.ts";

/**
 * Asks for the first page of the list behind an address, while the code of its screen is still on its way, or the pointer
 * on the link to it. Saved searches are left out: what they search for is not known yet.
 */
export async function prefetchList(pathname: string, { q = "", sort }: { q?: string; sort?: string }): Promise<void> {
  const me = queryClient.getQueryData(sessionQuery.queryKey)?.user.id;
  const place = readPlace(pathname, q)?.place;
  if (me === undefined || place === undefined || place.kind === "saved") return;
  if (place.kind === "search" && place.q.trim() === "") return;
  const list = { filter: filterOf(place, me), sort: sortOf(place, sort) };
  await queryClient.prefetchQuery(ticketPageQuery(list, 1));
}

/** So long, in milliseconds, the first screen waits for its list: drawn once, it is there sooner than drawn twice. */
const FIRST_WAIT = 300;
let first: Promise<void> | null = null;

/**
 * On the way in: asks for the list behind the address as soon as it is known who asks, before anything is drawn. A session
 * that has ended is found out by whoever needs it.
 */
export function beginFirstList({ pathname, search }: Location): void {
  const path = pathname === "/" ? placePath(FIRST_PLACE) : pathname;
  const { q, sort } = Object.fromEntries(new URLSearchParams(search)) as { q?: string; sort?: string };
  if (readPlace(path, q ?? "") === null) return;
  first = queryClient.ensureQueryData(sessionQuery).then(
    async () => await prefetchList(path, { q, sort }),
    () => undefined,
  );
}

/** The list of the first screen, if it comes soon; nothing later on. */
export async function firstList(): Promise<void> {
  const wanted = first;
  first = null;
  if (wanted === null) return;
  await Promise.race([wanted, new Promise((resolve) => setTimeout(resolve, FIRST_WAIT))]);
}
