import { useNavigate, useSearch } from "@tanstack/react-router";
import { writeKept } from "../../lib/kept.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { SORTS_KEY, type Sort, chosenSorts, sortName, sortOf } from "./sorts.ts";

const MOST = 50;

/** The order of a place, and how to change it. One in the address (`?sort=`) goes before the kept one. */
export function useSort(place: Place): [Sort, (sort: Sort) => void] {
  useStore(chosenSorts);
  const { sort: asked } = useSearch({ strict: false });
  const navigate = useNavigate();
  const choose = (sort: Sort): void => {
    chosenSorts.set((sorts) =>
      Object.fromEntries([...Object.entries(sorts), [sortName(place), sort] as const].slice(-MOST)),
    );
    writeKept(SORTS_KEY, JSON.stringify(chosenSorts.get()));
    if (asked === undefined) return;
    void navigate({ to: ".", search: (search: object) => ({ ...search, sort: undefined }), replace: true });
  };
  return [sortOf(place, asked), choose];
}
