import { acrossAccounts, cleanEach } from "./across-accounts.ts";
import type { Db, Reader, Tx } from "./database.ts";
import type { OneTimeKeyKind, OneTimeKeyRow } from "./schema.ts";

/** Returns false when that key is there already. */
export async function insertOneTimeKey(tx: Tx, key: OneTimeKeyRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("one_time_keys")
    .values(key)
    .onConflict((conflict) => conflict.columns(["account_id", "key_hash"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** A key that can be used now, by its SHA-256. */
export async function findOneTimeKey(
  reader: Reader,
  accountId: string,
  kind: OneTimeKeyKind,
  hash: string,
  at: number,
): Promise<OneTimeKeyRow | undefined> {
  return await reader.query
    .selectFrom("one_time_keys")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("key_hash", "=", hash)
    .where("kind", "=", kind)
    .where("used_at", "is", null)
    .where((key) => key.or([key("expires_at", "is", null), key("expires_at", ">", at)]))
    .executeTakeFirst();
}

/** Uses a key up; returns false when somebody else was first. */
export async function useOneTimeKey(tx: Tx, accountId: string, id: string, at: number): Promise<boolean> {
  const used = await tx.query
    .updateTable("one_time_keys")
    .set({ used_at: at })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("used_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return used !== undefined;
}

/** Forgets the keys of a user that are not used yet: none opens anything any more. */
export async function deleteOpenKeysOf(tx: Tx, accountId: string, userId: string): Promise<void> {
  await tx.query
    .deleteFrom("one_time_keys")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .execute();
}

/** The users that a key of this kind is waiting for. */
export async function listUsersWithKey(
  reader: Reader,
  accountId: string,
  kind: OneTimeKeyKind,
  at: number,
): Promise<Set<string>> {
  const rows = await reader.query
    .selectFrom("one_time_keys")
    .select("user_id")
    .where("account_id", "=", accountId)
    .where("kind", "=", kind)
    .where("used_at", "is", null)
    .where((key) => key.or([key("expires_at", "is", null), key("expires_at", ">", at)]))
    .execute();
  return new Set(rows.flatMap(({ user_id }) => user_id ?? []));
}

/** The unused keys of this kind of all accounts, newest first. */
export async function listOpenKeys(reader: Reader, kind: OneTimeKeyKind): Promise<OneTimeKeyRow[]> {
  return await acrossAccounts(reader)
    .selectFrom("one_time_keys")
    .selectAll()
    .where("kind", "=", kind)
    .where("used_at", "is", null)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

export async function deleteOneTimeKey(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("one_time_keys").where("account_id", "=", accountId).where("id", "=", id).execute();
}

/** Forgets the keys of all accounts that ended before `before`. */
export async function deleteEndedKeys(db: Db, before: number): Promise<void> {
  await cleanEach(
    db,
    async (queries) =>
      await queries
        .selectFrom("one_time_keys")
        .select("account_id")
        .distinct()
        .where("expires_at", "<", before)
        .execute(),
    async (tx, accountId) =>
      await tx.query
        .deleteFrom("one_time_keys")
        .where("account_id", "=", accountId)
        .where("expires_at", "<", before)
        .execute(),
  );
}
