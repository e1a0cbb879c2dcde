import { createStore } from "./store.ts";

/** What a screen reader is told next; `LiveRegion` in `ui/` holds it. */
export const announcement = createStore<{ text: string; id: number }>({ text: "", id: 0 });

/** Tells people who use a screen reader what others see: new mail, results, what an action did. */
export function announce(text: string): void {
  announcement.set(({ id }) => ({ text, id: id + 1 }));
}
