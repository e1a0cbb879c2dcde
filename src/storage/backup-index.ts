import { bulkIndex } from "./bulk-index.ts";
import { customerEntry, messageEntry, ticketEntry } from "./search-entries.ts";
import { runCompiled } from "./bulk-insert.ts";
import type { Tx } from "./database.ts";
import type { CustomerRow, MessageRow } from "./schema.ts";
import type { SearchEntry } from "./search.ts";

const ROWS = 200;

/** Fills an empty search index from the tickets, messages and customers of all accounts. */
export async function rebuildIndex(tx: Tx): Promise<void> {
  const accounts = await runCompiled<{ id: string }>(tx, "select id from accounts order by id");
  for (const { id } of accounts) {
    await indexPages(tx, id, nextSilentTickets);
    await indexPages(tx, id, nextMessages);
    await indexPages(tx, id, nextCustomers);
  }
}

type NextEntries = (tx: Tx, accountId: string, after: string) => Promise<SearchEntry[]>;

async function indexPages(tx: Tx, accountId: string, next: NextEntries): Promise<void> {
  for (let after = ""; ;) {
    const entries = await next(tx, accountId, after);
    const last = entries.at(-1);
    if (last === undefined) return;
    await bulkIndex(tx, accountId, entries);
    after = last.id;
  }
}

/** Tickets without messages. */
async function nextSilentTickets(tx: Tx, accountId: string, after: string): Promise<SearchEntry[]> {
  const tickets = await tx.query
    .selectFrom("tickets")
    .select(["id", "subject"])
    .where("account_id", "=", accountId)
    .where("id", ">", after)
    .where((ticket) =>
      ticket.not(
        ticket.exists(
          ticket
            .selectFrom("messages")
            .select("messages.id")
            .where("messages.account_id", "=", accountId)
            .whereRef("messages.ticket_id", "=", "tickets.id"),
        ),
      ),
    )
    .orderBy("id")
    .limit(ROWS)
    .execute();
  return tickets.map(ticketEntry);
}

async function nextMessages(tx: Tx, accountId: string, after: string): Promise<SearchEntry[]> {
  const messages = await tx.query
    .selectFrom("messages")
    .innerJoin("tickets", (join) =>
      join.onRef("tickets.account_id", "=", "messages.account_id").onRef("tickets.id", "=", "messages.ticket_id"),
    )
    .select(["messages.id", "ticket_id", "messages.from_name", "messages.from", "messages.body", "messages.htmlized"])
    .select("tickets.subject")
    .where("messages.account_id", "=", accountId)
    .where("tickets.account_id", "=", accountId)
    .where("messages.id", ">", after)
    .orderBy("messages.id")
    .limit(ROWS)
    .execute();
  return messages.map(
    (
      row: Pick<MessageRow, "id" | "ticket_id" | "from_name" | "from" | "body" | "htmlized"> & {
        subject: string | null;
      },
    ) => messageEntry({ id: row.ticket_id, subject: row.subject }, row),
  );
}

async function nextCustomers(tx: Tx, accountId: string, after: string): Promise<SearchEntry[]> {
  const customers: CustomerRow[] = await tx.query
    .selectFrom("customers")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", ">", after)
    .orderBy("id")
    .limit(ROWS)
    .execute();
  if (customers.length === 0) return [];
  const ids = customers.map(({ id }) => id);
  const contacts = await tx.query
    .selectFrom("contacts")
    .select(["customer_id", "value"])
    .where("account_id", "=", accountId)
    .where("customer_id", "in", ids)
    .orderBy("position")
    .orderBy("id")
    .execute();
  const byCustomer = Map.groupBy(contacts, (contact) => contact.customer_id);
  return customers.map((customer) => customerEntry(customer, byCustomer.get(customer.id) ?? []));
}
