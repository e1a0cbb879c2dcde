import { useState } from "react";
import type { Id, Message, TicketRow } from "../../api/types.ts";

/** What a person had before their eyes when they began to write. */
interface ReadSoFar {
  version: number | undefined;
  messages: readonly Message[];
  known: ReadonlySet<Id>;
}

export interface ReadState {
  /** What an answer rests on (`If-Match`). */
  version: number | undefined;
  /** Written by others since one began; nobody has said yet that they read it. */
  news: readonly Message[];
  /** Of messages just read from the server, those that one did not know; one's own from another window too. */
  unknownOf: (messages: readonly Message[]) => readonly Message[];
  /** One has read it. */
  acknowledge: () => void;
}

/**
 * Follows the ticket up to where it was read. While nothing is written that is all of it; from the first word on it stays,
 * and what comes then is news. Changes without a message (a label, an assignee) are not: the version goes on past them,
 * once the messages that are shown are all that the ticket has.
 */
export function useReadSoFar(ticket: TicketRow, messages: readonly Message[], me: Id, writing: boolean): ReadState {
  const [read, setRead] = useState<ReadSoFar>(() => readOf(ticket, messages));
  const { version, message_count: count } = ticket;
  const news = messages.filter(({ id, user_id }) => !read.known.has(id) && user_id !== me);
  const isWhole = count === messages.length;
  const follows = isWhole && (!writing || news.length === 0);
  if (follows && (read.version !== version || read.messages !== messages)) setRead(readOf(ticket, messages));
  return {
    version: read.version,
    news,
    unknownOf: (all) => all.filter(({ id }) => !read.known.has(id)),
    acknowledge: () => setRead(readOf(ticket, messages)),
  };
}

function readOf({ version }: TicketRow, messages: readonly Message[]): ReadSoFar {
  return { version, messages, known: new Set(messages.map(({ id }) => id)) };
}
