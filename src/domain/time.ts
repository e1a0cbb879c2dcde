/** Time is epoch milliseconds everywhere; text exists only at the edges. */

let readClock: () => number = Date.now;

/** The present, in epoch milliseconds. */
export function now(): number {
  return readClock();
}

/** Replaces the clock (tests only); without an argument the real one comes back. */
export function setClock(clock: () => number = Date.now): void {
  readClock = clock;
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `YYYY-MM-DDTHH:MM:SSZ` (R1): whole seconds, cut off, not rounded. */
export function formatTime(milliseconds: number): string {
  const day = Math.floor(milliseconds / DAY);
  const second = Math.floor((milliseconds - day * DAY) / SECOND);
  const minute = Math.floor(second / 60);
  return `${formatDay(day)}T${PAIRS[Math.floor(minute / 60)]}:${PAIRS[minute % 60]}:${PAIRS[second % 60]}Z`;
}

const PAIRS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** The days that were written last, as they are written: a list of a hundred tickets shows few. */
const days = new Map<number, string>();
const MOST_DAYS = 1000;

function formatDay(day: number): string {
  let text = days.get(day);
  if (text !== undefined) return text;
  if (days.size >= MOST_DAYS) days.clear();
  days.set(day, (text = new Date(day * DAY).toISOString().slice(0, -14)));
  return text;
}

const FIRST_TIME = Date.parse("0000-01-01T00:00:00.000Z");
const LAST_TIME = Date.parse("9999-12-31T23:59:59.999Z");

const ISO_8601 =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Reads an ISO 8601 time: a date, or date and time with optional seconds, fraction and offset; no zone means UTC (R8).
 * Returns epoch milliseconds, or null when it is unreadable or no such moment exists (30 February, 25:00).
 */
export function parseTime(text: string): number | null {
  const match = ISO_8601.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = match;
  const parts = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const utc = new Date(0);
  utc.setUTCFullYear(parts[0], parts[1], parts[2]);
  const sameDay = utc.getUTCMonth() === parts[1] && utc.getUTCDate() === parts[2];
  const leapSecond = parts[5] === 60;
  if (!sameDay || parts[3] > 23 || parts[4] > 59 || (parts[5] > 59 && !leapSecond)) return null;
  const offset = offsetMinutes(zone);
  if (offset === null) return null;
  utc.setUTCHours(parts[3], parts[4], Math.min(parts[5], 59), Math.floor(Number(`0.${fraction}`) * 1000));
  const time = utc.getTime() - offset * MINUTE;
  // An offset may lead out of the years that have four digits, and so out of what can be shown.
  return time >= FIRST_TIME && time <= LAST_TIME ? time : null;
}

function offsetMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
