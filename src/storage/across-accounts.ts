import type { Db, ReadQueries, Tx, WriteQueries } from "./database.ts";

/**
 * Queries that are meant to span accounts: claiming the next job, sweeping what is old, copying everything.
 * Every use is visible by this name; everything else names its account.
 */
export function acrossAccounts(reader: { query: WriteQueries }): WriteQueries;
export function acrossAccounts(reader: { query: ReadQueries }): ReadQueries;
export function acrossAccounts(reader: { query: ReadQueries }): ReadQueries {
  return reader.query.withoutPlugins();
}

/**
 * Cleans up account by account, each in a transaction of its own: `find` says of which accounts there is something, `clean`
 * does it. One transaction over all would hold rows of everybody, and on Citus span every node.
 */
export async function cleanEach(
  db: Db,
  find: (queries: ReadQueries) => Promise<readonly { account_id: string }[]>,
  clean: (tx: Tx, accountId: string) => Promise<unknown>,
): Promise<void> {
  for (const { account_id } of await find(acrossAccounts(db))) {
    await db.transact(async (tx) => void (await clean(tx, account_id)));
  }
}
