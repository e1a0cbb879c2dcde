import { acrossAccounts } from "./across-accounts.ts";
import type { Reader, Tx } from "./database.ts";
import type { AttachmentRow } from "./schema.ts";

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

/** SQLite takes 32,766 parameters in a statement; the messages of a hundred tickets may be more. */
const IDS_AT_ONCE = 30_000;

/** The attachments of some messages, each message's in their order. */
export async function listAttachments(
  reader: Reader,
  accountId: string,
  messageIds: readonly string[],
): Promise<AttachmentRow[]> {
  const found: AttachmentRow[] = [];
  for (let start = 0; start < messageIds.length; start += IDS_AT_ONCE) {
    const attachments = await reader.query
      .selectFrom("attachments")
      .selectAll()
      .where("account_id", "=", accountId)
      .where("message_id", "in", messageIds.slice(start, start + IDS_AT_ONCE))
      .orderBy("message_id")
      .orderBy("position")
      .execute();
    found.push(...attachments);
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

/** Attachments that no message used since before `before`, oldest first, over all accounts. */
export async function listUnusedAttachments(reader: Reader, before: number, limit: number): Promise<AttachmentRow[]> {
  return await acrossAccounts(reader)
    .selectFrom("attachments")
    .selectAll()
    .where("message_id", "is", null)
    .where("created_at", "<", before)
    .orderBy("created_at")
    .limit(limit)
    .execute();
}

/** Deletes an attachment if still no message uses it; returns whether it did. Waits for a message that is just claiming it. */
export async function deleteUnusedAttachment(tx: Tx, accountId: string, id: string): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("attachments")
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("message_id", "is", null)
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}
