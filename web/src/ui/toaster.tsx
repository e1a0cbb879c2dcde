import { CircleAlert, X } from "lucide-react";
import { t } from "../i18n/t.ts";
import { BINDINGS } from "../keys/bindings.ts";
import { cx } from "../lib/class-names.ts";
import { useStore } from "../lib/store.ts";
import { type Toast, dismissToast, holdToasts, toastFailed, toasts } from "../lib/toasts.ts";
import { usePanes } from "../lib/use-panes.ts";
import { IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";
import { Kbd } from "./kbd.tsx";

/** What was done, with its undo; what failed. Told to screen readers by the live region, so this one is silent. */
export function Toaster() {
  const shown = useStore(toasts);
  const { railSmall } = usePanes();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only keeps what is being read
    <section
      aria-label={t("toast.region")}
      onPointerEnter={() => holdToasts(true)}
      onPointerLeave={() => holdToasts(false)}
      onFocus={() => holdToasts(true)}
      onBlur={() => holdToasts(false)}
      // Over the list, or on a phone above what is at the thumb: never over where one answers.
      className={cx(
        "pointer-events-none fixed inset-x-4 bottom-4 z-60 flex flex-col items-center gap-2 pb-[env(safe-area-inset-bottom)]",
        "max-medium:bottom-18 medium:inset-x-2 medium:items-start print:hidden",
        railSmall ? "wide:ps-13" : "wide:ps-56",
      )}
    >
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function OneToast({ toast }: { toast: Toast }) {
  return (
    <div className="floats-in pointer-events-auto flex max-w-md min-w-64 items-center gap-3 medium:max-w-84 rounded bg-text py-1.5 ps-3 pe-1.5 text-ground shadow-float">
      {toast.kind === "failed" && <Icon icon={CircleAlert} />}
      <div className="min-w-0 flex-auto">
        <p>{toast.text}</p>
        {toast.detail !== undefined && <p className="text-sm opacity-80">{toast.detail}</p>}
      </div>
      {toast.undo !== undefined && <UndoButton toast={toast} />}
      <IconButton
        icon={X}
        size="small"
        label={t("action.dismiss")}
        onClick={() => dismissToast(toast.id)}
        className="text-ground! hover:bg-ground/15"
      />
    </div>
  );
}

function UndoButton({ toast }: { toast: Toast }) {
  const takeBack = (): void => {
    dismissToast(toast.id);
    toast.undo?.().catch((error: unknown) => toastFailed(t("undo.failed"), error));
  };
  return (
    <button
      type="button"
      onClick={takeBack}
      className="flex h-7 items-center gap-2 rounded px-2 font-medium hover:bg-ground/15 pointer-coarse:h-11"
    >
      {t("action.undo")}
      <span className="pointer-coarse:hidden">
        <Kbd keys={BINDINGS["action.undo"].keys[0]} onDark />
      </span>
    </button>
  );
}
