import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { ChevronsUpDown } from "lucide-react";
import { Suspense, lazy, useEffect, useMemo, useRef, useState } from "react";
import { eventsQuery } from "../../api/queries/events.ts";
import { messagesQuery } from "../../api/queries/messages.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id, Message, TicketRow } from "../../api/types.ts";
import { loadTexts } from "../../i18n/load.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { Button } from "../../ui/button.tsx";
import { SkeletonRows } from "../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../ui/states.tsx";
import { AnswerBar } from "./answer-bar.tsx";
import { choosing } from "./choosing.ts";
import { EventLines } from "./event-lines.tsx";
import { FoldedMessage, OpenMessage } from "./message-item.tsx";
import { SplitBar } from "./split-bar.tsx";
import { firstToRead, timelineOf } from "./timeline.ts";
import { useSeen } from "./use-seen.ts";

const Composer = lazy(async () => {
  await loadTexts("composer");
  return { default: (await import("../composer/public/composer.tsx")).Composer };
});

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
  const { start, isOpen } = reading;
  return (
    <>
      {choosingHere && <SplitBar ticket={ticket} place={place} count={messages.length} />}
      <div
        ref={scroller}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto print:overflow-visible"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard
        tabIndex={0}
        role="region"
        aria-label={t("ticket.conversation")}
      >
        {messages.length === 0 && <EmptyState title={t("ticket.noMessages")} text={t("ticket.noMessagesText")} />}
        {start > 1 && <FoldAll open={reading.allOpen} count={start} onToggle={reading.toggleAll} />}
        {entries.map((entry) => {
          if (entry.kind === "events") return <EventLines key={entry.key} events={entry.events} />;
          const { message } = entry;
          return isOpen(message.id) || choosingHere ? (
            <OpenMessage
              key={entry.key}
              ticket={ticket}
              message={message}
              isStart={message.id === reading.startId}
              onFold={reading.foldable(message.id) ? () => reading.toggle(message.id) : null}
            />
          ) : (
            <FoldedMessage key={entry.key} message={message} onOpen={() => reading.toggle(message.id)} />
          );
        })}
        <div className="mt-auto print:hidden">
          <AnswerBar ticket={ticket} />
          <Suspense>
            <Composer ticket={ticket} messages={messages} place={place} />
          </Suspense>
        </div>
      </div>
    </>
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
    return { startId: messages[named >= 0 ? named : first]?.id, firstOpen: messages[first]?.id };
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
  return {
    start,
    startId: opening.startId,
    foldable,
    isOpen,
    allOpen,
    toggle: (id: Id) =>
      setTurned((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    toggleAll: () => {
      setTurned(new Set());
      setAllOpen(!allOpen);
    },
  };
}
