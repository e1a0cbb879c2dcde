import { ChevronLeft, ChevronRight, Download, ExternalLink, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useQuery } from "@tanstack/react-query";
import { attachmentTextQuery } from "../../api/queries/attachments.ts";
import { attachmentViewUrl } from "../../api/queries/messages.ts";
import type { Attachment, Id } from "../../api/types.ts";
import { formatSize } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { announce } from "../../lib/announce.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Spinner } from "../../ui/spinner.tsx";
import { tipProps } from "../../ui/tip.ts";
import { previewOf } from "./attachment-kinds.ts";

interface ViewerProps {
  /** Those that can be looked at, at least one. */
  attachments: readonly Attachment[];
  startId: Id;
  onClose: () => void;
}

/** Files over the whole window, one at a time: arrow keys go on, Escape goes back to where one was. */
export function AttachmentViewer({ attachments, startId, onClose }: ViewerProps) {
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      attachments.findIndex(({ id }) => id === startId),
    ),
  );
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  const shown = attachments[at];
  if (shown === undefined) return null;
  const go = (step: number): void => {
    const next = attachments[at + step];
    if (next === undefined) return;
    setAt(at + step);
    announce(next.name);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const way = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    if (event.key === "ArrowRight") go(way);
    if (event.key === "ArrowLeft") go(-way);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the arrow keys of a dialog; its buttons do the same
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-label={shown.name}
      data-keys="own"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="floats-in m-0 h-dvh max-h-none w-dvw max-w-none bg-ground-low p-0 text-text outline-none"
    >
      <div className="flex h-full flex-col">
        <Bar attachment={shown} onClose={onClose}>
          {attachments.length > 1 && (
            <>
              <IconButton
                icon={ChevronLeft}
                label={t("attachment.previous")}
                disabled={at === 0}
                onClick={() => go(-1)}
                className="rtl:-scale-x-100"
              />
              <span className="text-sm text-muted tabular-nums">
                {t("attachment.position", { at: at + 1, count: attachments.length })}
              </span>
              <IconButton
                icon={ChevronRight}
                label={t("attachment.next")}
                disabled={at === attachments.length - 1}
                onClick={() => go(1)}
                className="rtl:-scale-x-100"
              />
            </>
          )}
        </Bar>
        <div className="flex min-h-0 flex-1 items-center justify-center overflow-auto">
          <Shown key={shown.id} attachment={shown} />
        </div>
      </div>
    </dialog>
  );
}

function useModal(dialog: React.RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const element = dialog.current;
    if (element === null) return undefined;
    const before = document.activeElement;
    element.showModal();
    element.focus();
    return () => {
      element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [dialog]);
}

function Bar({
  attachment: { id, name, size },
  onClose,
  children,
}: {
  attachment: Attachment;
  onClose: () => void;
  children: ReactNode;
}) {
  const url = attachmentViewUrl(id);
  const look =
    "grid size-8 shrink-0 place-items-center rounded text-muted hover:bg-ground-hover hover:text-text pointer-coarse:size-11";
  return (
    <header className="flex shrink-0 items-center gap-x-2 border-b border-line bg-ground px-3 py-1.5 max-medium:gap-x-0">
      <h2 className="min-w-0 flex-1 truncate font-medium" dir="auto">
        {name}
      </h2>
      <span className="text-sm text-muted tabular-nums max-medium:hidden">{formatSize(size)}</span>
      {children}
      <a
        href={url}
        target="_blank"
        rel="noopener"
        aria-label={t("attachment.newTab")}
        {...tipProps({ tip: t("attachment.newTab") })}
        className={cx(look, "max-medium:hidden")}
      >
        <Icon icon={ExternalLink} />
      </a>
      <a
        href={`${url}?download=1`}
        download={name}
        aria-label={t("attachment.download", { name, size: formatSize(size) })}
        {...tipProps({ tip: t("attachment.downloadShort") })}
        className={look}
      >
        <Icon icon={Download} />
      </a>
      <IconButton icon={X} label={t("action.dismiss")} onClick={onClose} />
    </header>
  );
}

function Shown({ attachment }: { attachment: Attachment }) {
  const kind = previewOf(attachment);
  const url = attachmentViewUrl(attachment.id);
  if (kind === "pdf") {
    // oxlint-disable-next-line react/iframe-missing-sandbox -- its answer is sandboxed (FILE_POLICY); the attribute would also take the PDF viewer away
    return <iframe src={url} title={attachment.name} className="h-full w-full border-0 bg-ground" />;
  }
  return kind === "image" ? <Picture url={url} name={attachment.name} /> : <TextFile id={attachment.id} />;
}

function Picture({ url, name }: { url: string; name: string }) {
  const [state, setState] = useState<"loading" | "shown" | "failed">("loading");
  if (state === "failed") return <Unseen />;
  return (
    <>
      {state === "loading" && <Spinner size={16} />}
      <img
        src={url}
        alt={name}
        onLoad={() => setState("shown")}
        onError={() => setState("failed")}
        // A transparent picture is seen on any ground; white is what most are made for.
        className={state === "shown" ? "max-h-full max-w-full bg-[white] object-contain" : "absolute size-px opacity-0"}
      />
    </>
  );
}

function TextFile({ id }: { id: Id }) {
  const { data, isError } = useQuery(attachmentTextQuery(id));
  if (isError) return <Unseen />;
  if (data === undefined) return <Spinner size={16} />;
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
      tabIndex={0}
      className="h-full w-full overflow-auto px-4 py-3"
    >
      {data.cut && <p className="pb-3 text-sm text-muted">{t("attachment.tooLong")}</p>}
      <pre className="mx-auto max-w-[100ch] font-mono text-sm break-words whitespace-pre-wrap" dir="auto">
        {data.text}
      </pre>
    </div>
  );
}

function Unseen() {
  return <p className="max-w-sm px-6 text-center text-muted">{t("attachment.failed")}</p>;
}
