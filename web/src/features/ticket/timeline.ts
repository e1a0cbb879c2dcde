import type { Message, TicketEvent, TicketRow } from "../../api/types.ts";

/** What stands in the conversation, one below the other. */
export type Entry =
  | { kind: "message"; key: string; message: Message }
  /** What happened between two messages. */
  | { kind: "events"; key: string; events: readonly TicketEvent[] };

/** Messages and events by their time. Events in a row are one entry; an event comes before a message of the same second. */
export function timelineOf(messages: readonly Message[], events: readonly TicketEvent[]): Entry[] {
  const entries: Entry[] = [];
  let next = 0;
  const takeEvents = (until: string | null): void => {
    const from = next;
    const later = until === null ? -1 : events.findIndex((event, at) => at >= from && event.created_at >= until);
    next = later < 0 ? events.length : later;
    const taken = events.slice(from, next);
    const [first] = taken;
    if (first !== undefined) entries.push({ kind: "events", key: first.id, events: taken });
  };
  for (const message of messages) {
    takeEvents(message.created_at);
    entries.push({ kind: "message", key: message.id, message });
  }
  takeEvents(null);
  return entries;
}

/**
 * Where reading begins: the first message that is news; of a ticket that one has seen, what the customer wrote since our
 * last answer, else the last message. Those before it are folded.
 */
export function firstToRead(
  messages: readonly Message[],
  { unread, seen_at }: Pick<TicketRow, "unread" | "seen_at">,
  me: string,
): number {
  const last = Math.max(0, messages.length - 1);
  if (unread === true && seen_at != null) {
    const news = messages.findIndex((message) => message.created_at > seen_at && message.user_id !== me);
    if (news >= 0) return news;
  }
  const answered = messages.findLastIndex((message) => message.type === "reply" && message.direction === "out");
  return Math.min(last, answered + 1);
}
