import {
  type CompiledQuery,
  type DatabaseConnection,
  type KyselyPlugin,
  type QueryResult,
  Kysely,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import pg from "pg";
import type { Driver, Way } from "./database.ts";
import { LastSteps } from "./last-steps.ts";
import { LeftWrites } from "./left-writes.ts";
import { listenForNews, openAnnouncer } from "./postgres-news.ts";
import { markWritten, neededLsn, openReplica } from "./replica.ts";
import type { Schema } from "./schema.ts";
import { SharedConnection } from "./shared-connection.ts";
import {
  type Asked,
  hasCode,
  openNaming,
  retryingStale,
  sendTogether,
  statementsOn,
  togetherOn,
} from "./postgres-statements.ts";
import { CONNECT_PATIENCE, watchConnections } from "./postgres-watch.ts";

/** Reads what the server sends. Counts and epoch milliseconds are int8; both stay far below 2^53. */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format)),
};

/**
 * Lost to another transaction: serialization failure, deadlock, or a row that was there (or not yet there) when this one
 * looked and is gone (or taken) now. The second run sees what the other left.
 */
const LOST_TO_ANOTHER = ["40001", "40P01", "23503", "23505"];

/** A statement of a transaction in which one has failed. */
const REFUSED_SINCE_FAILURE = "25P02";

export interface PostgresOptions {
  url: string;
  /** The most connections this process holds open. */
  connections?: number;
  /** A streaming replica, for lists, searches and counts. */
  readUrl?: string | null;
  /** The database itself, when `url` is a pooler that passes no notifications on. */
  listenUrl?: string | null;
  plugins?: KyselyPlugin[];
}

/** Opens PostgreSQL 15 or newer. Read committed; rows that must not change under a decision are locked by the query that reads them. */
export function openPostgres({
  url,
  connections = 16,
  readUrl = null,
  listenUrl = null,
  plugins = [],
}: PostgresOptions): Driver {
  // Queries that are given at once are sent at once: `pipeline`, which the types do not know yet.
  const options = {
    connectionString: url,
    max: connections,
    types: postgresTypes,
    pipeline: true,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_PATIENCE,
  };
  const pool = new pg.Pool(options);
  // An idle connection that the server closes (a restart) is replaced by the pool; without a listener it would end the process.
  pool.on("error", () => undefined);
  const naming = openNaming(pool);
  const watch = watchConnections(pool, url, () => naming.isDirect());
  const compiled = new Map<object, unknown>();
  const shared = new SharedConnection(pool, () => naming.isDirect());
  const query = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }), plugins });
  const readsOn = (on: Asked): Way => ({
    query,
    statements: retryingStale(naming, statementsOn(on, naming, compiled)),
  });
  const ways = new WeakMap<pg.PoolClient, Way>();
  const wayOf = (client: pg.PoolClient): Way => {
    let way = ways.get(client);
    if (way === undefined) {
      way = { query: kyselyOn(client, plugins), statements: statementsOn(togetherOn(client), naming, compiled) };
      ways.set(client, way);
    }
    return way;
  };
  const replica =
    readUrl === null ? null : openReplica(readUrl, pool, { connections, types: postgresTypes, plugins, compiled });
  const announcer = openAnnouncer(
    pool,
    replica === null ? null : async (accountIds) => await markWritten(pool, accountIds),
  );
  return {
    engine: "postgres",
    reads: readsOn(shared),
    longReads: readsOn(pool),
    transaction: async (work, closing) =>
      await inTransaction(pool, async (client, left) => {
        const steps = new LastSteps();
        try {
          const result = await work({ ...wayOf(client), lastly: steps.add, leave: left.add });
          await steps.run();
          return result;
        } finally {
          closing();
        }
      }),
    isRetryable: (error) => hasCode(error, LOST_TO_ANOTHER) || naming.isStale(error),
    changeMark: () => null,
    // oxlint-disable-next-line require-await -- the interface is asynchronous, the pool is not
    figures: async () => ({
      connections: pool.totalCount,
      idle_connections: pool.idleCount,
      waiting_queries: pool.waitingCount,
      ...replica?.figures(),
    }),
    others: {
      announce: async (news, accountIds) => await announcer.announce(news, accountIds),
      listen: (onError) => listenForNews(listenUrl ?? url, announcer, onError),
    },
    replicaOf: async (accountId) =>
      replica !== null && (await replica.has(await neededLsn(pool, accountId))) ? replica.reads : null,
    close: async () => {
      watch.stop();
      await announcer.sent();
      await replica?.close();
      shared.close();
      await query.destroy();
      // Kysely ends the pool only if it has run a query itself.
      if (!pool.ended) await pool.end();
    },
  };
}

async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, left: LeftWrites) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const left = new LeftWrites();
  let broken: Error | undefined;
  try {
    sendTogether(client);
    // Not waited for: it goes out with the first query, and if it fails, so does that.
    left.add(client.query("begin"));
    const result = await work(client, left);
    sendTogether(client);
    const committed = client.query("commit");
    left.add(committed);
    await left.done();
    const { command } = await committed;
    // A transaction in which a statement failed, whoever caught the error, is rolled back by its commit.
    if (command !== "COMMIT") throw new Error("the transaction was rolled back: a statement of it had failed");
    return result;
  } catch (error) {
    await client.query("rollback").catch((fault: unknown) => {
      broken = fault instanceof Error ? fault : new Error(String(fault));
    });
    // Refused because a write that was left had failed: that is the reason.
    if (hasCode(error, [REFUSED_SINCE_FAILURE])) await left.done();
    throw error;
  } finally {
    client.release(broken);
  }
}

/** One connection of the pool, in a transaction. */
class HeldConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    sendTogether(this.#client);
    const { rows, rowCount } = await this.#client.query({ text: sql, values: [...parameters] });
    return { rows: rows as R[], ...(rowCount !== null && { numAffectedRows: BigInt(rowCount) }) };
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error("a transaction does not stream");
  }
}

/** Kysely over one connection, whose transactions are not Kysely's affair. */
function kyselyOn(client: pg.PoolClient, plugins: KyselyPlugin[]): Kysely<Schema> {
  const refuse = (): Promise<void> => Promise.reject(new Error("use transact()"));
  const connection = new HeldConnection(client);
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () => ({
        init: () => Promise.resolve(),
        acquireConnection: () => Promise.resolve(connection),
        releaseConnection: () => Promise.resolve(),
        beginTransaction: refuse,
        commitTransaction: refuse,
        rollbackTransaction: refuse,
        destroy: () => Promise.resolve(),
      }),
    },
    plugins,
  });
}
