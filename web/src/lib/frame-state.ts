import { readKept, writeKept } from "./kept.ts";
import { createStore } from "./store.ts";

/** What of the frame is open: shared by the frame and the panes that have a button for it. */
export interface FrameState {
  /** The rail over the screen, on medium and phone layouts. */
  railOpen: boolean;
  /** On the wide layout, the rail as icons only, and the customer beside the ticket: null as there is room (`use-panes.ts`). */
  rail: "small" | "full" | null;
  customer: "shown" | "hidden" | null;
  /** The customer over the ticket, on the other layouts. */
  customerOpen: boolean;
}

/** How wide the list beside a ticket can be made, in pixels; kept as `list-width`. */
export const LIST_WIDTH = { min: 300, max: 520 };

export const frameState = createStore<FrameState>({
  railOpen: false,
  rail: oneOf("small", "full", readKept("rail")),
  customer: oneOf("shown", "hidden", readKept("customer")),
  customerOpen: false,
});

function oneOf<A, B>(a: A, b: B, kept: unknown): A | B | null {
  return kept === a ? a : kept === b ? b : null;
}

export function openRail(railOpen: boolean): void {
  frameState.set((state) => ({ ...state, railOpen }));
}

/** Kept only while it differs from what there would be room for. */
export function chooseRail(rail: FrameState["rail"]): void {
  writeKept("rail", rail);
  frameState.set((state) => ({ ...state, rail }));
}

export function openCustomer(customerOpen: boolean): void {
  frameState.set((state) => ({ ...state, customerOpen }));
}

/** As above. */
export function chooseCustomer(customer: FrameState["customer"]): void {
  writeKept("customer", customer);
  frameState.set((state) => ({ ...state, customer }));
}
