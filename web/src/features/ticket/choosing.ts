import type { Id } from "../../api/types.ts";
import { createStore } from "../../lib/store.ts";

/** The messages that are being chosen to be split off, in one ticket at a time; null: none are. */
export const choosing = createStore<{ ticketId: Id; ids: ReadonlySet<Id> } | null>(null);

export function toggleChosen(id: Id): void {
  choosing.set((now) => {
    if (now === null) return null;
    const ids = new Set(now.ids);
    if (!ids.delete(id)) ids.add(id);
    return { ...now, ids };
  });
}
