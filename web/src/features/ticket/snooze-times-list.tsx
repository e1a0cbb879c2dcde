import { t } from "../../i18n/t.ts";
import { TimeList } from "../../ui/time-list.tsx";
import { whenWords } from "./when-words.ts";

/** Until when a ticket is out of sight. */
export function SnoozeTimes({ onChoose }: { onChoose: (until: Date) => void }) {
  return (
    <TimeList
      label={t("snooze.until")}
      placeholder={t("snooze.placeholder")}
      listLabel={t("snooze.times")}
      notUnderstood={t("snooze.notUnderstood")}
      nameOf={(choice) => t(`snooze.${choice}`)}
      whenOf={whenWords}
      onChoose={onChoose}
    />
  );
}
