import { setFlagsFromString } from "node:v8";
import { SECOND } from "./time.ts";

/** So long after the last large thing memory goes before speed, in milliseconds. */
const CALM = 10 * SECOND;

let calm: NodeJS.Timeout | undefined;

/**
 * Tells V8 that much is passing through that nobody keeps: a program that starts, a mailbox of years. It collects sooner until
 * ten seconds after the last call, which costs a quarter of the speed of reads meanwhile and saves as much as all that is alive
 * (docs/performance.md). Call it as often as you like.
 */
export function preferMemory(): void {
  if (calm !== undefined) {
    calm.refresh();
    return;
  }
  setFlagsFromString("--optimize-for-size");
  calm = setTimeout(() => {
    calm = undefined;
    setFlagsFromString("--no-optimize-for-size");
  }, CALM).unref();
}
