import type { ReadQueries, Reader, Tx, WriteQueries } from "./database.ts";

/**
 * Queries that are meant to span accounts: claiming the next job, sweeping what is old, copying everything.
 * Every use is visible by this name; everything else names its account.
 */
export function acrossAccounts(reader: Tx): WriteQueries;
export function acrossAccounts(reader: Reader): ReadQueries;
export function acrossAccounts(reader: Reader): ReadQueries {
  return reader.query.withoutPlugins();
}
