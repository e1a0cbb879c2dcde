import type { Reader, Tx } from "./database.ts";
import type { Outcome, ReceivedMessageRow } from "./schema.ts";

export async function insertReceivedMessage(tx: Tx, received: ReceivedMessageRow): Promise<void> {
  await tx.query.insertInto("received_messages").values(received).execute();
}

export async function findReceivedMessage(
  reader: Reader,
  accountId: string,
  id: string,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** As `findReceivedMessage`, and nobody else processes it until the transaction ends. */
export async function lockReceivedMessage(
  tx: Tx,
  accountId: string,
  id: string,
): Promise<ReceivedMessageRow | undefined> {
  return await tx.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** The message of the same inbox that became a ticket or a reply and has this fingerprint. */
export async function findReceivedByFingerprint(
  reader: Reader,
  accountId: string,
  inboxId: string,
  fingerprint: string,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("inbox_id", "=", inboxId)
    .where("fingerprint", "=", fingerprint)
    .where("outcome", "in", ["ticket", "reply"])
    .executeTakeFirst();
}

/** What an import already took from one place of a file, so that a second run passes over it. */
export async function findImported(
  reader: Reader,
  accountId: string,
  inboxId: string,
  hash: string,
  position: string,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("inbox_id", "=", inboxId)
    .where("hash", "=", hash)
    .where("source_position", "=", position)
    .executeTakeFirst();
}

/** Messages that were stored and not yet made into anything: the process ended in between. Oldest first. */
export async function listPendingMessages(
  reader: Reader,
  accountId: string,
  limit: number,
): Promise<ReceivedMessageRow[]> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("outcome", "=", "pending")
    .orderBy("id")
    .limit(limit)
    .execute();
}

export interface Processed {
  outcome: Exclude<Outcome, "pending">;
  reason: string | null;
  fingerprint: string | null;
  mail_id: string | null;
  ticket_id: string | null;
  message_id: string | null;
  processed_at: number;
}

export async function finishReceivedMessage(
  tx: Tx,
  accountId: string,
  id: string,
  processed: Processed,
): Promise<void> {
  await tx.query
    .updateTable("received_messages")
    .set(processed)
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** How many received messages ended how. */
export async function countOutcomes(reader: Reader, accountId: string): Promise<Partial<Record<Outcome, number>>> {
  const rows = await reader.query
    .selectFrom("received_messages")
    .select((row) => ["outcome", row.fn.countAll<number>().as("total")])
    .where("account_id", "=", accountId)
    .groupBy("outcome")
    .execute();
  return Object.fromEntries(rows.map(({ outcome, total }) => [outcome, total]));
}
