import { MINUTE, SECOND } from "./time.ts";

/**
 * The rate limit of an account (C1): two fixed windows, each opened by the first request in it. The minute holds credits,
 * the second holds requests.
 */
export interface CreditLimits {
  /** 0 means unlimited. */
  creditsPerMinute: number;
  /** 0 means unlimited. */
  requestsPerSecond: number;
}

export interface CreditWindows {
  /** When the minute was opened, epoch milliseconds. */
  minuteStart: number;
  creditsUsed: number;
  /** When the second was opened, epoch milliseconds. */
  secondStart: number;
  requestsUsed: number;
}

export type Admission = "admitted" | "out_of_credits" | "burst";

export const CLOSED_WINDOWS: CreditWindows = { minuteStart: 0, creditsUsed: 0, secondStart: 0, requestsUsed: 0 };

/** The windows as they stand at a moment: those that are over are opened anew. */
export function windowsAt(windows: CreditWindows, at: number): CreditWindows {
  const minuteOver = at >= windows.minuteStart + MINUTE || at < windows.minuteStart;
  const secondOver = at >= windows.secondStart + SECOND || at < windows.secondStart;
  return {
    minuteStart: minuteOver ? at : windows.minuteStart,
    creditsUsed: minuteOver ? 0 : windows.creditsUsed,
    secondStart: secondOver ? at : windows.secondStart,
    requestsUsed: secondOver ? 0 : windows.requestsUsed,
  };
}

/** Whether a request of this price fits into windows that are open at its moment: all of it, or it is refused. */
export function admit(windows: CreditWindows, limits: CreditLimits, price: number): Admission {
  if (limits.requestsPerSecond > 0 && windows.requestsUsed + 1 > limits.requestsPerSecond) return "burst";
  if (limits.creditsPerMinute > 0 && windows.creditsUsed + price > limits.creditsPerMinute) return "out_of_credits";
  return "admitted";
}

/** Whole seconds until the credits are back, at least 1 (C2). */
export function secondsUntilReset(windows: CreditWindows, at: number): number {
  return Math.max(1, Math.ceil((windows.minuteStart + MINUTE - at) / SECOND));
}
