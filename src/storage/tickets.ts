import { sql } from "kysely";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { TicketRow } from "./schema.ts";

export async function insertTicket(tx: Tx, ticket: TicketRow): Promise<void> {
  await insert.run(tx, ticket);
  await insertTicketLabels(tx, ticket.account_id, ticket.id, labelIdsOf(ticket));
}

const insert = preparedWrite((db: WriteQueries, ticket: TicketRow) => db.insertInto("tickets").values(ticket));

const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db.selectFrom("tickets").selectAll().where("account_id", "=", accountId).where("id", "=", id),
);

export async function findTicket(reader: Reader, accountId: string, id: string): Promise<TicketRow | undefined> {
  return await byId.first(reader, { accountId, id });
}

export async function findTicketByNumber(
  reader: Reader,
  accountId: string,
  number: number,
): Promise<TicketRow | undefined> {
  return await reader.query
    .selectFrom("tickets")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("number", "=", number)
    .executeTakeFirst();
}

/** A customer's newest ticket, when `least` or more of theirs were created since `since`; undefined otherwise. */
export async function findLatestTicketOf(
  reader: Reader,
  accountId: string,
  customerId: string,
  since: number,
  least: number,
): Promise<TicketRow | undefined> {
  const recent = await latestOf.all(reader, { accountId, customerId, since, least });
  return recent.length < least ? undefined : recent[0];
}

interface Recent {
  accountId: string;
  customerId: string;
  since: number;
  least: number;
}

const latestOf = prepared((db, { accountId, customerId, since, least }: Recent) =>
  db
    .selectFrom("tickets")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("customer_id", "=", customerId)
    .where("created_at", ">=", since)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(least),
);

/** As `findTicket`, and nobody else changes the ticket until the transaction ends. */
export async function lockTicket(tx: Tx, accountId: string, id: string): Promise<TicketRow | undefined> {
  return await byIdLocked.first(tx, { accountId, id });
}

const byIdLocked = preparedWrite((db: WriteQueries, { accountId, id }: { accountId: string; id: string }, engine) =>
  db
    .selectFrom("tickets")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forUpdate()),
);

/** The inbox of each of some tickets, by the ticket's id; those that are not there are left out. */
export async function findInboxesOfTickets(
  reader: Reader,
  accountId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await reader.query
    .selectFrom("tickets")
    .select(["id", "inbox_id"])
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .execute();
  return new Map(rows.map(({ id, inbox_id }) => [id, inbox_id]));
}

/** A ticket of tickets that became part of others so often is none that people made. */
const MOST_MERGES = 50;

/** As `lockTicket`; of a ticket that was merged, the one that its messages went to. */
export async function lockCurrentTicket(tx: Tx, accountId: string, id: string): Promise<TicketRow | undefined> {
  let ticket = await lockTicket(tx, accountId, id);
  for (let merges = 0; ticket?.merged_into != null && merges < MOST_MERGES; merges += 1) {
    ticket = await lockTicket(tx, accountId, ticket.merged_into);
  }
  return ticket;
}

/** Of some tickets those that exist, in the order of their ids, which is that in which they are locked. */
export async function lockTickets(tx: Tx, accountId: string, ids: readonly string[]): Promise<TicketRow[]> {
  if (ids.length === 0) return [];
  return await tx.query
    .selectFrom("tickets")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .orderBy("id")
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .execute();
}

/** The labels of a ticket, in the order in which they were put on. */
export function labelIdsOf(ticket: Pick<TicketRow, "label_ids">): string[] {
  return ticket.label_ids === "[]" ? [] : (JSON.parse(ticket.label_ids) as string[]);
}

export type TicketChanges = Partial<
  Pick<
    TicketRow,
    | "user_id"
    | "inbox_id"
    | "state"
    | "snoozed_until"
    | "subject"
    | "spam"
    | "trash"
    | "summary"
    | "summary_type"
    | "label_ids"
    | "customer_id"
    | "reply_to"
    | "reply_cc"
    | "merged_into"
    | "news_at"
  >
