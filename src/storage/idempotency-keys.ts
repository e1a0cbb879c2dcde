import { cleanEach } from "./across-accounts.ts";
import type { Db, Reader, Tx } from "./database.ts";
import type { IdempotencyKeyRow } from "./schema.ts";

export async function findIdempotencyKey(
  reader: Reader,
  accountId: string,
  tokenId: string,
  request: string,
): Promise<IdempotencyKeyRow | undefined> {
  return await reader.query
    .selectFrom("idempotency_keys")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("token_id", "=", tokenId)
    .where("request", "=", request)
    .executeTakeFirst();
}

/** Returns false when the key is there already: another request was first. */
export async function insertIdempotencyKey(tx: Tx, key: IdempotencyKeyRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("idempotency_keys")
    .values(key)
    .onConflict((conflict) => conflict.columns(["account_id", "token_id", "request"]).doNothing())
    .returning("request")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Forgets one key, if it is older than `before`. */
export async function deleteExpiredKey(
  tx: Tx,
  { account_id, token_id, request }: IdempotencyKeyRow,
  before: number,
): Promise<void> {
  await tx.query
    .deleteFrom("idempotency_keys")
    .where("account_id", "=", account_id)
    .where("token_id", "=", token_id)
    .where("request", "=", request)
    .where("created_at", "<", before)
    .execute();
}

/** Forgets all keys older than `before`, over all accounts. */
export async function deleteExpiredKeys(db: Db, before: number): Promise<void> {
  await cleanEach(
    db,
    async (queries) =>
      await queries
        .selectFrom("idempotency_keys")
        .select("account_id")
        .distinct()
        .where("created_at", "<", before)
        .execute(),
    async (tx, accountId) =>
      await tx.query
        .deleteFrom("idempotency_keys")
        .where("account_id", "=", accountId)
        .where("created_at", "<", before)
        .execute(),
  );
}
