import { setImmediate as nextTurn } from "node:timers/promises";

/** Milliseconds of one turn of the event loop that long work may take before all else has its turn. */
const LONGEST = 8;

let began: number | null = null;

/**
 * To be awaited between the steps of work that may take long and waits for nothing: once this turn of the event loop has taken
 * its share, the work goes on in the next one.
 */
export async function breathe(): Promise<void> {
  if (began === null) {
    began = performance.now();
    setImmediate(() => (began = null));
  } else if (performance.now() - began >= LONGEST) await nextTurn();
}
