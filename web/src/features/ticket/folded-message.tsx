import { Lock, Paperclip } from "lucide-react";
import { memo } from "react";
import type { Id, Message } from "../../api/types.ts";
import { cx } from "../../lib/class-names.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import { GAPS, groundOf } from "./message-look.ts";
import { elementId, labelOf, nameOf } from "./names.ts";
import { plainTextOf } from "./plain-text.ts";

/** A message that was read: one line. Of three hundred, only those that changed are drawn again. */
export const FoldedMessage = memo(function FoldedMessage({
  message,
  onOpen,
}: {
  message: Message;
  onOpen: (id: Id) => void;
}) {
  return (
    <article
      id={elementId(message.id)}
      aria-label={labelOf(message)}
      className={cx("border-b border-line", groundOf(message))}
    >
      <button
        type="button"
        aria-expanded={false}
        onClick={() => onOpen(message.id)}
        className={cx(
          "flex h-9 w-full items-center gap-2 text-start text-sm hover:bg-ground-hover pointer-coarse:h-11 focus-visible:-outline-offset-2",
          GAPS,
        )}
      >
        <Avatar name={nameOf(message)} size="small" />
        <span className="max-w-40 shrink-0 truncate font-medium max-medium:max-w-28" dir="auto">
          {nameOf(message)}
        </span>
        {message.type === "note" && <Icon icon={Lock} size={14} className="shrink-0 text-warn-ink" />}
        <span className="min-w-0 flex-1 truncate text-muted" dir="auto">
          {plainTextOf(message, 200)}
        </span>
        {message.attachments.length > 0 && <Icon icon={Paperclip} size={14} className="shrink-0 text-muted" />}
        <Time at={message.created_at} short className="shrink-0 text-xs text-muted tabular-nums" />
      </button>
    </article>
  );
});
