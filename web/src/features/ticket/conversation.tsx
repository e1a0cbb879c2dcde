import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { ChevronsUpDown } from "lucide-react";
import { Fragment, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { eventsQuery } from "../../api/queries/events.ts";
import { messagesQuery } from "../../api/queries/messages.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id, Message, TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { Button } from "../../ui/button.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { Composer } from "../composer/public/composer.tsx";
import { AnswerBar } from "./answer-bar.tsx";
import { ChooseMessage } from "./choose-message.tsx";
import { choosing } from "./choosing.ts";
import { EventLines } from "./event-lines.tsx";
import { FoldedMessage } from "./folded-message.tsx";
import { OpenMessage } from "./message-item.tsx";
import { elementId } from "./names.ts";
import { SplitBar } from "./split-bar.tsx";
import { firstToRead, timelineOf } from "./timeline.ts";
import { useOpening } from "./use-opening.ts";
import { useSeen } from "./use-seen.ts";

/** Messages and what happened in between, oldest first, and where one answers. */
export function Conversation({ ticket, place }: { ticket: TicketRow; place: Place }) {
  const read = useInfiniteQuery(messagesQuery(ticket.id));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = read;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const messages = useMemo(() => data?.pages.flatMap((page) => page.messages), [data]);
  if (messages === undefined && isError) {
    return <ErrorState title={t("ticket.messagesFailed")} error={read.error} onRetry={() => void read.refetch()} />;
  }
  if (messages === undefined || (hasNextPage && !isError)) return <SkeletonRows label={t("state.loading")} />;
  return <Read ticket={ticket} place={place} messages={messages} />;
}

function Read({ ticket, place, messages }: { ticket: TicketRow; place: Place; messages: readonly Message[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { data: events } = useQuery(eventsQuery(ticket.id));
  const entries = useMemo(() => timelineOf(messages, events ?? []), [messages, events]);
  const reading = useReading(ticket, messages);
  const choosingHere = useStore(choosing)?.ticketId === ticket.id;
  useSeen(ticket, messages.at(-1)?.id);
  useOpening(scroller, reading.startId === undefined ? null : elementId(reading.startId));
  const { start, isOpen, toggle } = reading;
  return (
    <>
      {choosingHere && <SplitBar ticket={ticket} place={place} count={messages.length} />}
      <div
        ref={scroller}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain print:block print:overflow-visible"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
        tabIndex={0}
        role="region"
        aria-label={t("ticket.conversation")}
      >
        {messages.length === 0 && <EmptyState title={t("ticket.noMessages")} text={t("ticket.noMessagesText")} />}
        {start > 1 && <FoldAll open={reading.allOpen} count={start} onToggle={reading.toggleAll} />}
        <div>
          {entries.map((entry) => {
            if (entry.kind === "events") return <EventLines key={entry.key} events={entry.events} />;
            const { message } = entry;
            const { id } = message;
            return (
              <Fragment key={entry.key}>
                {id === reading.newsId && <NewsLine />}
                {choosingHere && <ChooseMessage message={message} />}
                {isOpen(id) ? (
                  <OpenMessage ticket={ticket} message={message} onFold={reading.foldable(id) ? toggle : null} />
                ) : (
                  <FoldedMessage message={message} onOpen={toggle} />
                )}
              </Fragment>
            );
          })}
        </div>
        <div className="mt-auto max-medium:sticky max-medium:bottom-0 print:hidden">
          <AnswerBar ticket={ticket} />
        </div>
        <div className="print:hidden">
          <Composer ticket={ticket} messages={messages} place={place} />
        </div>
      </div>
    </>
  );
}

/** Where what one has not seen begins. */
function NewsLine() {
  return (
    <p className="flex items-center gap-2 px-6 py-1 text-xs font-medium text-accent-ink max-medium:px-4 print:hidden">
      {t("ticket.new")}
      <span aria-hidden className="h-px flex-1 bg-accent" />
    </p>
  );
}

function FoldAll({ open, count, onToggle }: { open: boolean; count: number; onToggle: () => void }) {
  return (
    <div className="flex justify-center border-b border-line py-1 print:hidden">
      <Button kind="quiet" size="small" icon={ChevronsUpDown} aria-expanded={open} onClick={onToggle}>
        {open ? t("ticket.foldAll", { count }) : t("ticket.unfoldAll", { count })}
      </Button>
    </div>
  );
}

/** Which messages are open. Where reading begins is settled when the ticket is opened: what comes later is open below it. */
function useReading(ticket: TicketRow, messages: readonly Message[]) {
  const { data: session } = useQuery(sessionQuery);
  const { message: wanted } = useSearch({ strict: false });
  const [opening] = useState(() => {
    const first = firstToRead(messages, ticket, session?.user.id ?? "");
    const named = messages.findIndex(({ id }) => id === wanted);
    const startId = messages[named >= 0 ? named : first]?.id;
    const isNews = ticket.unread === true && ticket.seen_at != null && first > 0;
    return { startId, firstOpen: messages[first]?.id, newsId: isNews ? messages[first]?.id : undefined };
  });
  const [turned, setTurned] = useState<ReadonlySet<Id>>(() => new Set());
  const [allOpen, setAllOpen] = useState(false);
  const start = Math.max(
    0,
    messages.findIndex(({ id }) => id === opening.firstOpen),
  );
  const old = useMemo(() => new Set(messages.slice(0, start).map(({ id }) => id)), [messages, start]);
  const foldable = (id: Id): boolean => old.has(id);
  const isOpen = (id: Id): boolean => !old.has(id) || id === opening.startId || allOpen !== turned.has(id);
  const toggle = useCallback((id: Id): void => {
    setTurned((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  return {
    start,
    startId: opening.startId,
    newsId: opening.newsId,
    foldable,
    isOpen,
    allOpen,
    toggle,
    toggleAll: () => {
      setTurned(new Set());
      setAllOpen(!allOpen);
    },
  };
}
