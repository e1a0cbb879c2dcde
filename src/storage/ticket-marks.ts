import { sql } from "kysely";
import type { Reader } from "./database.ts";
import type { MessageRow } from "./schema.ts";

/** What a list shows of its tickets beyond their own columns: for one page at a time, one query for each kind. */

/** So much of a body is read for a preview: the text that is shown is in it, unless a mail begins with pages of styles. */
const BODY_START = 16_384;

export type LastMessage = Pick<
  MessageRow,
  "id" | "ticket_id" | "type" | "direction" | "from_name" | "htmlized" | "created_at"
> & { body: string };

/** The newest message of each ticket, with the beginning of its body. */
export async function findLastMessages(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
): Promise<Map<string, LastMessage>> {
  if (ticketIds.length === 0) return new Map();
  const rows = await reader.query
    .selectFrom("tickets")
    .innerJoin("messages", (join) =>
      join
        .onRef("messages.account_id", "=", "tickets.account_id")
        .on("messages.id", "=", (newest) =>
          newest
            .selectFrom("messages as newer")
            .select("newer.id")
            .where("newer.account_id", "=", accountId)
            .whereRef("newer.ticket_id", "=", "tickets.id")
            .orderBy("newer.created_at", "desc")
            .orderBy("newer.id", "desc")
            .limit(1),
        ),
    )
    .select([
      "messages.id",
      "messages.ticket_id",
      "messages.type",
      "messages.direction",
      "messages.from_name",
      "messages.htmlized",
      "messages.created_at",
    ])
    .select(sql<string>`substr(messages.body, 1, ${sql.lit(BODY_START)})`.as("body"))
    .where("tickets.account_id", "=", accountId)
    .where("messages.account_id", "=", accountId)
    .where("tickets.id", "in", ticketIds)
    .execute();
  return new Map(rows.map((row) => [row.ticket_id, row]));
}

/** How many messages each ticket has; those without are missing. */
export async function countMessagesOf(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
): Promise<Map<string, number>> {
  if (ticketIds.length === 0) return new Map();
  const rows = await reader.query
    .selectFrom("messages")
    .select((message) => ["ticket_id", message.fn.countAll<number>().as("count")])
    .where("account_id", "=", accountId)
    .where("ticket_id", "in", ticketIds)
    .groupBy("ticket_id")
    .execute();
  return new Map(rows.map(({ ticket_id, count }) => [ticket_id, count]));
}

/** How many files hang on each ticket's messages, pictures inside a text left out; those without are missing. */
export async function countAttachmentsOf(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
): Promise<Map<string, number>> {
  if (ticketIds.length === 0) return new Map();
  // Not joined: SQLite would begin with all attachments of the account (65 ms in place of 1).
  const rows = await reader.query
    .selectFrom("messages")
    .select("messages.ticket_id")
    .select((message) =>
      message
        .selectFrom("attachments")
        .select((row) => row.fn.countAll<number>().as("count"))
        .where("attachments.account_id", "=", accountId)
        .whereRef("attachments.message_id", "=", "messages.id")
        .where("attachments.inline", "=", 0)
        .as("count"),
    )
    .where("messages.account_id", "=", accountId)
    .where("messages.ticket_id", "in", ticketIds)
    .execute();
  const counts = new Map<string, number>();
  for (const { ticket_id, count } of rows) counts.set(ticket_id, (counts.get(ticket_id) ?? 0) + (count ?? 0));
  return counts;
}

/** The tickets of which a reply could not be delivered. */
export async function findFailedOf(
  reader: Reader,
  accountId: string,
  ticketIds: readonly string[],
): Promise<Set<string>> {
  if (ticketIds.length === 0) return new Set();
  const rows = await reader.query
    .selectFrom("messages")
    .select("ticket_id")
    .distinct()
    .where("account_id", "=", accountId)
    .where("ticket_id", "in", ticketIds)
    // Word for word as in the index: SQLite uses a partial one only then.
    .where(sql<boolean>`delivery_state = 'failed'`)
    .execute();
  return new Set(rows.map(({ ticket_id }) => ticket_id));
}
