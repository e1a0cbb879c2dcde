import type { Reader } from "./database.ts";

/** Whether a ticket is there and in one of some inboxes; of one that was merged, also the one that its messages went to. */
export async function isTicketWithin(
  reader: Reader,
  accountId: string,
  ticketId: string,
  inboxIds: readonly string[],
): Promise<boolean> {
  if (inboxIds.length === 0) return false;
  const row = await reader.query
    .selectFrom("tickets")
    .select("merged_into")
    .where("account_id", "=", accountId)
    .where("id", "=", ticketId)
    .where("inbox_id", "in", inboxIds)
    .executeTakeFirst();
  if (row === undefined) return false;
  // What is written to it lands there.
  return row.merged_into === null || (await isTicketWithin(reader, accountId, row.merged_into, inboxIds));
}

/** Whether an attachment is there and on a ticket in one of some inboxes, or on none yet. */
export async function isAttachmentWithin(
  reader: Reader,
  accountId: string,
  attachmentId: string,
  inboxIds: readonly string[],
): Promise<boolean> {
  const row = await reader.query
    .selectFrom("attachments")
    .leftJoin("messages", (join) =>
      join
        .onRef("messages.account_id", "=", "attachments.account_id")
        .onRef("messages.id", "=", "attachments.message_id"),
    )
    .select(["attachments.message_id", "messages.ticket_id"])
    .where("attachments.account_id", "=", accountId)
    .where("attachments.id", "=", attachmentId)
    .executeTakeFirst();
  if (row === undefined) return false;
  if (row.message_id === null || row.ticket_id === null) return true;
  return await isTicketWithin(reader, accountId, row.ticket_id, inboxIds);
}
