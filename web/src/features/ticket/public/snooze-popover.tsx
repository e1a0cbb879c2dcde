import type { ReactNode, RefObject } from "react";
import { t } from "../../../i18n/t.ts";
import { type Opened, Popover, type TriggerProps } from "../../../ui/floating.tsx";
import { lazyPart } from "../../../ui/lazy-part.tsx";

const SnoozeTimes = lazyPart(async () => (await import("../snooze-times-list.tsx")).SnoozeTimes, {
  fallback: () => <div className="h-64" />,
});

/** Asks until when, in plain words: for one ticket, or for those that are selected. */
export function SnoozePopover({
  opened,
  onChoose,
  trigger,
  anchor,
}: {
  opened: Opened;
  onChoose: (until: Date) => void;
  trigger?: (props: TriggerProps) => ReactNode;
  /** Where it floats, when it has no trigger. */
  anchor?: RefObject<HTMLElement | null>;
}) {
  return (
    <Popover label={t("command.snooze")} {...{ opened, trigger, anchor }} align="end" className="w-72 p-0!">
      <SnoozeTimes
        onChoose={(until) => {
          opened.onOpenChange(false);
          onChoose(until);
        }}
      />
    </Popover>
  );
}
