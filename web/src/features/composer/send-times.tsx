import { exactTime, relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { TimeList } from "../../ui/time-list.tsx";

const DAY = 24 * 3_600_000;
/** The API takes a year ahead. */
const FURTHEST = 365 * DAY;

/** When an answer goes out. */
export function SendTimes({ onChoose }: { onChoose: (at: Date) => void }) {
  return (
    <TimeList
      label={t("composer.sendWhen")}
      placeholder={t("composer.sendWhenExample")}
      listLabel={t("composer.sendTimes")}
      notUnderstood={t("composer.whenNotUnderstood")}
      nameOf={(choice) => t(`composer.send.${choice}`)}
      whenOf={whenOf}
      furthest={FURTHEST}
      onChoose={onChoose}
    />
  );
}

/** "in 3 hours", "tomorrow 09:00"; what is far away in full. */
function whenOf(at: Date): string {
  return at.getTime() - Date.now() < 300 * DAY ? relativeTime(at) : exactTime(at);
}
