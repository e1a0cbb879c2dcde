import { setFlagsFromString } from "node:v8";
import { SECOND } from "./time.ts";

/** So long after the last large thing memory goes before speed, in milliseconds. */
const CALM = 10 * SECOND;

let calm: NodeJS.Timeout | undefined;
let calmAt = 0;

/**
 * Tells V8 that much is passing through that nobody keeps: a program that starts, a mailbox of years. It collects sooner until
 * `milliseconds` after the last call, which costs a quarter of the speed of reads and pauses of 30 ms meanwhile, and saves as much as all that is alive
 * (docs/performance.md). Call it as often as you like.
 */
export function preferMemory(milliseconds = CALM): void {
  const end = performance.now() + milliseconds;
  if (end <= calmAt) return;
  if (calm === undefined) setFlagsFromString("--optimize-for-size");
  else clearTimeout(calm);
  calmAt = end;
  calm = setTimeout(() => {
    calm = undefined;
    setFlagsFromString("--no-optimize-for-size");
  }, milliseconds).unref();
}
