/**
 * Times as people type them, in English and German: "tomorrow", "fri 9am", "in 2 hours", "next week", "24.12. 14:00",
 * "morgen früh". All in the reader's own zone.
 */

const MORNING = 9;
const NOON = 12;
const AFTERNOON = 14;
const EVENING = 18;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export type SnoozeChoice = "laterToday" | "thisEvening" | "tomorrow" | "inThreeDays" | "nextWeek" | "nextMonth";

/** What is offered before anything is typed. "Later today" only while there is enough of today left. */
export function snoozeChoices(now: Date): { choice: SnoozeChoice; at: Date }[] {
  const later = new Date(Math.ceil((now.getTime() + 3 * HOUR) / (30 * MINUTE)) * 30 * MINUTE);
  const choices: { choice: SnoozeChoice; at: Date | null }[] = [
    { choice: "laterToday", at: later.getDate() === now.getDate() && later.getHours() < 21 ? later : null },
    { choice: "thisEvening", at: now.getHours() < EVENING - 4 ? on(now, 0, EVENING) : null },
    { choice: "tomorrow", at: on(now, 1, MORNING) },
    { choice: "inThreeDays", at: on(now, 3, MORNING) },
    { choice: "nextWeek", at: on(now, daysUntil(now, 1), MORNING) },
    { choice: "nextMonth", at: new Date(now.getFullYear(), now.getMonth() + 1, 1, MORNING) },
  ];
  // On a Sunday next week begins tomorrow: each moment is offered once.
  return choices.flatMap(({ choice, at }, index) =>
    at === null || choices.slice(0, index).some((each) => each.at?.getTime() === at.getTime()) ? [] : [{ choice, at }],
  );
}

/** The moment that some words mean; null when they mean none, or one that is over. */
export function parseWhen(words: string, now: Date): Date | null {
  const text = words
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[,]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (text === "") return null;
  const found = afterASpan(text, now) ?? onADay(text, now);
  return found !== null && found.getTime() > now.getTime() ? found : null;
}

const UNITS: readonly [RegExp, "minute" | "hour" | "day" | "week" | "month"][] = [
  [/^(m|min|mins|minutes?|minuten?)$/, "minute"],
  [/^(h|hr|hrs|hours?|std|stunden?)$/, "hour"],
  [/^(d|days?|tag|tagen|tage)$/, "day"],
  [/^(w|wk|weeks?|wochen?)$/, "week"],
  [/^(months?|monat|monaten|monate)$/, "month"],
];
const SMALL_NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  half: 0.5,
  "half an": 0.5,
  "half a": 0.5,
  ein: 1,
  eine: 1,
  einem: 1,
  einer: 1,
  einen: 1,
  zwei: 2,
  drei: 3,
  vier: 4,
  funf: 5,
  "einer halben": 0.5,
};

/** "in 2 hours", "90 min", "3d", "in a week". Days and more begin in the morning. */
function afterASpan(text: string, now: Date): Date | null {
  const match = /^(?:in )?(half an?|einer halben|\d{1,4}(?:\.\d)?|[a-z]+) ?([a-z]+)(?: (.+))?$/.exec(text);
  const [, number = "", word = "", rest] = match ?? [];
  const unit = UNITS.find(([pattern]) => pattern.test(word))?.[1];
  const count = Number.isNaN(Number(number)) ? SMALL_NUMBERS[number] : Number(number);
  if (unit === undefined || count === undefined || count <= 0) return null;
  if (unit === "minute" || unit === "hour") {
    return rest === undefined ? new Date(now.getTime() + count * (unit === "hour" ? HOUR : MINUTE)) : null;
  }
  const time = rest === undefined ? { hour: MORNING, minute: 0 } : readTime(rest);
  if (time === null || !Number.isInteger(count)) return null;
  if (unit === "month") {
    return new Date(now.getFullYear(), now.getMonth() + count, now.getDate(), time.hour, time.minute);
  }
  return on(now, count * (unit === "week" ? 7 : 1), time.hour, time.minute);
}

/** A day, a time, or both, in either order. */
function onADay(text: string, now: Date): Date | null {
  const whole = readDay(text, now);
  if (whole !== null) return onDate(whole.date, whole.time ?? { hour: MORNING, minute: 0 });
  const alone = readTime(text);
  if (alone !== null) {
    const today = onDate(now, alone);
    return today.getTime() > now.getTime() ? today : onDate(on(now, 1, 0), alone);
  }
  const parts = text.split(" ");
  for (let cut = parts.length - 1; cut > 0; cut -= 1) {
    const [before, after] = [parts.slice(0, cut).join(" "), parts.slice(cut).join(" ")];
    const day = readDay(before, now) ?? readDay(after, now);
    const time = readDay(before, now) === null ? readTime(before) : readTime(after);
    if (day !== null && time !== null) return onDate(day.date, time);
  }
  return null;
}

interface Time {
  hour: number;
  minute: number;
}

interface Day {
  date: Date;
  /** When the words name a part of the day: tonight. */
  time?: Time;
}

const PARTS_OF_DAY: readonly [RegExp, number][] = [
  [/^(in the |am )?(morning|morgen|fruh|vormittag)$/, MORNING],
  [/^(at |am )?(noon|midday|mittag|mittags)$/, NOON],
  [/^(in the |am )?(afternoon|nachmittag|nachmittags)$/, AFTERNOON],
  [/^(in the |am )?(evening|night|abend|abends)$/, EVENING],
];

