import { useQuery } from "@tanstack/react-query";
import { Bot, ChevronDown, Info, Lock, Paperclip } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Message, TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { useStore } from "../../lib/store.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import { tipProps } from "../../ui/tip.ts";
import { Attachments } from "./attachments.tsx";
import { choosing, toggleChosen } from "./choosing.ts";
import { Delivery } from "./delivery.tsx";
import { MessageBody } from "./message-body.tsx";
import { MessageDetails } from "./message-details.tsx";
import { labelOf, nameOf } from "./names.ts";
import { plainTextOf } from "./plain-text.ts";
import { addressesIn } from "./addresses.ts";
import { SenderMark } from "./sender-mark.tsx";

/** Whose it is decides its ground: the customer's on the page's own, ours tinted, notes warm. */
function groundOf({ type, direction }: Message & { direction?: string }): string {
  if (type === "note") return "bg-ground-note";
  return direction === "out" ? "bg-ground-ours" : "";
}

const GAPS = "px-6 max-medium:px-4";

/** A message that was read: one line. */
export function FoldedMessage({ message, onOpen }: { message: Message; onOpen: () => void }) {
  return (
    <article aria-label={labelOf(message)} className={cx("border-b border-line", groundOf(message))}>
      <button
        type="button"
        aria-expanded={false}
        onClick={onOpen}
        className={cx(
          "flex h-9 w-full items-center gap-2 text-start text-sm hover:bg-ground-hover pointer-coarse:h-11 focus-visible:-outline-offset-2",
          GAPS,
        )}
      >
        <Avatar name={nameOf(message)} size="small" />
        <span className="max-w-40 shrink-0 truncate font-medium" dir="auto">
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
}

interface OpenProps {
  ticket: TicketRow;
  message: Message;
  /** Where reading begins: it is brought into view. */
  isStart: boolean;
  /** Null for what is never folded. */
  onFold: (() => void) | null;
}

/** A message with all that belongs to it. */
export function OpenMessage({ ticket, message, isStart, onFold }: OpenProps) {
  const element = useRef<HTMLElement>(null);
  const chosen = useStore(choosing);
  const choosingHere = chosen?.ticketId === ticket.id;
  useEffect(() => {
    if (isStart) element.current?.scrollIntoView({ block: "start" });
  }, [isStart]);
  return (
    <article
      ref={element}
      aria-label={labelOf(message)}
      id={`message-${message.id}`}
      // Far away from the window it costs nothing; its height is remembered once it was seen.
      className={cx(
        "border-b border-line pt-3 pb-4 [contain-intrinsic-size:auto_180px] [content-visibility:auto] print:break-inside-avoid-page",
        GAPS,
        groundOf(message),
      )}
    >
      {choosingHere && (
        <label className="mb-2 flex items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={chosen.ids.has(message.id)}
            onChange={() => toggleChosen(message.id)}
          />
          {t("split.take", { name: nameOf(message) })}
        </label>
      )}
      <Head ticket={ticket} message={message} onFold={onFold} />
      <MessageBody ticketId={ticket.id} message={message} />
      <Attachments attachments={message.attachments} />
      {message.type === "reply" && message.direction === "out" && <Delivery ticket={ticket} message={message} />}
    </article>
  );
}

function Head({ ticket, message, onFold }: Omit<OpenProps, "isStart">) {
  const [details, setDetails] = useState(false);
  const name = nameOf(message);
  const isReply = message.type === "reply";
  return (
    <>
      <header className="flex items-start gap-3 pb-2">
        <Avatar name={name} />
        <div className="min-w-0 flex-1">
          <p className="flex flex-wrap items-center gap-x-2">
            <span className="max-w-full truncate font-semibold" dir="auto">
              {name}
            </span>
            {isReply && message.direction === "in" && <SenderMark message={message} />}
            {message.type === "note" && (
              <Badge tone="warn">
                <Icon icon={Lock} size={14} />
                {t("message.internal")}
              </Badge>
            )}
            {isReply && message.forward === true && <Badge>{t("message.forwarded")}</Badge>}
            {isReply && message.auto_kind != null && (
              <Badge>
                <Icon icon={Bot} size={14} />
                {t(message.auto_kind === "bulk" ? "message.bulk" : "message.automatic")}
              </Badge>
            )}
          </p>
          {isReply && <Recipients message={message} />}
        </div>
        <div className="flex shrink-0 items-center gap-0.5 text-xs text-muted">
          <Time at={message.created_at} className="pe-1 tabular-nums" />
          {isReply && (
            <IconButton
              icon={Info}
              size="small"
              label={t("message.details")}
              aria-expanded={details}
              onClick={() => setDetails(!details)}
              className="print:hidden"
            />
          )}
          {onFold !== null && (
            <IconButton
              icon={ChevronDown}
              size="small"
              label={t("message.fold")}
              aria-expanded
              onClick={onFold}
              className="rotate-180 print:hidden"
            />
          )}
        </div>
      </header>
      {details && isReply && <MessageDetails ticket={ticket} message={message} />}
    </>
  );
}

/** To whom, in short: names, and how many more. */
function Recipients({ message }: { message: Extract<Message, { type: "reply" }> }) {
  const { data: session } = useQuery(sessionQuery);
  const people = [...addressesIn(message.to), ...addressesIn(message.cc ?? null)];
  if (people.length === 0) return null;
  const shown = people.slice(0, 2).map(({ name, address }) => {
    return address === session?.user.email ? t("message.you") : name;
  });
  const more = people.length - shown.length;
  return (
    <p className="truncate text-sm text-muted" {...tipProps({ tip: people.map(({ address }) => address).join(", ") })}>
      {more > 0
        ? t("message.toMore", { names: shown.join(", "), count: more })
        : t("message.to", { names: shown.join(", ") })}
    </p>
  );
}
