import type { Actor } from "../domain/events.ts";
import type { Tx } from "../storage/database.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { isUnreadTicket, markSeen } from "../storage/seen-tickets.ts";

/** Whether a message makes its ticket unread: an inbound reply or a note does, our own replies do not. */
export function isNews({ direction }: Pick<MessageRow, "direction">): boolean {
  return direction !== "out";
}

/** What a message that was just written changes of when its ticket last had news. */
export function newsOf(message: Pick<MessageRow, "direction" | "created_at">): Partial<Pick<TicketRow, "news_at">> {
  return isNews(message) ? { news_at: message.created_at } : {};
}

/**
 * Keeps a ticket read for whoever is signed in and wrote a message to it, unless something that they have not seen was there
 * before. To be called before the ticket has news of it.
 */
export async function keepRead(tx: Tx, actor: Actor, message: MessageRow): Promise<void> {
  const author = actor.userId;
  if (author === null || !isNews(message)) return;
  const { account_id, ticket_id, created_at } = message;
  if (await isUnreadTicket(tx, account_id, author, ticket_id)) return;
  await markSeen(tx, account_id, author, ticket_id, created_at);
}
