import { htmlToText } from "../domain/text.ts";
import type { Tx } from "../storage/database.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { indexEntry } from "../storage/search.ts";

/** Makes a message findable, by its own words and by its ticket's subject. */
export async function indexMessage(
  tx: Tx,
  ticket: Pick<TicketRow, "account_id" | "id" | "subject">,
  message: Pick<MessageRow, "id" | "body" | "htmlized" | "from_name" | "from">,
): Promise<void> {
  const text = messageText(message);
  const parts = [ticket.subject, message.from_name, message.from, text];
  await indexEntry(tx, ticket.account_id, {
    id: message.id,
    ticketId: ticket.id,
    text: parts.filter(Boolean).join("\n"),
  });
}

/** What a person reads in a message's body. */
export function messageText({ body, htmlized }: Pick<MessageRow, "body" | "htmlized">): string {
  return htmlized === 1 ? htmlToText(body) : body;
}
