import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../../../api/queries/session.ts";
import type { Id } from "../../../api/types.ts";
import type { Place } from "../../../lib/places.ts";
import { useGo } from "../../../lib/use-go.ts";
import { lastPlaceOf, noteOpen } from "../list-memory.ts";
import { useList, usePlaceList } from "../use-list.ts";

export interface Neighbours {
  previous: Id | null;
  next: Id | null;
  /** From 0, in a list of `total`; null while it is not known. */
  at: number | null;
  total: number;
}

const NEAR = [-1, 0, 1] as const;

/**
 * The tickets before and after one in the list that it was opened from, for `[` and `]`. A ticket that has left the list
 * (it was closed) keeps its place: what moved up to it is the next one.
 */
export function useNeighbours(place: Place, ticketId: Id): Neighbours {
  const { list } = usePlaceList(place);
  const last = lastPlaceOf(place, ticketId);
  const loaded = useList(
    list,
    NEAR.map((step) => Math.max(0, (last ?? 0) + step)),
  );
  const found = loaded.places.get(ticketId);
  if (found !== undefined) noteOpen(place, ticketId, found);
  const at = found ?? last;
  if (at === null) return { previous: null, next: loaded.rows.get(0)?.id ?? null, at: null, total: loaded.total };
  return {
    previous: loaded.rows.get(at - 1)?.id ?? null,
    next: loaded.rows.get(found === undefined ? at : at + 1)?.id ?? null,
    at: found ?? null,
    total: loaded.total,
  };
}

/**
 * Where to go when the open ticket was closed, snoozed, moved, marked as spam or put into the trash: the next ticket of
 * its list (at the end the one before), or the list, as the preference `after_close` says. Call the result when the
 * action begins: `const goOn = useGoOn(place, ticketId); … goOn()`.
 */
export function useGoOn(place: Place, ticketId: Id): () => void {
  const { next, previous } = useNeighbours(place, ticketId);
  const { data: session } = useQuery(sessionQuery);
  const go = useGo();
  return () => {
    const target = session?.user.preferences.after_close === "list" ? null : (next ?? previous);
    if (target === null) go.place(place, true);
    else go.ticket(place, target, true);
  };
}
