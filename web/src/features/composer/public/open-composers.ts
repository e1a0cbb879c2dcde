import type { Id } from "../../../api/types.ts";
import { createStore, useStore } from "../../../lib/store.ts";

/** The tickets at whose end a composer is open now. */
export const openComposers = createStore<ReadonlySet<Id>>(new Set());

export function setComposerOpen(ticketId: Id, open: boolean): void {
  openComposers.set((tickets) => {
    if (tickets.has(ticketId) === open) return tickets;
    const next = new Set(tickets);
    if (open) next.add(ticketId);
    else next.delete(ticketId);
    return next;
  });
}

/** Whether one is writing at the end of this ticket: what else offers to answer steps aside. */
export function useComposerOpen(ticketId: Id): boolean {
  return useStore(openComposers).has(ticketId);
}
