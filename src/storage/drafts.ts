import type { Reader, Tx } from "./database.ts";
import type { Slice } from "./paging.ts";
import type { DraftRow } from "./schema.ts";

/** Returns false when the user has a draft on that ticket already: another device was first. */
export async function insertDraft(tx: Tx, draft: DraftRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("drafts")
    .values(draft)
    .onConflict((conflict) => conflict.columns(["account_id", "user_id", "ticket_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  if (inserted === undefined) return false;
  await holdAttachments(tx, draft);
  return true;
}

/** Writes what a draft says now, with its next version. */
export async function updateDraft(tx: Tx, draft: DraftRow): Promise<void> {
  const { account_id, id, ...changes } = draft;
  await tx.query.updateTable("drafts").set(changes).where("account_id", "=", account_id).where("id", "=", id).execute();
  await releaseAttachments(tx, draft, JSON.parse(draft.attachment_ids) as string[], draft.updated_at);
  await holdAttachments(tx, draft);
}

/** A user's draft on a ticket, locked until the transaction ends. */
export async function lockTicketDraft(
  tx: Tx,
  accountId: string,
  userId: string,
  ticketId: string,
): Promise<DraftRow | undefined> {
  return await tx.query
    .selectFrom("drafts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "=", ticketId)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** One of a user's own drafts, locked until the transaction ends. */
export async function lockDraft(tx: Tx, accountId: string, userId: string, id: string): Promise<DraftRow | undefined> {
  return await tx.query
    .selectFrom("drafts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** One of a user's own drafts. */
export async function findDraft(
  reader: Reader,
  accountId: string,
  userId: string,
  id: string,
): Promise<DraftRow | undefined> {
  return await reader.query
    .selectFrom("drafts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function findTicketDraft(
  reader: Reader,
  accountId: string,
  userId: string,
  ticketId: string,
): Promise<DraftRow | undefined> {
  return await reader.query
    .selectFrom("drafts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "=", ticketId)
    .executeTakeFirst();
}

/** A user's drafts of new tickets, the last saved first. */
export async function listFreeDrafts(
  reader: Reader,
  accountId: string,
  userId: string,
  { limit, offset }: Slice,
): Promise<DraftRow[]> {
  if (limit === 0) return [];
  return await reader.query
    .selectFrom("drafts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "is", null)
    .orderBy("updated_at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countFreeDrafts(reader: Reader, accountId: string, userId: string): Promise<number> {
  const { total } = await reader.query
    .selectFrom("drafts")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "is", null)
    .executeTakeFirstOrThrow();
  return total;
}

/** A user's drafts on some tickets, without their text. */
export async function findDraftsOn(
  reader: Reader,
  accountId: string,
  userId: string,
  ticketIds: readonly string[],
): Promise<Pick<DraftRow, "id" | "ticket_id" | "kind" | "updated_at">[]> {
  if (ticketIds.length === 0) return [];
  return await reader.query
    .selectFrom("drafts")
    .select(["id", "ticket_id", "kind", "updated_at"])
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "in", ticketIds)
    .execute();
}

/** Forgets a draft. */
export async function deleteDraft(tx: Tx, draft: DraftRow, at: number): Promise<void> {
  await releaseAttachments(tx, draft, [], at);
  await tx.query.deleteFrom("drafts").where("account_id", "=", draft.account_id).where("id", "=", draft.id).execute();
}

async function holdAttachments(tx: Tx, { account_id, id, attachment_ids }: DraftRow): Promise<void> {
  const ids = JSON.parse(attachment_ids) as string[];
  if (ids.length === 0) return;
  await tx.query
    .insertInto("draft_attachments")
    .values(ids.map((attachment_id) => ({ account_id, draft_id: id, attachment_id })))
    .onConflict((conflict) => conflict.columns(["account_id", "draft_id", "attachment_id"]).doNothing())
    .execute();
}

/** Lets go of a draft's attachments but for `kept`. Unless they were used, they can be for another day (F2). */
async function releaseAttachments(
  tx: Tx,
  { account_id, id }: DraftRow,
  kept: readonly string[],
  at: number,
): Promise<void> {
  const released = await tx.query
    .deleteFrom("draft_attachments")
    .where("account_id", "=", account_id)
    .where("draft_id", "=", id)
    .$if(kept.length > 0, (query) => query.where("attachment_id", "not in", kept))
    .returning("attachment_id")
    .execute();
  if (released.length === 0) return;
  await tx.query
    .updateTable("attachments")
    .set({ created_at: at })
    .where("account_id", "=", account_id)
    .where(
      "id",
      "in",
      released.map(({ attachment_id }) => attachment_id),
    )
    .where("message_id", "is", null)
    .execute();
}
