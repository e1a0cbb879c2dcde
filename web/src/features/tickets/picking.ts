import type { RefObject } from "react";
import type { TicketRow } from "../../api/types.ts";
import { createStore } from "../../lib/store.ts";
import type { PickKind } from "./actions.ts";
import type { Targets } from "./use-bulk.ts";

/** A colleague, labels, an inbox or a time that is being picked for some tickets. */
export interface Picking {
  kind: PickKind;
  targets: Targets;
  /** The rows of the targets that are known, as they were when it began. */
  rows: readonly TicketRow[];
}

export const picking = createStore<Picking | null>(null);

/** Where it floats: a button, a row, a point under the pointer. */
export const pickAnchor: RefObject<HTMLElement | null> = { current: null };

export function pick(next: Picking, anchor: HTMLElement | null): void {
  pickAnchor.current = anchor;
  picking.set(next);
}
