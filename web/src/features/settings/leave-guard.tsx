import { useBlocker } from "@tanstack/react-router";
import { t } from "../../i18n/t.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { forgetUnsaved, hasUnsaved } from "./unsaved.ts";

/** Asks before a screen is left, or the window closed, with something typed and not saved. */
export function LeaveGuard() {
  const blocker = useBlocker({
    shouldBlockFn: hasUnsaved,
    enableBeforeUnload: hasUnsaved,
    withResolver: true,
  });
  return (
    <Confirm
      open={blocker.status === "blocked"}
      title={t("settings.leave")}
      text={t("settings.leaveText")}
      action={t("settings.leaveAction")}
      onClose={() => blocker.reset?.()}
      onConfirm={() => {
        forgetUnsaved();
        blocker.proceed?.();
      }}
    />
  );
}
