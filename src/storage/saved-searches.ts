import type { ExpressionBuilder } from "kysely";
import type { Reader, Tx } from "./database.ts";
import type { SavedSearchRow, Schema } from "./schema.ts";

export async function insertSavedSearch(tx: Tx, search: SavedSearchRow): Promise<void> {
  await tx.query.insertInto("saved_searches").values(search).execute();
}

/** What a user may use: their own and the shared ones; without a user (a token) the shared ones. The oldest first. */
export async function listSavedSearches(
  reader: Reader,
  accountId: string,
  userId: string | null,
): Promise<SavedSearchRow[]> {
  return await reader.query
    .selectFrom("saved_searches")
    .selectAll()
    .where("account_id", "=", accountId)
    .where((search) => usableBy(search, userId))
    .orderBy("id")
    .execute();
}

/** One of them, locked until the transaction ends. */
export async function lockSavedSearch(
  tx: Tx,
  accountId: string,
  userId: string | null,
  id: string,
): Promise<SavedSearchRow | undefined> {
  return await tx.query
    .selectFrom("saved_searches")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where((search) => usableBy(search, userId))
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

export async function updateSavedSearch(tx: Tx, { account_id, id, ...changes }: SavedSearchRow): Promise<void> {
  await tx.query
    .updateTable("saved_searches")
    .set(changes)
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

export async function deleteSavedSearch(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("saved_searches").where("account_id", "=", accountId).where("id", "=", id).execute();
}

function usableBy(search: ExpressionBuilder<Schema, "saved_searches">, userId: string | null) {
  const shared = search("shared", "=", 1);
  return userId === null ? shared : search.or([shared, search("user_id", "=", userId)]);
}
