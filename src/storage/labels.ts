import type { Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { LabelRow } from "./schema.ts";

/** Returns false when another label of the account has that name. */
export async function insertLabel(tx: Tx, label: LabelRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("labels")
    .values(label)
    .onConflict((conflict) => conflict.columns(["account_id", "name_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** All labels, newest first. */
export async function listLabels(reader: Reader, accountId: string): Promise<LabelRow[]> {
  return await reader.query
    .selectFrom("labels")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

export async function findLabel(reader: Reader, accountId: string, id: string): Promise<LabelRow | undefined> {
  return await reader.query
    .selectFrom("labels")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** As `findLabel`, and nobody else changes the label until the transaction ends. */
export async function lockLabel(tx: Tx, accountId: string, id: string): Promise<LabelRow | undefined> {
  return await tx.query
    .selectFrom("labels")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

/** As `findLabels`, and none of them is deleted until the transaction ends: no ticket keeps a label that is gone. */
export async function keepLabels(tx: Tx, accountId: string, ids: readonly string[]): Promise<LabelRow[]> {
  if (ids.length === 0) return [];
  return await tx.query
    .selectFrom("labels")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .orderBy("id")
    .$if(tx.engine === "postgres", (query) => query.forKeyShare())
    .execute();
}

const byIds = prepared((db, { accountId, ids }: { accountId: string; ids: readonly string[] }) =>
  db.selectFrom("labels").selectAll().where("account_id", "=", accountId).where("id", "in", ids),
);

export async function findLabels(reader: Reader, accountId: string, ids: readonly string[]): Promise<LabelRow[]> {
  return ids.length === 0 ? [] : await byIds.all(reader, { accountId, ids });
}

export async function findLabelByName(
  reader: Reader,
  accountId: string,
  nameKey: string,
): Promise<LabelRow | undefined> {
  return await reader.query
    .selectFrom("labels")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("name_key", "=", nameKey)
    .executeTakeFirst();
}

export async function updateLabel(
  tx: Tx,
  accountId: string,
  id: string,
  changes: Partial<Pick<LabelRow, "name" | "name_key" | "color">>,
): Promise<void> {
  await tx.query
    .updateTable("labels")
    .set((label) => ({ ...changes, version: label("version", "+", 1) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

export async function deleteLabelRow(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("labels").where("account_id", "=", accountId).where("id", "=", id).execute();
}
