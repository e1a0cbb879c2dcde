import { sql } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import type { Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
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

/** Those who want to be told of something by mail, and may sign in. */
export async function listUsersToNotify(reader: Reader, accountId: string): Promise<UserRow[]> {
  return await toNotify.all(reader, { accountId });
}

const toNotify = prepared((db, { accountId }: { accountId: string }) =>
  db
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    // Word for word as in the index: SQLite uses a partial one only then.
    .where(sql<boolean>`notifications <> 'none'`)
    .where("disabled_at", "is", null)
    .orderBy("id"),
);

export async function findUser(reader: Reader, accountId: string, id: string): Promise<UserRow | undefined> {
  return await byId.first(reader, { accountId, id });
}

const byIds = prepared((db, { accountId, ids }: { accountId: string; ids: readonly string[] }) =>
  db.selectFrom("users").selectAll().where("account_id", "=", accountId).where("id", "in", ids),
);

const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db.selectFrom("users").selectAll().where("account_id", "=", accountId).where("id", "=", id),
);

export async function findUsers(reader: Reader, accountId: string, ids: readonly string[]): Promise<UserRow[]> {
  return ids.length === 0 ? [] : await byIds.all(reader, { accountId, ids });
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

const nameById = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db
    .selectFrom("users")
    .select(["first_name", "last_name", "email"])
    .where("account_id", "=", accountId)
    .where("id", "=", id),
);

/** The name of a user, as above; undefined when there is no such user. */
export async function findUserName(reader: Reader, accountId: string, id: string): Promise<string | undefined> {
  const user = await nameById.first(reader, { accountId, id });
  return user === undefined ? undefined : userName(user);
}

/** Who has this email and may sign in, over all accounts or in one; the oldest `limit` of them. */
export async function findWhoSignsIn(
  reader: Reader,
  accountId: string | null,
  emailKey: string,
  limit: number,
): Promise<UserRow[]> {
  return await acrossAccounts(reader)
    .selectFrom("users")
    .selectAll()
    .where("email_key", "=", emailKey)
    .where("disabled_at", "is", null)
    .$if(accountId !== null, (query) => query.where("account_id", "=", accountId ?? ""))
    .orderBy("account_id")
    .limit(limit)
    .execute();
}

/** As `findUser`, and nobody else changes the user until the transaction ends. */
export async function lockUser(tx: Tx, accountId: string, id: string): Promise<UserRow | undefined> {
  return await tx.query
    .selectFrom("users")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

/** The owners who may sign in, locked until the transaction ends: of two who go at once, the second sees the first gone. */
export async function lockOwners(tx: Tx, accountId: string): Promise<string[]> {
  const owners = await tx.query
    .selectFrom("users")
    .select("id")
    .where("account_id", "=", accountId)
    .where("role", "=", "owner")
    .where("disabled_at", "is", null)
    .orderBy("id")
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .execute();
  return owners.map(({ id }) => id);
}

export type UserChanges = Partial<Omit<UserRow, "account_id" | "id" | "version" | "created_at">>;

/** Sets the changed columns and moves the version. Returns the user as they are now. */
export async function updateUser(tx: Tx, accountId: string, id: string, changes: UserChanges): Promise<UserRow> {
  return await tx.query
    .updateTable("users")
    .set((user) => ({ ...changes, version: user("version", "+", 1) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Why a ticket cannot be given to a user, as the end of a sentence that starts with the field's name; null when it can. */
export async function assigneeFault(reader: Reader, accountId: string, id: string): Promise<string | null> {
  const user = await findUser(reader, accountId, id);
  if (user === undefined) return "must be the id of a user";
  return user.disabled_at === null ? null : "must be the id of a user who is not disabled";
}
