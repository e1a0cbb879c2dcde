import { type KyselyPlugin, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Driver } from "./database.ts";
import type { Schema } from "./schema.ts";

/** Reads what the server sends. Counts and epoch milliseconds are int8; both stay far below 2^53. */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * Lost to another transaction: serialization failure, deadlock, or a row that was there (or not yet there) when this one
 * looked and is gone (or taken) now. The second run sees what the other left.
 */
const LOST_TO_ANOTHER = ["40001", "40P01", "23503", "23505"];

export interface PostgresOptions {
  url: string;
  /** The most connections this process holds open. */
  connections?: number;
  plugins?: KyselyPlugin[];
}

/** Opens PostgreSQL 15 or newer. Read committed; rows that must not change under a decision are locked by the query that reads them. */
export function openPostgres({ url, connections = 16, plugins = [] }: PostgresOptions): Driver {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types: postgresTypes,
  });
  // An idle connection that the server closes (a restart) is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins });
  return {
    engine: "postgres",
    reads: kysely,
    longReads: kysely,
    transaction: async (work) => await kysely.transaction().execute(work),
    isRetryable: (error) => hasCode(error, LOST_TO_ANOTHER),
    // oxlint-disable-next-line require-await -- the interface is asynchronous, the pool is not
    figures: async () => ({
      connections: pool.totalCount,
      idle_connections: pool.idleCount,
      waiting_queries: pool.waitingCount,
    }),
    close: async () => await kysely.destroy(),
  };
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
