import { type ExpressionBuilder, sql } from "kysely";
import type { Reader, Tx } from "./database.ts";
import type { SavedReplyRow, Schema } from "./schema.ts";

export async function insertSavedReply(tx: Tx, reply: SavedReplyRow): Promise<void> {
  await tx.query.insertInto("saved_replies").values(reply).execute();
}

/** What a user may use: their own and the shared ones; without a user (a token) the shared ones. By name. */
export async function listSavedReplies(
  reader: Reader,
  accountId: string,
  userId: string | null,
): Promise<SavedReplyRow[]> {
  return await reader.query
    .selectFrom("saved_replies")
    .selectAll()
    .where("account_id", "=", accountId)
    .where((reply) => usableBy(reply, userId))
    .orderBy("id")
    .execute();
}

export async function findSavedReply(
  reader: Reader,
  accountId: string,
  userId: string | null,
  id: string,
): Promise<SavedReplyRow | undefined> {
  return await reader.query
    .selectFrom("saved_replies")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where((reply) => usableBy(reply, userId))
    .executeTakeFirst();
}

/** As `findSavedReply`, and nobody else changes it until the transaction ends. */
export async function lockSavedReply(
  tx: Tx,
  accountId: string,
  userId: string | null,
  id: string,
): Promise<SavedReplyRow | undefined> {
  return await tx.query
    .selectFrom("saved_replies")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where((reply) => usableBy(reply, userId))
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

export async function updateSavedReply(tx: Tx, { account_id, id, ...changes }: SavedReplyRow): Promise<void> {
  await tx.query
    .updateTable("saved_replies")
    .set(changes)
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

/** Counts a use; the version stays, as nothing in it has changed. */
export async function noteSavedReplyUse(tx: Tx, accountId: string, id: string, at: number): Promise<void> {
  await tx.query
    .updateTable("saved_replies")
    .set({ uses: sql<number>`uses + 1`, last_used_at: at })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

export async function deleteSavedReply(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("saved_replies").where("account_id", "=", accountId).where("id", "=", id).execute();
}

function usableBy(reply: ExpressionBuilder<Schema, "saved_replies">, userId: string | null) {
  const shared = reply("shared", "=", 1);
  return userId === null ? shared : reply.or([shared, reply("user_id", "=", userId)]);
}
