import type { Engine } from "./places.ts";

export interface BenchOptions {
  engine: Engine;
  /** Tickets of the large data set; the small one has 10,000. */
  tickets: number;
  /** The folder in which data sets are kept from run to run. */
  data: string;
  /** Messages in the mailbox that the mail bench fetches. */
  messages: number;
}

/** What a bench found: ratios to a goal or a ceiling, and the figures behind them. */
export interface Measured {
  ratios: Record<string, number>;
  figures: Record<string, number | string>;
}

export interface BenchRun extends BenchOptions {
  /** For progress, in words. */
  tell: (line: string) => void;
  /** Which of the names that the bench measures are asked for. */
  wants: (name: string) => boolean;
}

/** Measures one area. */
export type Bench = (run: BenchRun) => Promise<Measured>;

/** Three digits that count. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** How often a second something was done that took until now from `start` (as `performance.now()` says). */
export function perSecond(times: number, start: number): number {
  return rounded(times / ((performance.now() - start) / 1000));
}

/** The value that so many of a hundred do not exceed; the largest of fewer than a hundred for 99. */
export function percentile(values: readonly number[], hundredths: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * hundredths) / 100) - 1)] ?? 0;
}
