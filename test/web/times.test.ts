import { beforeAll, describe, expect, test } from "vitest";
import { formatSize, relativeTime, shortTime } from "../../web/src/i18n/format.ts";
import { addMessages, setLanguage } from "../../web/src/i18n/t.ts";
import { rows } from "../../web/src/i18n/en/rows.ts";

const now = new Date(2026, 10, 24, 15, 0).getTime();
const at = (month: number, day: number, hour: number, minute = 0, year = 2026): number =>
  new Date(year, month - 1, day, hour, minute).getTime();

describe("a time", () => {
  beforeAll(() => {
    setLanguage("en-GB");
    addMessages(rows);
  });

  test("is said as people say it", () => {
    expect(relativeTime(now - 20_000, now)).toBe("just now");
    expect(relativeTime(at(11, 24, 14, 48), now)).toBe("12 minutes ago");
    expect(relativeTime(at(11, 24, 9), now)).toBe("6 hours ago");
    expect(relativeTime(at(11, 24, 18), now)).toBe("in 3 hours");
    expect(relativeTime(at(11, 23, 14, 5), now)).toBe("yesterday 14:05");
    expect(relativeTime(at(11, 25, 9), now)).toBe("tomorrow 09:00");
    expect(relativeTime(at(11, 20, 8), now)).toBe("Friday 08:00");
    expect(relativeTime(at(3, 2, 8), now)).toBe("2 March 08:00");
    expect(relativeTime(at(3, 2, 8, 0, 2024), now)).toBe("2 March 2024 08:00");
  });

  test("counts days by the calendar and not by hours", () => {
    expect(relativeTime(at(11, 23, 23, 59), at(11, 24, 5))).toBe("yesterday 23:59");
    expect(relativeTime(at(11, 23, 23, 59), at(11, 24, 0, 20))).toBe("21 minutes ago");
  });

  test("is short in lists", () => {
    expect(shortTime(at(11, 24, 9, 5), now)).toBe("09:05");
    expect(shortTime(at(11, 20, 8), now)).toBe("Fri");
    expect(shortTime(at(3, 2, 8), now)).toBe("2 Mar");
    expect(shortTime(at(3, 2, 8, 0, 2024), now)).toBe("02/03/2024");
  });
});

describe("a size", () => {
  test("has the unit that people would choose", () => {
    expect(formatSize(640)).toBe("640 bytes");
    expect(formatSize(3200)).toBe("3 kB");
    expect(formatSize(1_440_000)).toBe("1.4 MB");
    expect(formatSize(999_600)).toBe("1 MB");
    expect(formatSize(25_000_000)).toBe("25 MB");
  });
});
