import type { Tx } from "../storage/database.ts";
import { listMessagesOf } from "../storage/messages.ts";
import type { TicketRow } from "../storage/schema.ts";
import { indexMessage } from "./index-message.ts";

/** Indexes a ticket's messages anew: each is found by the ticket's subject, which has changed. */
export async function reindexTicket(tx: Tx, ticket: TicketRow): Promise<void> {
  const messages = await listMessagesOf(tx, ticket.account_id, [ticket.id]);
  for (const message of messages) await indexMessage(tx, ticket, message);
}
