import { randomInt } from "node:crypto";
import { now } from "./time.ts";

const ID = /^[0-9a-f]{24}$/;
const COUNTER_LIMIT = 2 ** 48;

let lastMillisecond = 0;
let counter = 0;

/** Whether `value` has the form of an id: 24 lower-case hex digits (R1). */
export function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

/** An id for a moment and a sequence: 48 bits of epoch milliseconds, then 48 bits that order and tell apart. */
export function composeId(milliseconds: number, sequence: number): string {
  return milliseconds.toString(16).padStart(12, "0") + sequence.toString(16).padStart(12, "0");
}

/**
 * A new id. Ids of one process strictly grow, also when the clock is set back, so that ties in a sort
 * fall in the order of creation (R7). Across processes the random start of each millisecond tells them apart.
 */
export function newId(): string {
  const millisecond = now();
  if (millisecond > lastMillisecond) {
    lastMillisecond = millisecond;
    // The top bit stays clear: there is always room to count up within the millisecond.
    counter = randomInt(COUNTER_LIMIT / 2);
  } else {
    counter += 1;
  }
  return composeId(lastMillisecond, counter);
}
