import { describe, expect, test } from "vitest";
import { parseWhen, snoozeChoices } from "../../web/src/lib/snooze-times.ts";

/** A Wednesday. */
const NOW = new Date(2026, 10, 25, 10, 20);

function shown(date: Date | null): string | null {
  if (date === null) return null;
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

const MEANT: readonly [string, string][] = [
  ["in 2 hours", "2026-11-25 12:20"],
  ["2h", "2026-11-25 12:20"],
  ["90 min", "2026-11-25 11:50"],
  ["half an hour", "2026-11-25 10:50"],
  ["in an hour", "2026-11-25 11:20"],
  ["in 3 days", "2026-11-28 09:00"],
  ["3d", "2026-11-28 09:00"],
  ["in 3 days 14:00", "2026-11-28 14:00"],
  ["in a week", "2026-12-02 09:00"],
  ["in 1 month", "2026-12-25 09:00"],
  ["later today", "2026-11-25 13:20"],
  ["tonight", "2026-11-25 18:00"],
  ["today 17:00", "2026-11-25 17:00"],
  ["5pm", "2026-11-25 17:00"],
  ["9am", "2026-11-26 09:00"],
  ["at 12:30", "2026-11-25 12:30"],
  ["tomorrow", "2026-11-26 09:00"],
  ["tomorrow afternoon", "2026-11-26 14:00"],
  ["Tomorrow at 8", "2026-11-26 08:00"],
  ["fri 9am", "2026-11-27 09:00"],
  ["9am fri", "2026-11-27 09:00"],
  ["friday", "2026-11-27 09:00"],
  ["next tuesday 14:30", "2026-12-01 14:30"],
  ["wed", "2026-12-02 09:00"],
  ["weekend", "2026-11-28 09:00"],
  ["next week", "2026-11-30 09:00"],
  ["next month", "2026-12-01 09:00"],
  ["24 dec", "2026-12-24 09:00"],
  ["Dec 24th, 10am", "2026-12-24 10:00"],
  ["3 march", "2027-03-03 09:00"],
  ["24.12. 14:00", "2026-12-24 14:00"],
  ["24.12.2027", "2027-12-24 09:00"],
  ["2027-01-31 08:15", "2027-01-31 08:15"],
  ["in 2 Stunden", "2026-11-25 12:20"],
  ["in einer Woche", "2026-12-02 09:00"],
  ["morgen früh", "2026-11-26 09:00"],
  ["heute Abend", "2026-11-25 18:00"],
  ["übermorgen 15 Uhr", "2026-11-27 15:00"],
  ["Freitag um 16:45", "2026-11-27 16:45"],
  ["nächste Woche", "2026-11-30 09:00"],
];

describe("times as people type them", () => {
  test.each(MEANT)("%s is understood", (words, meant) => {
    expect(shown(parseWhen(words, NOW))).toBe(meant);
  });

  test.each(["", "soon", "at", "in 0 days", "25:00", "13pm", "31 feb", "fri 99", "hello 9am", "in 5 bananas"])(
    "“%s” is no time",
    (words) => {
      expect(parseWhen(words, NOW)).toBeNull();
    },
  );

  test.each(["today 9am", "2026-11-24", "24.11.2026", "1 jan 2020"])("%s is over", (words) => {
    expect(parseWhen(words, NOW)).toBeNull();
  });
});

describe("the times that are offered", () => {
  const offered = (now: Date): [string, string | null][] =>
    snoozeChoices(now).map(({ choice, at }) => [choice, shown(at)]);

  test("are on the hour or half hour, or in the morning", () => {
    expect(offered(NOW)).toEqual([
      ["laterToday", "2026-11-25 13:30"],
      ["thisEvening", "2026-11-25 18:00"],
      ["tomorrow", "2026-11-26 09:00"],
      ["inThreeDays", "2026-11-28 09:00"],
      ["nextWeek", "2026-11-30 09:00"],
      ["nextMonth", "2026-12-01 09:00"],
    ]);
  });

  test("are each offered once: on a Sunday next week begins tomorrow", () => {
    expect(offered(new Date(2026, 10, 29, 15, 0)).map(([choice]) => choice)).toEqual([
      "laterToday",
      "tomorrow",
      "inThreeDays",
      "nextMonth",
    ]);
  });

  test("leave out today when little of it is left", () => {
    expect(offered(new Date(2026, 10, 25, 19, 0)).map(([choice]) => choice)).toEqual([
      "tomorrow",
      "inThreeDays",
      "nextWeek",
      "nextMonth",
    ]);
  });

  test("of next week, on a Monday, are a week away", () => {
    expect(offered(new Date(2026, 10, 30, 8, 0)).find(([choice]) => choice === "nextWeek")).toEqual([
      "nextWeek",
      "2026-12-07 09:00",
    ]);
  });
});