/** "9am", "14:30", "at 9", "14 uhr", "morning". */
function readTime(text: string): Time | null {
  const part = PARTS_OF_DAY.find(([pattern]) => pattern.test(text));
  if (part !== undefined) return { hour: part[1], minute: 0 };
  const match = /^(?:at |um |@ ?)?(\d{1,2})(?:[:.](\d{2}))? ?(am|pm|a\.m\.|p\.m\.|uhr|h)?$/.exec(text);
  if (match === null) return null;
  const [, hours = "", minutes, half] = match;
  const twelve = half !== undefined && /^[ap]/.test(half);
  const number = Number(hours);
  if (twelve && (number < 1 || number > 12)) return null;
  const hour = twelve ? (number % 12) + (half.startsWith("p") ? 12 : 0) : number;
  const minute = Number(minutes ?? 0);
  return hour < 24 && minute < 60 ? { hour, minute } : null;
}

const WEEKDAYS: readonly RegExp[] = [
  /^(sun|sunday|so|sonntag)$/,
  /^(mon|monday|mo|montag)$/,
  /^(tue|tues|tuesday|di|dienstag)$/,
  /^(wed|wednesday|mi|mittwoch)$/,
  /^(thu|thur|thurs|thursday|do|donnerstag)$/,
  /^(fri|friday|fr|freitag)$/,
  /^(sat|saturday|sa|samstag|sonnabend)$/,
];
const MONTHS: readonly RegExp[] = [
  /^(jan|january|januar)$/,
  /^(feb|february|februar)$/,
  /^(mar|march|marz|mrz)$/,
  /^(apr|april)$/,
  /^(may|mai)$/,
  /^(jun|june|juni)$/,
  /^(jul|july|juli)$/,
  /^(aug|august)$/,
  /^(sep|sept|september)$/,
  /^(oct|october|okt|oktober)$/,
  /^(nov|november)$/,
  /^(dec|december|dez|dezember)$/,
];

function readDay(text: string, now: Date): Day | null {
  if (/^(today|heute)$/.test(text)) return { date: now };
  if (/^(later|later today|spater|heute spater)$/.test(text)) {
    const later = new Date(now.getTime() + 3 * HOUR);
    return { date: later, time: { hour: later.getHours(), minute: later.getMinutes() } };
  }
  if (/^(tonight|this evening|heute abend)$/.test(text)) return { date: now, time: { hour: EVENING, minute: 0 } };
  if (/^(tomorrow|tmrw|tmr|morgen)$/.test(text)) return { date: on(now, 1, 0) };
  if (/^(day after tomorrow|the day after tomorrow|ubermorgen)$/.test(text)) return { date: on(now, 2, 0) };
  if (/^(weekend|the weekend|this weekend|wochenende|am wochenende)$/.test(text)) {
    return { date: on(now, daysUntil(now, 6), 0) };
  }
  if (/^(next week|nachste woche)$/.test(text)) return { date: on(now, daysUntil(now, 1), 0) };
  if (/^(next month|nachsten monat|nachster monat)$/.test(text)) {
    return { date: new Date(now.getFullYear(), now.getMonth() + 1, 1) };
  }
  const named = text.replace(/^(on|next|this|am|nachsten|nachster|kommenden) /, "");
  const weekday = WEEKDAYS.findIndex((pattern) => pattern.test(named));
  return weekday >= 0 ? { date: on(now, daysUntil(now, weekday), 0) } : readDate(named, now);
}

/** "24 dec", "dec 24th", "24.12.", "24.12.2027", "2027-01-31". A date without a year is the next one. */
function readDate(text: string, now: Date): Day | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (iso !== null) return dateOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dotted = /^(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4}))?$/.exec(text);
  if (dotted !== null) return yearly(now, Number(dotted[2]), Number(dotted[1]), dotted[3]);
  const worded = /^(?:(\d{1,2})(?:st|nd|rd|th|\.)? ([a-z]+)|([a-z]+) (\d{1,2})(?:st|nd|rd|th)?)(?: (\d{4}))?$/.exec(
    text,
  );
  if (worded === null) return null;
  const month = MONTHS.findIndex((pattern) => pattern.test(worded[2] ?? worded[3] ?? ""));
  return month < 0 ? null : yearly(now, month + 1, Number(worded[1] ?? worded[4]), worded[5]);
}

function yearly(now: Date, month: number, day: number, year: string | undefined): Day | null {
  if (year !== undefined) return dateOf(Number(year), month, day);
  const thisYear = dateOf(now.getFullYear(), month, day);
  const isOver = thisYear !== null && onDate(thisYear.date, { hour: 23, minute: 59 }).getTime() < now.getTime();
  return isOver ? dateOf(now.getFullYear() + 1, month, day) : thisYear;
}

/** Null for a day that no month has. */
function dateOf(year: number, month: number, day: number): Day | null {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day ? { date } : null;
}

function on(now: Date, days: number, hour: number, minute = 0): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
}

function onDate(date: Date, { hour, minute }: Time): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, minute);
}

/** Days to the next such weekday; today's is a week away. */
function daysUntil(now: Date, weekday: number): number {
  return ((weekday - now.getDay() + 6) % 7) + 1;
}
