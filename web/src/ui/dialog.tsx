import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { t } from "../i18n/t.ts";
import { IconButton } from "./button.tsx";
import { PortalContainer } from "./portal-container.ts";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Under the title: what will happen. */
  description?: ReactNode;
  /** Buttons, the one that goes on last. */
  actions?: ReactNode;
  children?: ReactNode;
  size?: "small" | "normal" | "large";
  /** From the edge of the screen in place of its middle. */
  from?: "middle" | "top" | "end" | "start" | "bottom";
  /** For a title that the content shows itself. */
  hideTitle?: boolean;
}

const SIZES = { small: "w-[24rem]", normal: "w-[32rem]", large: "w-[48rem]" };

const FROM = {
  middle: "m-auto max-h-[calc(100dvh-2rem)] max-w-[calc(100vw-2rem)] rounded",
  top: "mx-auto mt-[12dvh] mb-auto max-h-[70dvh] max-w-[calc(100vw-2rem)] rounded",
  end: "my-0 ms-auto me-0 h-dvh max-h-dvh max-w-[calc(100vw-2.5rem)]",
  start: "my-0 me-auto ms-0 h-dvh max-h-dvh max-w-[calc(100vw-2.5rem)]",
  bottom: "mx-0 mt-auto mb-0 w-dvw! max-w-none max-h-[92dvh] rounded-t",
};

/**
 * A modal dialog: the browser's own, so the rest is inert, Escape closes it, and the focus returns to where it was. The
 * control with `data-autofocus` has the focus first, else the dialog itself.
 */
export function Dialog({ open, ...rest }: DialogProps) {
  return open ? <OpenDialog {...rest} /> : null;
}

/** A dialog at the edge: the customer on a tablet, the composer on a phone. */
export function Sheet(props: DialogProps) {
  return <Dialog from="end" {...props} />;
}

function OpenDialog({
  onClose,
  title,
  description,
  actions,
  children,
  size = "normal",
  from = "middle",
  hideTitle = false,
}: Omit<DialogProps, "open">) {
  const [element, setElement] = useState<HTMLDialogElement | null>(null);
  const id = useId();
  useEffect(() => {
    if (element === null) return undefined;
    const before = document.activeElement;
    element.showModal();
    (element.querySelector<HTMLElement>("[data-autofocus]") ?? element).focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [element]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- a press beside the dialog closes it; Escape does the same
    <dialog
      ref={setElement}
      tabIndex={-1}
      aria-labelledby={`${id}-title`}
      aria-describedby={description === undefined ? undefined : `${id}-text`}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className={cx(
        "floats-in overflow-visible border border-line bg-ground-float p-0 text-text shadow-float outline-none",
        SIZES[size],
        FROM[from],
      )}
    >
      <PortalContainer value={element}>
        <div
          className={cx(
            "flex max-h-[inherit] flex-col overflow-hidden rounded-[inherit]",
            (from === "start" || from === "end") && "h-full",
          )}
        >
          <header className={hideTitle ? "sr-only" : "flex items-start gap-2 px-4 pt-3 pb-2"}>
            <h2 id={`${id}-title`} className="min-w-0 flex-1 pt-1 text-lg font-semibold">
              {title}
            </h2>
            {!hideTitle && <IconButton icon={X} label={t("action.dismiss")} onClick={onClose} />}
          </header>
          <div className={cx("min-h-0 flex-1 overflow-y-auto", !hideTitle && "px-4 pb-4")}>
            {description !== undefined && (
              <p id={`${id}-text`} className="pb-3 text-muted">
                {description}
              </p>
            )}
            {children}
          </div>
          {actions !== undefined && (
            <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">{actions}</footer>
          )}
        </div>
      </PortalContainer>
    </dialog>
  );
}
