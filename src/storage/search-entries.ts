import { htmlToText } from "../domain/text.ts";
import type { ContactRow, CustomerRow, MessageRow, TicketRow } from "./schema.ts";
import type { SearchEntry } from "./search.ts";

/** What a message is found by: its own words and its ticket's subject. */
export function messageEntry(
  ticket: Pick<TicketRow, "id" | "subject">,
  message: Pick<MessageRow, "id" | "body" | "htmlized" | "from_name" | "from">,
): SearchEntry {
  const parts = [ticket.subject, message.from_name, message.from, messageText(message)];
  return { id: message.id, ticketId: ticket.id, text: parts.filter(Boolean).join("\n") };
}

/** What a ticket is found by as long as it has no messages, which carry its subject. */
export function ticketEntry({ id, subject }: Pick<TicketRow, "id" | "subject">): SearchEntry {
  return { id, ticketId: id, text: subject ?? "" };
}

/** What a customer is found by; contacts in their order. */
export function customerEntry(
  customer: Pick<CustomerRow, "id" | "first_name" | "last_name" | "summary">,
  contacts: readonly Pick<ContactRow, "value">[],
): SearchEntry {
  const parts = [customer.first_name, customer.last_name, customer.summary, ...contacts.map(({ value }) => value)];
  return { id: customer.id, ticketId: null, text: parts.filter(Boolean).join("\n") };
}

/** What a person reads in a message's body. */
export function messageText({ body, htmlized }: Pick<MessageRow, "body" | "htmlized">): string {
  return htmlized === 1 ? htmlToText(body) : body;
}
