import { useQuery } from "@tanstack/react-query";
import { Bot, ChevronDown, Info, Lock } from "lucide-react";
import { memo, useState } from "react";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id, Message, TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { useLayout } from "../../lib/use-media.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Badge } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Time } from "../../ui/time.tsx";
import { tipProps } from "../../ui/tip.ts";
import { Attachments } from "./attachments.tsx";
import { Delivery } from "./delivery.tsx";
import { MessageBody } from "./message-body.tsx";
import { MessageDetails } from "./message-details.tsx";
import { GAPS, groundOf } from "./message-look.ts";
import { MessageMenu } from "./message-menu.tsx";
import { elementId, labelOf, nameOf } from "./names.ts";
import { addressesIn } from "./addresses.ts";
import { SenderMark } from "./sender-mark.tsx";

interface OpenProps {
  ticket: TicketRow;
  message: Message;
  /** Null for what is never folded. */
  onFold: ((id: Id) => void) | null;
}

/** A message with all that belongs to it. */
export const OpenMessage = memo(function OpenMessage({ ticket, message, onFold }: OpenProps) {
  return (
    <article
      aria-label={labelOf(message)}
      id={elementId(message.id)}
      // Far away from the window it costs nothing; its height is remembered once it was seen.
      className={cx(
        "border-b border-line pt-3 pb-4 [contain-intrinsic-size:auto_180px] [content-visibility:auto] print:break-inside-avoid-page",
        GAPS,
        groundOf(message),
      )}
    >
      <Head ticket={ticket} message={message} onFold={onFold} />
      <MessageBody ticketId={ticket.id} message={message} />
      <Attachments attachments={filesOf(message)} />
      {message.type === "reply" && message.direction === "out" && <Delivery ticket={ticket} message={message} />}
    </article>
  );
});

/** Files of their own: pictures that stand in the text are seen there. */
function filesOf({ attachments, inline_attachment_ids: inside = [] }: Message): Message["attachments"] {
  return inside.length === 0 ? attachments : attachments.filter(({ id }) => !inside.includes(id));
}

function Head({ ticket, message, onFold }: OpenProps) {
  const [details, setDetails] = useState(false);
  const phone = useLayout() === "phone";
  const name = nameOf(message);
  const isReply = message.type === "reply";
  const toggleDetails = isReply ? () => setDetails(!details) : null;
  return (
    <>
      <header className="flex items-start gap-3 pb-2 max-medium:gap-2">
        <Avatar name={name} />
        <div className="min-w-0 flex-1">
          <div className="flex items-start gap-2">
            <p className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2">
              <span className="max-w-full truncate font-semibold" dir="auto">
                {name}
              </span>
              {isReply && message.direction === "in" && <SenderMark message={message} />}
              <Marks message={message} />
            </p>
            <div className="-my-1 flex shrink-0 items-center gap-0.5 text-xs text-muted pointer-coarse:-my-3">
              <Time at={message.created_at} short={phone} className="pe-1 tabular-nums" />
              {toggleDetails !== null && !phone && (
                <IconButton
                  icon={Info}
                  size="small"
                  label={t("message.details")}
                  aria-expanded={details}
                  onClick={toggleDetails}
                  className="print:hidden"
                />
              )}
              <MessageMenu ticket={ticket} message={message} onDetails={phone ? toggleDetails : null} />
              {onFold !== null && (
                <IconButton
                  icon={ChevronDown}
                  size="small"
                  label={t("message.fold")}
                  aria-expanded
                  onClick={() => onFold(message.id)}
                  className="rotate-180 aria-expanded:not-hover:bg-transparent! print:hidden"
                />
              )}
            </div>
          </div>
          {isReply && <Recipients message={message} />}
        </div>
      </header>
      {details && isReply && <MessageDetails ticket={ticket} message={message} />}
    </>
  );
}

function Marks({ message }: { message: Message }) {
  if (message.type === "note") {
    return (
      <Badge tone="warn">
        <Icon icon={Lock} size={14} />
        {t("message.internal")}
      </Badge>
    );
  }
  return (
    <>
      {message.forward === true && <Badge>{t("message.forwarded")}</Badge>}
      {message.auto_kind != null && (
        <Badge>
          <Icon icon={Bot} size={14} />
          {t(message.auto_kind === "bulk" ? "message.bulk" : "message.automatic")}
        </Badge>
      )}
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
