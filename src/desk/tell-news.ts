import type { Actor } from "../domain/events.ts";
import type { Tx } from "../storage/database.ts";
import type { MessageRow } from "../storage/schema.ts";
import { isUnreadTicket, markSeen, raiseNews } from "../storage/seen-tickets.ts";

/**
 * Makes a ticket unread by a message that was just written to it: by an inbound reply or a note, not by our own replies.
 * It stays read for whoever is signed in and wrote it, unless something that they have not seen was there before it.
 */
export async function tellNews(tx: Tx, actor: Actor, message: MessageRow): Promise<void> {
  if (message.direction === "out") return;
  const { account_id, ticket_id, created_at } = message;
  const author = actor.userId;
  const unread = author !== null && (await isUnreadTicket(tx, account_id, author, ticket_id));
  await raiseNews(tx, account_id, ticket_id, created_at);
  if (author !== null && !unread) await markSeen(tx, account_id, author, ticket_id, created_at);
}
