import { breathe } from "../domain/breathe.ts";
import type { Tx } from "../storage/database.ts";
import { listMessagesOf } from "../storage/messages.ts";
import type { TicketRow } from "../storage/schema.ts";
import { ticketEntry } from "../storage/search-entries.ts";
import { indexEntry, removeEntry } from "../storage/search.ts";
import { indexMessage } from "./index-message.ts";

/** Indexes a ticket anew when its subject has changed: each of its messages is found by it, or the ticket itself without any. */
export async function reindexTicket(tx: Tx, ticket: TicketRow): Promise<void> {
  const messages = await listMessagesOf(tx, ticket.account_id, [ticket.id]);
  if (messages.length === 0) await indexEntry(tx, ticket.account_id, ticketEntry(ticket));
  else await removeEntry(tx, ticket.account_id, ticket.id);
  for (const message of messages) {
    await indexMessage(tx, ticket, message);
    await breathe();
  }
}
