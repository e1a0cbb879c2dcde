import type { TicketRow } from "../../api/types.ts";
import { createStore } from "../../lib/store.ts";
import { prefetchTicket } from "./public/prefetch-ticket.ts";

export interface Peeked {
  row: TicketRow;
  /** By key it stays, and goes along with the focus, until it is closed. */
  byKey: boolean;
}

export const peeked = createStore<Peeked | null>(null);

/** How long the pointer rests on a row before it is shown more of it; going on to the next is quicker. */
const DELAY = 800;
const WARM_DELAY = 250;

/** Long enough for a pointer that only passes by: then what it rests on may be opened next. */
const PREFETCH_AFTER = 60;

let timer: ReturnType<typeof setTimeout> | undefined;
let soon: ReturnType<typeof setTimeout> | undefined;
let aimed: string | null = null;

/** The pointer is on a row. */
export function aimPeek(row: TicketRow): void {
  if (aimed === row.id || peeked.get()?.byKey === true) return;
  const warm = peeked.get() !== null;
  clearTimeout(timer);
  clearTimeout(soon);
  aimed = row.id;
  soon = setTimeout(() => prefetchTicket(row.id), PREFETCH_AFTER);
  timer = setTimeout(() => peeked.set({ row, byKey: false }), warm ? WARM_DELAY : DELAY);
}

/** The pointer has left, or something else happens. What was opened by a key stays. */
export function leavePeek(): void {
  clearTimeout(timer);
  clearTimeout(soon);
  aimed = null;
  if (peeked.get()?.byKey !== true) peeked.set(null);
}

export function closePeek(): void {
  clearTimeout(timer);
  aimed = null;
  peeked.set(null);
}
