import { currentLocale, t } from "./t.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const made = new Map<string, unknown>();

/** Making a formatter costs a hundred times what using it does. */
function kept<T>(name: string, make: () => T): T {
  const key = `${currentLocale()} ${name}`;
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(JSON.stringify(options), () => new Intl.DateTimeFormat(currentLocale(), options));
}

/** The day and time in full, in the reader's zone: "Tuesday 24 November 2026 at 14:05". */
export function exactTime(time: string | number | Date): string {
  return dateFormat({ dateStyle: "full", timeStyle: "short" }).format(new Date(time));
}

/** For lists, where every letter counts: "14:05", "Tue", "24 Nov", "24/11/2025". */
export function shortTime(time: string | number | Date, now: number = Date.now()): string {
  const date = new Date(time);
  const days = daysBetween(date, new Date(now));
  if (days === 0) return clock(date);
  if (days > 0 && days < 7) return dateFormat({ weekday: "short" }).format(date);
  if (date.getFullYear() === new Date(now).getFullYear()) {
    return dateFormat({ day: "numeric", month: "short" }).format(date);
  }
  return dateFormat({ day: "numeric", month: "numeric", year: "numeric" }).format(date);
}

/** As people say it: "just now", "12 minutes ago", "yesterday 14:05", "Tuesday 14:05", "in 3 hours". */
export function relativeTime(time: string | number | Date, now: number = Date.now()): string {
  const date = new Date(time);
  const distance = date.getTime() - now;
  const days = daysBetween(date, new Date(now));
  if (Math.abs(distance) < MINUTE) return t("time.now");
  const relative = kept("relative", () => new Intl.RelativeTimeFormat(currentLocale(), { numeric: "auto" }));
  if (Math.abs(distance) < HOUR) return relative.format(Math.round(distance / MINUTE), "minute");
  if (days === 0) return relative.format(Math.round(distance / HOUR), "hour");
  if (Math.abs(days) === 1) return `${relative.format(-days, "day")} ${clock(date)}`;
  if (Math.abs(days) < 7) return `${dateFormat({ weekday: "long" }).format(date)} ${clock(date)}`;
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : ("numeric" as const);
  return `${dateFormat({ day: "numeric", month: "long", year }).format(date)} ${clock(date)}`;
}

export function clock(time: Date): string {
  return dateFormat({ timeStyle: "short" }).format(time);
}

/** Calendar days from `date` to `now` in the reader's zone: 1 is yesterday, -1 tomorrow. */
function daysBetween(date: Date, now: Date): number {
  const midnight = (each: Date): number => Date.UTC(each.getFullYear(), each.getMonth(), each.getDate());
  return Math.round((midnight(now) - midnight(date)) / DAY);
}

/** "640 bytes", "3 kB", "1.4 MB": decimal, as mail programs count. */
export function formatSize(bytes: number): string {
  const [unit, value] =
    bytes < 1000
      ? (["byte", bytes] as const)
      : bytes < 999_500
        ? (["kilobyte", bytes / 1e3] as const)
        : (["megabyte", bytes / 1e6] as const);
  const digits = unit === "megabyte" && value < 10 ? 1 : 0;
  const options = {
    style: "unit",
    unit,
    unitDisplay: unit === "byte" ? "long" : "short",
    maximumFractionDigits: digits,
  } as const;
  return new Intl.NumberFormat(currentLocale(), options).format(value);
}

export function formatNumber(value: number): string {
  return kept("number", () => new Intl.NumberFormat(currentLocale())).format(value);
}

/** "Maria, Ben and Chris". */
export function formatList(items: readonly string[]): string {
  return kept("list", () => new Intl.ListFormat(currentLocale(), { type: "conjunction" })).format(items);
}
