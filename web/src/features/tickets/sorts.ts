import { readKept } from "../../lib/kept.ts";
import { type Place, placePath } from "../../lib/places.ts";
import { createStore } from "../../lib/store.ts";

/** The orders of a list, as the API spells them. */
export const SORTS = ["-updated_at", "updated_at", "-created_at", "created_at", "user_id,-updated_at"] as const;
export type Sort = (typeof SORTS)[number];

export const SORTS_KEY = "sorts";

/** The order chosen for each place, kept by this browser; searches share one, so that no words are kept. */
export const chosenSorts = createStore<Readonly<Record<string, Sort>>>(readSorts());

export function isSort(text: unknown): text is Sort {
  return SORTS.some((sort) => sort === text);
}

/** The order of a place: one that the address names (`?sort=`), else the kept one. */
export function sortOf(place: Place, asked: unknown): Sort {
  return isSort(asked) ? asked : (chosenSorts.get()[sortName(place)] ?? SORTS[0]);
}

export function sortName(place: Place): string {
  return place.kind === "search" ? "/search" : placePath(place);
}

function readSorts(): Record<string, Sort> {
  try {
    const kept = JSON.parse(readKept(SORTS_KEY) ?? "{}") as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(kept).flatMap(([name, sort]) => (isSort(sort) ? [[name, sort] as const] : [])),
    );
  } catch {
    return {};
  }
}
