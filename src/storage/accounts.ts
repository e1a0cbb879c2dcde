import { sql } from "kysely";
import { noteAccessChange } from "./access-changes.ts";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { AccountRow } from "./schema.ts";

export async function insertAccount(tx: Tx, account: AccountRow): Promise<void> {
  tx.touch(account.id);
  await tx.query.insertInto("accounts").values(account).execute();
  await tx.query.insertInto("counters").values({ account_id: account.id, last_ticket_number: 0 }).execute();
}

export async function findAccount(reader: Reader, accountId: string): Promise<AccountRow | undefined> {
  return await byId.first(reader, { accountId });
}

const byId = prepared((db, { accountId }: { accountId: string }) =>
  db.selectFrom("accounts").selectAll().where("id", "=", accountId),
);

export async function findAccountBySite(reader: Reader, site: string): Promise<AccountRow | undefined> {
  return await reader.query.selectFrom("accounts").selectAll().where("site", "=", site).executeTakeFirst();
}

/** The account, when there is no other. */
export async function findOnlyAccount(reader: Reader): Promise<AccountRow | undefined> {
  const [first, second] = await reader.query.selectFrom("accounts").selectAll().limit(2).execute();
  return second === undefined ? first : undefined;
}

/** As `findAccount`, and nobody else changes it until the transaction ends. */
export async function lockAccount(tx: Tx, accountId: string): Promise<AccountRow | undefined> {
  return await tx.query
    .selectFrom("accounts")
    .selectAll()
    .where("id", "=", accountId)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

/** All accounts, oldest first. */
export async function listAccounts(reader: Reader): Promise<AccountRow[]> {
  return await reader.query.selectFrom("accounts").selectAll().orderBy("created_at").orderBy("id").execute();
}

/** Any constant will do; see `MIGRATION_LOCK`. */
const FIRST_ACCOUNT_LOCK = 5_202_611_242;

/** Whoever makes the first account asks for this before it looks: the others wait for its commit, and then see it. */
export async function lockFirstAccount(tx: Tx): Promise<void> {
  if (tx.engine === "postgres") await sql`select pg_advisory_xact_lock(${FIRST_ACCOUNT_LOCK})`.execute(tx.query);
}

/** Sets what is given and moves the version. */
export async function updateAccount(
  tx: Tx,
  accountId: string,
  changes: Partial<Pick<AccountRow, "name" | "credits_per_minute" | "requests_per_second" | "undo_seconds">>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  tx.onCommit(noteAccessChange);
  await tx.query
    .updateTable("accounts")
    .set((account) => ({ ...changes, version: account("version", "+", 1) }))
    .where("id", "=", accountId)
    .execute();
}

/**
 * The next ticket number: from 1, without gaps. Holds the account's counter until the transaction ends, so take it as
 * late as possible: on PostgreSQL the next ticket of the same account waits for this commit.
 */
export async function takeTicketNumber(tx: Tx, accountId: string): Promise<number> {
  return await takeTicketNumbers(tx, accountId, 1);
}

/** As `takeTicketNumber`, for many at once. Returns the first; the others follow it without gaps. */
export async function takeTicketNumbers(tx: Tx, accountId: string, count: number): Promise<number> {
  const taken = await takeNumbers.first(tx, { accountId, count });
  if (taken === undefined) throw new Error(`the account ${accountId} has no counters`);
  return taken.last_ticket_number - count + 1;
}

const takeNumbers = preparedWrite((db: WriteQueries, { accountId, count }: { accountId: string; count: number }) =>
  db
    .updateTable("counters")
    .set((row) => ({ last_ticket_number: row("last_ticket_number", "+", count) }))
    .where("account_id", "=", accountId)
    .returning("last_ticket_number"),
);
