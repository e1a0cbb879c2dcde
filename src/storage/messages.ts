import { composeId } from "../domain/ids.ts";
import { sql } from "kysely";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { Slice, SortDirection } from "./paging.ts";
import type { MessageRow } from "./schema.ts";

export async function insertMessage(tx: Tx, message: MessageRow): Promise<void> {
  await insert.run(tx, message);
}

const insert = preparedWrite((db: WriteQueries, message: MessageRow) => db.insertInto("messages").values(message));

export async function findMessage(
  reader: Reader,
  accountId: string,
  ticketId: string,
  id: string,
): Promise<MessageRow | undefined> {
  return await reader.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("id", "=", id)
    .executeTakeFirst();
}

const ofTickets = prepared((db, { accountId, ticketIds }: { accountId: string; ticketIds: readonly string[] }) =>
  db
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "in", ticketIds)
    .orderBy("ticket_id")
    .orderBy("created_at")
    .orderBy("id"),
);

/** All messages of some tickets, each ticket's oldest first (M1). */
export async function listMessagesOf(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
): Promise<MessageRow[]> {
  return ticketIds.length === 0 ? [] : await ofTickets.all(reader, { accountId, ticketIds });
}

export async function listMessages(
  reader: Reader,
  accountId: string,
  ticketId: string,
  direction: SortDirection,
  { limit, offset }: Slice,
): Promise<MessageRow[]> {
  if (limit === 0) return [];
  return await reader.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .orderBy("created_at", direction)
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countMessages(reader: Reader, accountId: string, ticketId: string): Promise<number> {
  const { total } = await reader.query
    .selectFrom("messages")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .executeTakeFirstOrThrow();
  return total;
}

const byMailIds = prepared((db, { accountId, mailIds }: { accountId: string; mailIds: readonly string[] }) =>
  db.selectFrom("messages").selectAll().where("account_id", "=", accountId).where("mail_id", "in", mailIds),
);

/** The newest message with one of these Message-IDs (RFC 5322 3.6.4, without angle brackets), in the order given. */
export async function findMessageByMailId(
  reader: Reader,
  accountId: string,
  mailIds: readonly string[],
): Promise<MessageRow | undefined> {
  if (mailIds.length === 0) return undefined;
  const found = await byMailIds.all(reader, { accountId, mailIds });
  // Put in order here: asked to do it, SQLite goes through all messages from the newest in place of the few by their index.
  const newestFirst = found.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  for (const mailId of mailIds) {
    const message = newestFirst.find((row) => row.mail_id === mailId);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** The newest message of a ticket; undefined when it has none. */
export async function findLastMessage(
  reader: Reader,
  accountId: string,
  ticketId: string,
): Promise<MessageRow | undefined> {
  return await reader.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The message that a ticket's summary is taken from: its first reply, else its first note (K1). */
export async function findSummaryMessage(
  reader: Reader,
  accountId: string,
  ticketId: string,
): Promise<MessageRow | undefined> {
  return await reader.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    // What the help desk answers by itself is nobody's first reply.
    .where(sql<boolean>`(auto_kind is null or auto_kind <> 'auto-reply' or direction <> 'out')`)
    .orderBy("type", "desc")
    .orderBy("created_at")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

/** Whether an address was sent an automatic reply since a moment. */
export async function wasAcknowledged(reader: Reader, accountId: string, to: string, since: number): Promise<boolean> {
  const found = await reader.query
    .selectFrom("messages")
    .select("id")
    .where("account_id", "=", accountId)
    // Word for word as in the index: SQLite uses a partial one only then.
    .where(sql<boolean>`direction = 'out' and auto_kind = 'auto-reply'`)
    .where("to", "=", to)
    .where("created_at", ">=", since)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Whether at least so many messages came to a ticket since a moment. Told by their ids, which say when each was written here:
 * its date is its sender's to choose.
 */
export async function hasManyIncoming(
  reader: Reader,
  accountId: string,
  ticketId: string,
  since: number,
  least: number,
): Promise<boolean> {
  const rows = await reader.query
    .selectFrom("messages")
    .select("id")
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("direction", "=", "in")
    .where("id", ">=", composeId(since, 0))
    .limit(least)
    .execute();
  return rows.length === least;
}
