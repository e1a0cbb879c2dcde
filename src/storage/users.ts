import type { Reader, Tx } from "./database.ts";
import type { UserRow } from "./schema.ts";

/** Returns false when another user of the account has that email. */
export async function insertUser(tx: Tx, user: UserRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("users")
    .values(user)
    .onConflict((conflict) => conflict.columns(["account_id", "email_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** All users, newest first. */
export async function listUsers(reader: Reader, accountId: string): Promise<UserRow[]> {
  return await reader.query
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

export async function findUser(reader: Reader, accountId: string, id: string): Promise<UserRow | undefined> {
  return await reader.query
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function findUsers(reader: Reader, accountId: string, ids: readonly string[]): Promise<UserRow[]> {
  if (ids.length === 0) return [];
  return await reader.query
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "in", ids)
    .execute();
}

/** `emailKey` as `contactKey("email", …)` makes it. */
export async function findUserByEmail(
  reader: Reader,
  accountId: string,
  emailKey: string,
): Promise<UserRow | undefined> {
  return await reader.query
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("email_key", "=", emailKey)
    .executeTakeFirst();
}

/** The user's name as people see it: first and last, else the email. */
export function userName(user: Pick<UserRow, "first_name" | "last_name" | "email">): string {
  return (
    [user.first_name, user.last_name].filter((part) => part !== null && part.trim() !== "").join(" ") || user.email
  );
}
