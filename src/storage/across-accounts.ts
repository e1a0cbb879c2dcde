import type { ReadQueries, WriteQueries } from "./database.ts";

/**
 * Queries that are meant to span accounts: claiming the next job, sweeping what is old, copying everything.
 * Every use is visible by this name; everything else names its account.
 */
export function acrossAccounts(reader: { query: WriteQueries }): WriteQueries;
export function acrossAccounts(reader: { query: ReadQueries }): ReadQueries;
export function acrossAccounts(reader: { query: ReadQueries }): ReadQueries {
  return reader.query.withoutPlugins();
}
