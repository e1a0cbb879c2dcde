import { DELIVER_STEPS, FETCH_STEPS, NOTIFY_STEPS, RECEIVE_STEPS } from "../../src/domain/fail-points.ts";

/** Where one run's process dies: at a named step, the n-th time that it is reached; or, with null, at any moment. */
export interface Death {
  step: string | null;
  times: number;
}

/** Every step once. */
export const STEPS: readonly string[] = [...RECEIVE_STEPS, ...FETCH_STEPS, ...DELIVER_STEPS, ...NOTIFY_STEPS];

/** One run in so many ends at any moment and not at a step. */
const ANY_MOMENT = 5;

const MOST_TIMES = 6;

/** Each step in turn and, in between, any moment. The first round is at the first time of each; a mailbox is opened once. */
export function planDeaths(runs: number): Death[] {
  let taken = 0;
  return Array.from({ length: runs }, (_, run) => {
    if (run % ANY_MOMENT === ANY_MOMENT - 1) return { step: null, times: 1 };
    const step = STEPS[taken % STEPS.length] ?? null;
    const once = taken < STEPS.length || step === "fetch.opened";
    const times = once ? 1 : 1 + Math.floor(Math.random() * MOST_TIMES);
    taken += 1;
    return { step, times };
  });
}