>;

/**
 * Sets the changed columns, and moves the version and `updated_at` (K4), which never goes back; nor does `news_at`.
 * Returns the ticket as it is now.
 */
export async function updateTicket(
  tx: Tx,
  accountId: string,
  id: string,
  changes: TicketChanges,
  at: number,
): Promise<TicketRow> {
  if (changes.label_ids !== undefined) {
    await deleteTicketLabels(tx, accountId, id);
    await insertTicketLabels(tx, accountId, id, labelIdsOf({ label_ids: changes.label_ids }));
  }
  const ticket = await updateAndReturn.first(tx, { accountId, id, at, ...changes });
  if (ticket === undefined) throw new Error(`there is no ticket ${id}`);
  return ticket;
}

/** As `updateTicket`, for who does not look at the ticket again; labels it leaves alone. SQLite does without a copy of the row. */
export async function touchTicket(
  tx: Tx,
  accountId: string,
  id: string,
  changes: Omit<TicketChanges, "label_ids">,
  at: number,
): Promise<void> {
  const found = await update.run(tx, { accountId, id, at, ...changes });
  if (found === 0) throw new Error(`there is no ticket ${id}`);
}

type Update = TicketChanges & { accountId: string; id: string; at: number };

const updateAndReturn = preparedWrite((db: WriteQueries, changes: Update) => updated(db, changes).returningAll());
const update = preparedWrite((db: WriteQueries, changes: Update) => updated(db, changes));

function updated(db: WriteQueries, { accountId, id, at, ...changes }: Update) {
  return db
    .updateTable("tickets")
    .set((ticket) => ({
      ...changes,
      ...("news_at" in changes && { news_at: neverBack("news_at", changes.news_at) }),
      version: ticket("version", "+", 1),
      updated_at: neverBack("updated_at", at),
    }))
    .where("account_id", "=", accountId)
    .where("id", "=", id);
}

function neverBack(column: "updated_at" | "news_at", at: number | undefined) {
  return sql<number>`case when ${sql.ref(column)} > ${at} then ${sql.ref(column)} else ${at} end`;
}

/** Takes a label that is gone off up to `limit` tickets, without moving their version (K4). Returns how many it took it off. */
export async function removeLabelFromTickets(
  tx: Tx,
  accountId: string,
  labelId: string,
  limit: number,
): Promise<number> {
  const labelled = await tx.query
    .selectFrom("ticket_labels")
    .select("ticket_id")
    .where("account_id", "=", accountId)
    .where("label_id", "=", labelId)
    .orderBy("ticket_id")
    .limit(limit)
    .execute();
  for (const { ticket_id } of labelled) {
    const ticket = await lockTicket(tx, accountId, ticket_id);
    if (ticket === undefined) continue;
    const label_ids = JSON.stringify(labelIdsOf(ticket).filter((id) => id !== labelId));
    await tx.query
      .updateTable("tickets")
      .set({ label_ids })
      .where("account_id", "=", accountId)
      .where("id", "=", ticket_id)
      .execute();
    await tx.query
      .deleteFrom("ticket_labels")
      .where("account_id", "=", accountId)
      .where("ticket_id", "=", ticket_id)
      .where("label_id", "=", labelId)
      .execute();
  }
  return labelled.length;
}

async function deleteTicketLabels(tx: Tx, accountId: string, ticketId: string): Promise<void> {
  await tx.query
    .deleteFrom("ticket_labels")
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .execute();
}

async function insertTicketLabels(
  tx: Tx,
  accountId: string,
  ticketId: string,
  labelIds: readonly string[],
): Promise<void> {
  if (labelIds.length === 0) return;
  await tx.query
    .insertInto("ticket_labels")
    .values(labelIds.map((label_id) => ({ account_id: accountId, label_id, ticket_id: ticketId })))
    .execute();
}
