import type { ExpressionBuilder } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import type { Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { AttachmentRow, Schema } from "./schema.ts";

export async function insertAttachment(tx: Tx, attachment: AttachmentRow): Promise<void> {
  await tx.query.insertInto("attachments").values(attachment).execute();
}

export async function findAttachment(
  reader: Reader,
  accountId: string,
  id: string,
): Promise<AttachmentRow | undefined> {
  return await reader.query
    .selectFrom("attachments")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The attachments that exist, of those named. */
export async function findAttachments(
  reader: Reader,
  accountId: string,
  ids: readonly string[],
): Promise<AttachmentRow[]> {
  if (ids.length === 0) return [];
  return await reader.query
    .selectFrom("attachments")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .execute();
}

/** SQLite takes 32,766 parameters in a statement; the messages of a hundred tickets may be more. */
const IDS_AT_ONCE = 30_000;

const ofMessages = prepared((db, { accountId, ids }: { accountId: string; ids: readonly string[] }) =>
  db
    .selectFrom("attachments")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("message_id", "in", ids)
    .orderBy("message_id")
    .orderBy("position"),
);

/** The attachments of some messages, each message's in their order. */
export async function listAttachments(
  reader: Reader,
  accountId: string,
  messageIds: readonly string[],
): Promise<AttachmentRow[]> {
  const found: AttachmentRow[] = [];
  for (let start = 0; start < messageIds.length; start += IDS_AT_ONCE) {
    const ids = messageIds.slice(start, start + IDS_AT_ONCE);
    found.push(...(await ofMessages.all(reader, { accountId, ids })));
  }
  return found;
}

/**
 * The attachments that exist, of those named, locked until the transaction ends: what is found unused here cannot be
 * used by another message or swept away before the commit (F2).
 */
export async function lockAttachments(tx: Tx, accountId: string, ids: readonly string[]): Promise<AttachmentRow[]> {
  if (ids.length === 0) return [];
  return await tx.query
    .selectFrom("attachments")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .orderBy("id")
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .execute();
}

/** Gives an attachment to its message, for good. */
export async function useAttachment(
  tx: Tx,
  accountId: string,
  id: string,
  messageId: string,
  position: number,
): Promise<void> {
  await tx.query
    .updateTable("attachments")
    .set({ message_id: messageId, position })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** Attachments that no message used since before `before` and no draft holds, oldest first, over all accounts. */
export async function listUnusedAttachments(reader: Reader, before: number, limit: number): Promise<AttachmentRow[]> {
  return await acrossAccounts(reader)
    .selectFrom("attachments")
    .selectAll()
    .where("message_id", "is", null)
    .where("created_at", "<", before)
    .where((row) => row.not(row.exists(heldByDrafts(row))))
    .orderBy("created_at")
    .limit(limit)
    .execute();
}

/**
 * Deletes an attachment if still no message uses it and no draft holds it; returns whether it did. Waits for a message or
 * a draft that is just claiming it: the lock comes first, so that the deletion sees what they have written.
 */
export async function deleteUnusedAttachment(tx: Tx, accountId: string, id: string): Promise<boolean> {
  await lockAttachments(tx, accountId, [id]);
  const deleted = await tx.query
    .deleteFrom("attachments")
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("message_id", "is", null)
    .where((row) => row.not(row.exists(heldByDrafts(row).where("draft_attachments.account_id", "=", accountId))))
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}

function heldByDrafts(row: ExpressionBuilder<Schema, "attachments">) {
  return row
    .selectFrom("draft_attachments")
    .select("draft_attachments.draft_id")
    .whereRef("draft_attachments.account_id", "=", "attachments.account_id")
    .whereRef("draft_attachments.attachment_id", "=", "attachments.id");
}
