import { searchWords } from "../domain/search-words.ts";
import { htmlToText } from "../domain/text.ts";
import { bulkInsert, runCompiled } from "./bulk-insert.ts";
import type { Tx } from "./database.ts";
import type { ContactRow, CustomerRow, MessageRow, TicketRow } from "./schema.ts";
import { type SearchEntry, scopeOf, vectorOf } from "./search.ts";

/** What a message is found by: its own words and its ticket's subject. The same as `desk/index-message.ts`. */
export function messageEntry(
  ticket: Pick<TicketRow, "id" | "subject">,
  message: Pick<MessageRow, "id" | "body" | "htmlized" | "from_name" | "from">,
): SearchEntry {
  const body = message.htmlized === 1 ? htmlToText(message.body) : message.body;
  const parts = [ticket.subject, message.from_name, message.from, body];
  return { id: message.id, ticketId: ticket.id, text: parts.filter(Boolean).join("\n") };
}

/** What a customer is found by; contacts in their order. The same as `desk/index-customer.ts`. */
export function customerEntry(
  customer: Pick<CustomerRow, "id" | "first_name" | "last_name" | "summary">,
  contacts: readonly Pick<ContactRow, "value">[],
): SearchEntry {
  const parts = [customer.first_name, customer.last_name, customer.summary, ...contacts.map(({ value }) => value)];
  return { id: customer.id, ticketId: null, text: parts.filter(Boolean).join("\n") };
}

/** As `indexEntry`, for many entries that the index does not hold yet. */
export async function bulkIndex(tx: Tx, accountId: string, entries: readonly SearchEntry[]): Promise<void> {
  if (tx.engine === "postgres") {
    const rows = entries.map(({ id, ticketId, text }) => ({
      account_id: accountId,
      id,
      ticket_id: ticketId,
      words: vectorOf(searchWords(text)),
    }));
    await bulkInsert(tx, "search_entries", rows);
    return;
  }
  const [last] = await runCompiled<{ entry: number | null }>(tx, "select max(entry) as entry from search_entries");
  const first = (last?.entry ?? 0) + 1;
  await bulkInsert(
    tx,
    "search_entries",
    entries.map(({ id, ticketId }, index) => ({
      entry: first + index,
      account_id: accountId,
      id,
      ticket_id: ticketId,
    })),
  );
  await bulkInsert(
    tx,
    "search_index",
    entries.map(({ ticketId, text }, index) => ({
      rowid: first + index,
      scope: scopeOf(accountId, ticketId !== null),
      words: searchWords(text).join(" "),
    })),
  );
}
