import { splitComments } from "./comments.ts";

/**
 * Reads a Date field (RFC 5322 3.3 and 4.3) and what broken programs write: two-digit years, named zones, blanks
 * around colons, asctime and ISO order. An unreadable time of day leaves the day at midnight, an unknown zone is UTC
 * (RFC 5322 4.3). Null where no day can be read, or the year lies outside 1900 to 2199: such a date would sort its
 * message for ever to one end of every list.
 */
export function readMailDate(text: string): { date: Date | null; problem: string | null } {
  const plain = splitComments(text.slice(0, 1000))
    .text.slice(0, 200)
    .replace(/\s*:\s*/g, ":")
    .replace(/\s+/g, " ")
    .trim();
  const day = readDay(plain);
  if (day === null) return { date: null, problem: plain === "" ? "the date is empty" : "the date cannot be read" };
  const time = readTime(day.rest);
  const zone = readZone(time.rest);
  const midnight = Date.UTC(day.year, day.month, day.day);
  const check = new Date(midnight);
  if (check.getUTCMonth() !== day.month || day.year < 1900 || day.year > 2199) {
    return { date: null, problem: "the date is no day of the years 1900 to 2199" };
  }
  const date = new Date(midnight + time.seconds * 1000 - zone.minutes * 60_000);
  return { date, problem: time.problem ?? zone.problem };
}

type Day = { year: number; month: number; day: number; rest: string };

function readDay(text: string): Day | null {
  const mail = /^(?:[^\d]*[\s,])?(\d{1,2})[ .-]{1,2}([A-Za-z]{3})[a-z]*[ .,-]{1,2}(\d{2,4})(?!\d)(.*)$/.exec(text);
  if (mail) return makeDay(mail[3], monthOf(mail[2]), mail[1], mail[4]);
  const iso = /^(\d{4})-(\d{2})-(\d{2})[T ]?(.*)$/.exec(text);
  if (iso) return makeDay(iso[1], Number(iso[2]) - 1, iso[3], iso[4]);
  // asctime: "Mon May  2 16:07:05 [EDT] 2005 [+0200]", and "May 8, 2005 1:17 PM"
  const asctime = /^(?:[A-Za-z]{3,9},? )?([A-Za-z]{3})[a-z]* (\d{1,2}) ([\d:]+)((?: [A-Z]{1,5})?) (\d{4})(.*)$/.exec(
    text,
  );
  if (asctime) {
    return makeDay(asctime[5], monthOf(asctime[1]), asctime[2], `${asctime[3]}${asctime[6] || asctime[4]}`);
  }
  const american = /^(?:[A-Za-z]{3,9},? )?([A-Za-z]{3})[a-z]* (\d{1,2}),? (\d{4})(.*)$/.exec(text);
  return american ? makeDay(american[3], monthOf(american[1]), american[2], american[4]) : null;
}

function makeDay(year = "", month: number, day = "", rest = ""): Day | null {
  if (month < 0 || month > 11) return null;
  const number = Number(year);
  // RFC 5322 4.3: two digits up to 49 are this century, else the last; three digits count from 1900.
  const full = year.length === 4 ? number : year.length === 2 && number < 50 ? 2000 + number : 1900 + number;
  return { year: full, month, day: Number(day), rest: rest.trim() };
}

function monthOf(name = ""): number {
  const at = "janfebmaraprmayjunjulaugsepoctnovdec".indexOf(name.toLowerCase());
  return at % 3 === 0 ? at / 3 : -1;
}

function readTime(text: string): { seconds: number; rest: string; problem: string | null } {
  const match = /^[,T]? ?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)? ?([AaPp][Mm]\b)?(.*)$/.exec(text);
  const [, hour, minute, second = "0", half, rest = ""] = match ?? [];
  const hours = half ? (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hour);
  if (match === null || hours > 23 || Number(minute) > 59 || Number(second) > 60) {
    const zone = /[+-]\d{4}\s*$/.exec(text)?.[0] ?? "";
    return { seconds: 0, rest: zone, problem: "the time of day cannot be read; the day's midnight is used" };
  }
  return { seconds: hours * 3600 + Number(minute) * 60 + Number(second), rest: rest.trim(), problem: null };
}

function readZone(text: string): { minutes: number; problem: string | null } {
  if (text === "") return { minutes: 0, problem: "the date has no zone; read as UTC" };
  const offset = /^(?:GMT|UTC?)?([+-])(\d{1,2}):?(\d{2})?/i.exec(text);
  if (offset) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3] ?? 0);
    if (minutes < 24 * 60) return { minutes: offset[1] === "-" ? -minutes : minutes, problem: null };
  }
  const name = (/^[A-Za-z]+/.exec(text)?.[0] ?? "").toUpperCase();
  const hours = zones.get(name);
  if (hours !== undefined) return { minutes: hours * 60, problem: null };
  return { minutes: 0, problem: `unknown zone "${text.slice(0, 20)}"; read as UTC` };
}

/** RFC 5322 4.3, and European and Asian names that mean one thing only (BST, IST and CST-China do not). */
const zones = new Map<string, number>([
  ...(["UT", "UTC", "GMT", "Z"] as const).map((name): [string, number] => [name, 0]),
  ...(
    [
      ["E", -5],
      ["C", -6],
      ["M", -7],
      ["P", -8],
    ] as const
  ).flatMap(([letter, hours]): [string, number][] => [
    [`${letter}ST`, hours],
    [`${letter}DT`, hours + 1],
  ]),
  ["WET", 0],
  ["WEST", 1],
  ["CET", 1],
  ["MET", 1],
  ["CEST", 2],
  ["MEST", 2],
  ["EET", 2],
  ["EEST", 3],
  ["MSK", 3],
  ["JST", 9],
  ["KST", 9],
  ["AEST", 10],
  ["AEDT", 11],
]);
