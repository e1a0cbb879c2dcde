import { clock, relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";

/** A time to come in words: "today 14:05", "tomorrow 09:00", "Tuesday 09:00", "24 December 09:00". */
export function whenWords(at: Date, now: Date = new Date()): string {
  return at.toDateString() === now.toDateString() ? t("snooze.today", { time: clock(at) }) : relativeTime(at);
}
