import { cleanEach } from "./across-accounts.ts";
import type { Db, Tx } from "./database.ts";
import type { UndoRow } from "./schema.ts";

export async function insertUndo(tx: Tx, undo: UndoRow): Promise<void> {
  await tx.query.insertInto("undos").values(undo).execute();
}

/** An undo that nobody else takes back until the transaction ends. */
export async function lockUndo(tx: Tx, accountId: string, id: string): Promise<UndoRow | undefined> {
  return await tx.query
    .selectFrom("undos")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** The next part of an undo that was made in several transactions and is not taken back yet, the newest first. */
export async function lockNextPart(tx: Tx, accountId: string, id: string): Promise<UndoRow | undefined> {
  return await tx.query
    .selectFrom("undos")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("part_of", "=", id)
    .where("done_at", "is", null)
    .orderBy("id", "desc")
    .limit(1)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

export async function markUndone(tx: Tx, accountId: string, id: string, at: number): Promise<void> {
  await tx.query
    .updateTable("undos")
    .set({ done_at: at })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** Forgets what expired before `before`, over all accounts. */
export async function deleteExpiredUndos(db: Db, before: number): Promise<void> {
  await cleanEach(
    db,
    async (queries) =>
      await queries.selectFrom("undos").select("account_id").distinct().where("expires_at", "<", before).execute(),
    async (tx, accountId) =>
      await tx.query.deleteFrom("undos").where("account_id", "=", accountId).where("expires_at", "<", before).execute(),
  );
}
