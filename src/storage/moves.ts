import { sql } from "kysely";
import type { Tx } from "./database.ts";
import type { MessageRow, TicketRow } from "./schema.ts";

/**
 * Puts messages of one ticket onto another, with what belongs to them: mentions, their lines of the ledger, and the jobs
 * that deliver them. Those that are not on it (any more) stay where they are; `null` means all. Returns what was moved as
 * it is now. Search entries, summaries and versions are the caller's affair.
 */
export async function moveMessages(
  tx: Tx,
  accountId: string,
  from: string,
  to: string,
  ids: readonly string[] | null,
): Promise<MessageRow[]> {
  if (ids?.length === 0) return [];
  const moved = await tx.query
    .updateTable("messages")
    .set({ ticket_id: to })
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", from)
    .$if(ids !== null, (query) => query.where("id", "in", ids ?? []))
    .returningAll()
    .execute();
  for (let start = 0; start < moved.length; start += IDS_AT_ONCE) {
    const some = moved.slice(start, start + IDS_AT_ONCE).map(({ id }) => id);
    await tx.query
      .updateTable("mentions")
      .set({ ticket_id: to })
      .where("account_id", "=", accountId)
      .where("message_id", "in", some)
      .execute();
    await tx.query
      .updateTable("received_messages")
      .set({ ticket_id: to })
      .where("account_id", "=", accountId)
      .where("message_id", "in", some)
      .execute();
  }
  await moveDeliveries(tx, accountId, to, moved);
  return moved;
}

/** SQLite takes 32,766 parameters in a statement. */
const IDS_AT_ONCE = 30_000;

/** The job of a message that waits names its ticket, by which it is taken back. */
async function moveDeliveries(tx: Tx, accountId: string, to: string, moved: readonly MessageRow[]): Promise<void> {
  const waiting = moved.filter(({ delivery_state }) => delivery_state === "queued" || delivery_state === "sending");
  if (waiting.length === 0) return;
  const jobs = await tx.query
    .selectFrom("jobs")
    .select(["id", "payload"])
    .where("account_id", "=", accountId)
    .where("kind", "=", "deliver-message")
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .execute();
  for (const job of jobs) {
    const payload = JSON.parse(job.payload) as Record<string, unknown>;
    if (!waiting.some(({ id }) => id === payload["message_id"])) continue;
    await tx.query
      .updateTable("jobs")
      // The members keep their places: a payload is compared as text.
      .set({ payload: JSON.stringify({ ...payload, ticket_id: to }) })
      .where("account_id", "=", accountId)
      .where("id", "=", job.id)
      .execute();
  }
}

/** Brings up to date when a ticket last had something to read: its newest inbound reply or note. */
export async function refreshNews(tx: Tx, accountId: string, ticketId: string): Promise<void> {
  await tx.query
    .updateTable("tickets")
    .set({
      news_at: sql<number>`coalesce((select max(messages.created_at) from messages
        where messages.account_id = ${accountId} and messages.ticket_id = ${ticketId}
          and (messages.direction = 'in' or messages.type = 'note')), 0)`,
    })
    .where("account_id", "=", accountId)
    .where("id", "=", ticketId)
    .execute();
}

/** Puts the drafts of one ticket onto another, but for those of users who have one there. Returns the ids of what it moved. */
export async function moveDrafts(
  tx: Tx,
  accountId: string,
  from: string,
  to: string,
  ids: readonly string[] | null,
): Promise<string[]> {
  if (ids?.length === 0) return [];
  const drafts = await tx.query
    .selectFrom("drafts")
    .select(["id", "user_id", "ticket_id"])
    .where("account_id", "=", accountId)
    .where("ticket_id", "in", [from, to])
    .execute();
  const taken = new Set(drafts.filter(({ ticket_id }) => ticket_id === to).map(({ user_id }) => user_id));
  const movable = drafts.filter(
    ({ id, user_id, ticket_id }) => ticket_id === from && !taken.has(user_id) && (ids === null || ids.includes(id)),
  );
  for (const { id } of movable) {
    await tx.query
      .updateTable("drafts")
      .set({ ticket_id: to })
      .where("account_id", "=", accountId)
      .where("id", "=", id)
      .execute();
  }
  return movable.map(({ id }) => id);
}

/** The tickets of a customer, at most `limit`. */
export async function listTicketsToMove(
  tx: Tx,
  accountId: string,
  customerId: string,
  limit: number,
): Promise<Pick<TicketRow, "id" | "type" | "reply_to">[]> {
  return await tx.query
    .selectFrom("tickets")
    .select(["id", "type", "reply_to"])
    .where("account_id", "=", accountId)
    .where("customer_id", "=", customerId)
    .orderBy("id")
    .limit(limit)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .execute();
}

/** Gives contacts of one customer to another, after those it has. Those that it does not hold (any more) stay. */
export async function moveContacts(
  tx: Tx,
  accountId: string,
  from: string,
  to: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const last = await tx.query
    .selectFrom("contacts")
    .select((contact) => contact.fn.max("position").as("position"))
    .where("account_id", "=", accountId)
    .where("customer_id", "=", to)
    .executeTakeFirst();
  for (const [index, id] of ids.entries()) {
    await tx.query
      .updateTable("contacts")
      .set({ customer_id: to, position: (last?.position ?? -1) + 1 + index })
      .where("account_id", "=", accountId)
      .where("customer_id", "=", from)
      .where("id", "=", id)
      .execute();
  }
}

/** Gives the drafts of tickets to come for one customer to another. Returns their ids. */
export async function moveDraftsOfCustomer(
  tx: Tx,
  accountId: string,
  from: string,
  to: string,
  ids: readonly string[] | null,
): Promise<string[]> {
  if (ids?.length === 0) return [];
  const moved = await tx.query
    .updateTable("drafts")
    .set({ customer_id: to })
    .where("account_id", "=", accountId)
    .where("customer_id", "=", from)
    .$if(ids !== null, (query) => query.where("id", "in", ids ?? []))
    .returning("id")
    .execute();
  return moved.map(({ id }) => id);
}
