import { readKept, writeKept } from "./kept.ts";
import { createStore } from "./store.ts";

/** What of the frame is open: shared by the frame and the panes that have a button for it. */
export interface FrameState {
  /** The rail over the screen, on medium and phone layouts. */
  railOpen: boolean;
  /** The rail as icons only, on the wide layout. */
  railSmall: boolean;
  /** The customer beside the ticket on the wide layout; over it on the others. */
  customerShown: boolean;
  customerOpen: boolean;
}

/** How wide the list beside a ticket is, in pixels; kept as `list-width`. */
export const LIST_WIDTH = { start: 360, min: 300, max: 520 };

export const frameState = createStore<FrameState>({
  railOpen: false,
  railSmall: readKept("rail") === "small",
  customerShown: readKept("customer") !== "hidden",
  customerOpen: false,
});

export function openRail(railOpen: boolean): void {
  frameState.set((state) => ({ ...state, railOpen }));
}

export function toggleRail(): void {
  frameState.set((state) => {
    writeKept("rail", state.railSmall ? null : "small");
    return { ...state, railSmall: !state.railSmall };
  });
}

export function openCustomer(customerOpen: boolean): void {
  frameState.set((state) => ({ ...state, customerOpen }));
}

export function toggleCustomer(): void {
  frameState.set((state) => {
    writeKept("customer", state.customerShown ? "hidden" : null);
    return { ...state, customerShown: !state.customerShown };
  });
}
