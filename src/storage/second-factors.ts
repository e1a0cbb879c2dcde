import type { Reader, Tx } from "./database.ts";
import type { PasskeyRow } from "./schema.ts";

/** Replaces a user's recovery codes; an empty list leaves none. */
export async function replaceRecoveryCodes(
  tx: Tx,
  accountId: string,
  userId: string,
  hashes: readonly string[],
  at: number,
): Promise<void> {
  await tx.query
    .deleteFrom("recovery_codes")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .execute();
  if (hashes.length === 0) return;
  const rows = hashes.map((code_hash) => ({ account_id: accountId, user_id: userId, code_hash, created_at: at }));
  await tx.query.insertInto("recovery_codes").values(rows).execute();
}

/** Uses a recovery code up; returns whether it was one. */
export async function takeRecoveryCode(tx: Tx, accountId: string, userId: string, hash: string): Promise<boolean> {
  const taken = await tx.query
    .deleteFrom("recovery_codes")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("code_hash", "=", hash)
    .returning("code_hash")
    .executeTakeFirst();
  return taken !== undefined;
}

export async function countRecoveryCodes(reader: Reader, accountId: string, userId: string): Promise<number> {
  const { total } = await reader.query
    .selectFrom("recovery_codes")
    .select((code) => code.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  return total;
}

/** Notes the step of a code that is taken; returns false when one of that step or a later one was taken before. */
export async function takeTimeStep(tx: Tx, accountId: string, userId: string, step: number): Promise<boolean> {
  const taken = await tx.query
    .updateTable("users")
    .set({ totp_last_step: step })
    .where("account_id", "=", accountId)
    .where("id", "=", userId)
    .where((user) => user.or([user("totp_last_step", "is", null), user("totp_last_step", "<", step)]))
    .returning("id")
    .executeTakeFirst();
  return taken !== undefined;
}

/** Returns false when that passkey is somebody's already. */
export async function insertPasskey(tx: Tx, passkey: PasskeyRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("passkeys")
    .values(passkey)
    .onConflict((conflict) => conflict.columns(["account_id", "credential_id"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** A user's passkeys, oldest first. */
export async function listPasskeys(reader: Reader, accountId: string, userId: string): Promise<PasskeyRow[]> {
  return await reader.query
    .selectFrom("passkeys")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .orderBy("id")
    .execute();
}

export async function findPasskey(
  reader: Reader,
  accountId: string,
  credentialId: string,
): Promise<PasskeyRow | undefined> {
  return await reader.query
    .selectFrom("passkeys")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("credential_id", "=", credentialId)
    .executeTakeFirst();
}

/** Notes a use and the passkey's own count of uses; returns false when another use came in between. */
export async function notePasskeyUse(tx: Tx, passkey: PasskeyRow, signCount: number, at: number): Promise<boolean> {
  const noted = await tx.query
    .updateTable("passkeys")
    .set({ sign_count: signCount, last_used_at: at })
    .where("account_id", "=", passkey.account_id)
    .where("id", "=", passkey.id)
    .where("sign_count", "=", passkey.sign_count)
    .returning("id")
    .executeTakeFirst();
  return noted !== undefined;
}

/** Undefined when the user has no such passkey. */
export async function renamePasskey(
  tx: Tx,
  accountId: string,
  userId: string,
  id: string,
  name: string,
): Promise<PasskeyRow | undefined> {
  return await tx.query
    .updateTable("passkeys")
    .set({ name })
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
}

export async function deletePasskey(tx: Tx, accountId: string, userId: string, id: string): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("passkeys")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}

/** The users who have a second factor, of one account. */
export async function listUsersWithSecondFactor(reader: Reader, accountId: string): Promise<Set<string>> {
  const coded = await reader.query
    .selectFrom("users")
    .select("id")
    .where("account_id", "=", accountId)
    .where("totp_confirmed_at", "is not", null)
    .execute();
  const keyed = await reader.query
    .selectFrom("passkeys")
    .select("user_id")
    .distinct()
    .where("account_id", "=", accountId)
    .execute();
  return new Set([...coded.map(({ id }) => id), ...keyed.map(({ user_id }) => user_id)]);
}
