import type { Engine } from "./places.ts";

export interface BenchOptions {
  engine: Engine;
  /** Messages in the mailbox that the mail bench fetches. */
  messages: number;
}

/** What a bench found: ratios to a goal or a ceiling, and the figures behind them. */
export interface Measured {
  ratios: Record<string, number>;
  figures: Record<string, number | string>;
}

/** Measures one area. `tell` is for progress, in words. */
export type Bench = (options: BenchOptions & { tell: (line: string) => void }) => Promise<Measured>;

/** Three digits that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** How often a second something was done that took until now from `start` (as `performance.now()` says). */
export function perSecond(times: number, start: number): number {
  return rounded(times / ((performance.now() - start) / 1000));
}
