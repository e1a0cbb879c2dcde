import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { statusOf } from "../../api/errors.ts";
import { showPresence } from "../../api/live.ts";
import { messageKeys, messagesQuery, takeBackMessage } from "../../api/queries/messages.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { changeTicket, showChanges, snoozeTicket, ticketKeys, ticketQuery } from "../../api/queries/tickets.ts";
import { queryClient } from "../../api/query-client.ts";
import type { Id, Message, NewMessage, TicketRow } from "../../api/types.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { noteUnderWay, retellToast, toastDone, toastFailed, toastSaid } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import { useGoOn } from "../tickets/public/after-action.ts";
import type { Content } from "./content.ts";
import { type Desk, deskOf } from "./keepers.ts";
import { setComposerOpen } from "./public/open-composers.ts";
import { messageOf, sendMessage } from "./send-message.ts";
import { whyNotYet } from "./send-problems.ts";
import type { ReadState } from "./use-read-so-far.ts";

export interface SendOptions {
  close?: boolean;
  /** When it goes out; at once without. */
  at?: Date | null;
}

/** An answer that was held back, because others wrote while it was written. */
export interface Stopped {
  options: SendOptions;
  news: readonly Message[];
}

interface Asked {
  desk: Desk;
  ticket: TicketRow;
  messages: readonly Message[];
  place: Place;
  read: ReadState;
}

export function useSending({ desk, ticket, messages, place, read }: Asked) {
  const { data: session } = useQuery(sessionQuery);
  const goOn = useGoOn(place, ticket.id);
  const go = useGo();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [stopped, setStopped] = useState<Stopped | null>(null);
  const undoSeconds = session?.account.undo_seconds ?? 0;

  const send = async (options: SendOptions, version = read.version): Promise<void> => {
    const reason = whyNotYet(desk);
    setProblem(reason);
    if (reason !== null || busy) return;
    setBusy(true);
    const { keeper } = desk;
    const { content } = keeper;
    await keeper.seal();
    try {
      const message = messageOf(content, messages, options.at ?? null);
      const sent = await sendUnlessNews(ticket.id, message, version, read);
      keeper.sent();
      setStopped(null);
      setComposerOpen(ticket.id, false);
      void showPresence(ticket.id, "viewing");
      afterwards(content, sent, options);
    } catch (error) {
      keeper.reopen();
      if (error instanceof MovedOn) setStopped({ options, news: error.news });
      else toastFailed(t(content.kind === "note" ? "composer.noteFailed" : "composer.sendFailed"), error);
    } finally {
      setBusy(false);
    }
  };

  const afterwards = (content: Content, sent: Message, { close = false, at = null }: SendOptions): void => {
    const closing = close ? closeTicket(ticket) : Promise.resolve(true);
    // What comes next is known by the list that the ticket is still in.
    if (close) goOn();
    refresh(ticket.id);
    const tellNotClosed = (toast: number): void =>
      void closing.then((closed) => closed || retellToast(toast, saidOf(content, false, at)));
    const said = saidOf(content, close, at);
    if (undoSeconds === 0 && at === null) return tellNotClosed(toastSaid(said));
    const undo = async (): Promise<void> => {
      await takeBackMessage(ticket.id, sent.id);
      deskOf(desk.keeper.writer, ticket.id).keeper.bringBack(content);
      setComposerOpen(ticket.id, true);
      if (!location.pathname.includes(ticket.id)) go.ticket(place, ticket.id);
      if (close && (await closing)) await reopenTicket(ticket);
      refresh(ticket.id);
    };
    return tellNotClosed(toastDone(said, undo, at === null ? undoSeconds * 1000 : undefined));
  };

  return {
    busy,
    problem,
    clearProblem: () => setProblem(null),
    stopped,
    send: (options: SendOptions = {}) => noteUnderWay(send(options)),
    sendAnyway: () => {
      if (stopped === null) return;
      read.acknowledge();
      const version = queryClient.getQueryData<TicketRow>(ticketKeys.one(ticket.id))?.version;
      void send(stopped.options, version);
    },
    keepEditing: () => {
      read.acknowledge();
      setStopped(null);
    },
  };
}

class MovedOn extends Error {
  readonly news: readonly Message[];
  constructor(news: readonly Message[]) {
    super("the ticket has moved on");
    this.news = news;
  }
}

/** Changes that are no message do not hold an answer back; so many in a row are let pass. */
const MOST_TRIES = 4;

async function sendUnlessNews(
  id: Id,
  message: NewMessage,
  version: number | undefined,
  read: ReadState,
): Promise<Message> {
  let rests = version;
  for (let tries = 1; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- each try rests on what the one before has read
      return await sendMessage(id, message, message.type === "note" ? undefined : rests);
    } catch (error) {
      if (statusOf(error) !== 412 || tries === MOST_TRIES) throw error;
      // The ticket before its messages: what comes in between is then among them.
      // oxlint-disable-next-line no-await-in-loop -- as above
      const ticket = await queryClient.fetchQuery({ ...ticketQuery(id), staleTime: 0 });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await queryClient.refetchQueries({ queryKey: messageKeys.of(id), exact: true });
      const pages = queryClient.getQueryData(messagesQuery(id).queryKey)?.pages ?? [];
      const news = read.unknownOf(pages.flatMap(({ messages }) => messages));
      if (news.length > 0) throw new MovedOn(news);
      rests = ticket.version;
    }
  }
}

/** False when it failed, which is told. */
async function closeTicket({ id }: TicketRow): Promise<boolean> {
  const putBack = showChanges([id], { state: "closed" });
  try {
    await changeTicket(id, { state: "closed" });
    return true;
  } catch (error) {
    putBack();
    toastFailed(t("composer.sentNotClosed"), error);
    return false;
  } finally {
    refresh(id);
  }
}

/** As it was before it was sent and closed; a snooze that has ended meanwhile would have opened it. */
async function reopenTicket({ id, state, snoozed_until: until }: TicketRow): Promise<void> {
  if (state === "snoozed" && until !== null && Date.parse(until) > Date.now()) await snoozeTicket(id, until);
  else if (state !== "closed") await changeTicket(id, { state: state === "hold" ? "hold" : "open" });
}

export function refresh(id: Id): void {
  for (const queryKey of [ticketKeys.one(id), ticketKeys.lists, ["folders"]]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

function saidOf({ kind }: Content, close: boolean, at: Date | null): string {
  if (at !== null) return t("composer.scheduled", { when: relativeTime(at) });
  if (kind === "note") return t(close ? "composer.noteAddedClosed" : "composer.noteAdded");
  if (kind === "forward") return t(close ? "composer.forwardedClosed" : "composer.forwarded");
  return t(close ? "composer.sentClosed" : "composer.sent");
}
