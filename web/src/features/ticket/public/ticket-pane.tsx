import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { statusOf } from "../../../api/errors.ts";
import { ticketQuery } from "../../../api/queries/tickets.ts";
import type { TicketRow } from "../../../api/types.ts";
import { t } from "../../../i18n/t.ts";
import { useCommand } from "../../../keys/commands.ts";
import { type Place, ticketPath } from "../../../lib/places.ts";
import { noteRecent } from "../../../lib/recent-tickets.ts";
import { useGo } from "../../../lib/use-go.ts";
import { toastSaid } from "../../../lib/toasts.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { SkeletonRows } from "../../../ui/skeleton.tsx";
import { EmptyState, ErrorState } from "../../../ui/states.tsx";
import { useNeighbours } from "../../tickets/public/after-action.ts";
import { Conversation } from "../conversation.tsx";
import { TicketHeader } from "../ticket-header.tsx";
import { usePresence } from "../use-presence.ts";

/** A ticket: header, conversation, composer. */
export function TicketPane({ ticketId, place }: { ticketId: string; place: Place }) {
  const ticket = useQuery(ticketQuery(ticketId));
  const { data } = ticket;
  useTitle(data === undefined ? t("state.loading") : titleOf(data));
  useMoves(ticketId, place);
  useEffect(() => {
    if (data !== undefined) noteRecent({ id: data.id, number: data.number, subject: titleOf(data) });
  }, [data]);
  if (ticket.isError && statusOf(ticket.error) === 404) return <Gone place={place} />;
  if (ticket.isError && statusOf(ticket.error) === 403) {
    return <EmptyState title={t("ticket.forbidden")} text={t("ticket.forbiddenText")} />;
  }
  if (ticket.isError && data === undefined) {
    return <ErrorState title={t("ticket.failed")} error={ticket.error} onRetry={() => void ticket.refetch()} />;
  }
  if (data === undefined) return <SkeletonRows label={t("state.loading")} />;
  const mergedInto = data.merged_into ?? null;
  if (mergedInto !== null) return <Merged into={mergedInto} place={place} />;
  return <OpenTicket ticket={data} place={place} />;
}

function OpenTicket({ ticket, place }: { ticket: TicketRow; place: Place }) {
  usePresence(ticket.id);
  return (
    <>
      <TicketHeader ticket={ticket} place={place} />
      <Conversation ticket={ticket} place={place} />
    </>
  );
}

function titleOf({ subject }: TicketRow): string {
  return subject ?? t("ticket.noSubject");
}

/** Back to the list, and along it. */
function useMoves(ticketId: string, place: Place): void {
  const go = useGo();
  const { previous, next } = useNeighbours(place, ticketId);
  useCommand("go.back", () => go.place(place));
  useCommand("ticket.next", () => next !== null && go.ticket(place, next, true), { enabled: next !== null });
  useCommand("ticket.previous", () => previous !== null && go.ticket(place, previous, true), {
    enabled: previous !== null,
  });
}

function Gone({ place }: { place: Place }) {
  const go = useGo();
  return (
    <EmptyState
      title={t("ticket.gone")}
      text={t("ticket.goneText")}
      action={
        <button type="button" className="font-medium text-accent-ink underline" onClick={() => go.place(place)}>
          {t("command.back")}
        </button>
      }
    />
  );
}

/** Goes on to the ticket that this one is part of, and says so. One that cannot be seen is named at least. */
function Merged({ into, place }: { into: string; place: Place }) {
  const go = useGo();
  const { data: target, isError } = useQuery(ticketQuery(into));
  const number = target?.number;
  useEffect(() => {
    if (number === undefined) return;
    toastSaid(t("ticket.merged", { number: String(number) }));
    go.ticket(place, into, true);
  }, [go, place, into, number]);
  if (!isError) return <SkeletonRows label={t("state.loading")} />;
  return (
    <EmptyState
      title={t("ticket.mergedUnseen")}
      text={t("ticket.mergedText")}
      action={
        <Link to={ticketPath(place, into)} className="font-medium text-accent-ink underline">
          {t("ticket.open")}
        </Link>
      }
    />
  );
}
