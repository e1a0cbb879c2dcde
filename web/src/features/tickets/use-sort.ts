import { useNavigate, useSearch } from "@tanstack/react-router";
import { readKept, writeKept } from "../../lib/kept.ts";
import { type Place, placePath } from "../../lib/places.ts";
import { createStore, useStore } from "../../lib/store.ts";

/** The orders of a list, as the API spells them. */
export const SORTS = ["-updated_at", "updated_at", "-created_at", "created_at", "user_id,-updated_at"] as const;
export type Sort = (typeof SORTS)[number];

const KEY = "sorts";
const MOST = 50;

/** The order chosen for each place, kept by this browser; searches share one, so that no words are kept. */
const chosen = createStore<Readonly<Record<string, Sort>>>(readSorts());

export function isSort(text: unknown): text is Sort {
  return SORTS.some((sort) => sort === text);
}

/** The order of a place, and how to change it. One in the address (`?sort=`) goes before the kept one. */
export function useSort(place: Place): [Sort, (sort: Sort) => void] {
  const kept = useStore(chosen)[nameOf(place)] ?? SORTS[0];
  const { sort: asked } = useSearch({ strict: false });
  const navigate = useNavigate();
  const choose = (sort: Sort): void => {
    chosen.set((sorts) => Object.fromEntries([...Object.entries(sorts), [nameOf(place), sort] as const].slice(-MOST)));
    writeKept(KEY, JSON.stringify(chosen.get()));
    if (asked === undefined) return;
    void navigate({ to: ".", search: (search: object) => ({ ...search, sort: undefined }), replace: true });
  };
  return [isSort(asked) ? asked : kept, choose];
}

/** The same, outside of a screen. */
export function keptSort(place: Place): Sort {
  return chosen.get()[nameOf(place)] ?? SORTS[0];
}

function nameOf(place: Place): string {
  return place.kind === "search" ? "/search" : placePath(place);
}

function readSorts(): Record<string, Sort> {
  try {
    const kept = JSON.parse(readKept(KEY) ?? "{}") as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(kept).flatMap(([name, sort]) => (isSort(sort) ? [[name, sort] as const] : [])),
    );
  } catch {
    return {};
  }
}
