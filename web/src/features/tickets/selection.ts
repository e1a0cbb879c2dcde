import type { Id } from "../../api/types.ts";
import { createStore } from "../../lib/store.ts";

/** The tickets that are selected in the list that is shown. Another list begins with none. */
export interface Selection {
  ids: ReadonlySet<Id>;
  /** Everything that the list's filter matches, also what was never shown. */
  all: boolean;
  /** Where a range begins: the row that was selected last. */
  anchor: number | null;
}

const NONE: Selection = { ids: new Set(), all: false, anchor: null };

export const selection = createStore<Selection>(NONE);

export function clearSelection(): void {
  if (selection.get().ids.size > 0) selection.set(NONE);
}

export function toggleSelected(id: Id, at: number): void {
  selection.set(({ ids }) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, all: false, anchor: at };
  });
}

/** Adds tickets; those between two rows, or all that are shown. */
export function addSelected(added: readonly Id[]): void {
  selection.set(({ ids, anchor }) => ({ ids: new Set([...ids, ...added]), all: false, anchor }));
}

export function selectAll(): void {
  selection.set((current) => ({ ...current, all: true }));
}

/** Tickets that have left the list are no longer selected. */
export function unselect(gone: readonly Id[]): void {
  selection.set((current) => {
    const ids = new Set(current.ids);
    for (const id of gone) ids.delete(id);
    return ids.size === 0 ? NONE : { ...current, ids };
  });
}
