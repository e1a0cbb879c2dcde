import { DAY, HOUR } from "../domain/time.ts";

export const DEMO_DAYS = 730;

/** How much is written in each hour of a working day (UTC). */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 17, 15, 16, 17, 16, 14, 11, 9, 8, 7, 6, 4, 3];
const WEEKDAYS = [0.25, 1.25, 1.1, 1, 1, 0.9, 0.35];

/** Spreads tickets over the two years before `until`: busier in office hours, on Mondays, and as time goes by. */
export class Calendar {
  readonly #start: number;
  /** How much of everything lies before the end of each hour. */
  readonly #before: Float64Array;

  constructor(until: number) {
    this.#start = until - DEMO_DAYS * DAY;
    this.#before = new Float64Array(DEMO_DAYS * 24);
    let sum = 0;
    for (let index = 0; index < this.#before.length; index += 1) {
      const at = new Date(this.#start + index * HOUR);
      const growth = 1 + index / this.#before.length;
      sum += (HOURS[at.getUTCHours()] ?? 1) * (WEEKDAYS[at.getUTCDay()] ?? 1) * growth;
      this.#before[index] = sum;
    }
  }

  /** The moment before which this part (0 to 1) of all tickets was written; grows with it. */
  momentOf(part: number): number {
    const wanted = part * (this.#before.at(-1) ?? 0);
    let low = 0;
    let high = this.#before.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#before[middle] ?? 0) <= wanted) low = middle + 1;
      else high = middle;
    }
    const start = low === 0 ? 0 : (this.#before[low - 1] ?? 0);
    const within = (wanted - start) / ((this.#before[low] ?? 1) - start);
    return Math.floor(this.#start + (low + Math.min(within, 0.999_999)) * HOUR);
  }
}
