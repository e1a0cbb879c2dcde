import { createStore } from "../lib/store.ts";

/** What lies over the whole screen. One at a time. */
export const overlays = createStore<"palette" | "keys" | null>(null);

export function closeOverlay(): void {
  overlays.set(null);
}
