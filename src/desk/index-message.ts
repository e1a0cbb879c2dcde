import type { Tx } from "../storage/database.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { messageEntry } from "../storage/search-entries.ts";
import { indexEntry } from "../storage/search.ts";

/** Makes a message findable, by its own words and by its ticket's subject. */
export async function indexMessage(
  tx: Tx,
  ticket: Pick<TicketRow, "account_id" | "id" | "subject">,
  message: Pick<MessageRow, "id" | "body" | "htmlized" | "from_name" | "from">,
): Promise<void> {
  await indexEntry(tx, ticket.account_id, messageEntry(ticket, message));
}
