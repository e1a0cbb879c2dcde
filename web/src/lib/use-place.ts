import { useLocation } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Place, FIRST_PLACE, readPlace } from "./places.ts";

export interface Shown {
  place: Place;
  ticketId: string | null;
}

/** Which list is shown and which ticket is open, read from the address. On screens that are no list: the first one, and none. */
export function usePlace(): Shown {
  return useShownPlace() ?? NOWHERE;
}

const NOWHERE: Shown = { place: FIRST_PLACE, ticketId: null };

/** The same, or null on screens that are no list. */
export function useShownPlace(): Shown | null {
  const { pathname, search } = useLocation();
  const q = (search as { q?: string }).q ?? "";
  return useMemo(() => readPlace(pathname, q), [pathname, q]);
}
