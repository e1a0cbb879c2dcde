import { readKept } from "../../lib/kept.ts";
import { type Place, placePath } from "../../lib/places.ts";
import { createStore } from "../../lib/store.ts";
import { hasWords } from "./has-words.ts";

/** The orders of a list, as the API spells them. */
const SORTS = ["-updated_at", "updated_at", "-created_at", "created_at", "user_id,-updated_at"] as const;
export type Sort = (typeof SORTS)[number] | typeof BEST_MATCH;

/** The order of a search for words, as long as nobody chooses another. */
const BEST_MATCH = "relevance";

export const SORTS_KEY = "sorts";

/** The order chosen for each place, kept by this browser; searches share one, so that no words are kept. */
export const chosenSorts = createStore<Readonly<Record<string, Sort>>>(readSorts());

export function isSort(text: unknown): text is Sort {
  return text === BEST_MATCH || SORTS.some((sort) => sort === text);
}

/** The orders that a place can have; the first is its own. Without words to be relevant to there is no best match. */
export function sortsOf(place: Place): readonly [Sort, ...Sort[]] {
  return place.kind === "search" && hasWords(place.q) ? [BEST_MATCH, ...SORTS] : SORTS;
}

/** The order of a place: one that the address names (`?sort=`), else the kept one, else its own. */
export function sortOf(place: Place, asked: unknown): Sort {
  const sorts = sortsOf(place);
  const wanted = isSort(asked) ? asked : chosenSorts.get()[sortName(place)];
  return wanted !== undefined && sorts.includes(wanted) ? wanted : sorts[0];
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
