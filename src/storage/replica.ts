import { type KyselyPlugin, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { SECOND } from "../domain/time.ts";
import type { Way } from "./database.ts";
import { setUpSession } from "./postgres-session.ts";
import { type Naming, statementsOn } from "./postgres-statements.ts";
import type { Schema } from "./schema.ts";

/**
 * A streaming replica for lists, searches and counts. A writer reads its own writes: after each commit that touches an
 * account the primary's row in `write_positions` says where the log stood, and a list of the account is read here only
 * when the replica has replayed the log up to there. The row is on the primary, so it holds for every process. It is not
 * logged: after a crash or a failover it is gone, and a missing row stands for "now".
 */
export interface Replica {
  readonly reads: Way;
  /** Whether it answers, and has everything up to `lsn`. */
  has(lsn: number): Promise<boolean>;
  figures(): Record<string, number>;
  close(): Promise<void>;
}

/** Where the primary's log stands, in bytes: not before the end of any commit that is over. */
const LSN_NOW = "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

const MARK = `insert into write_positions (account_id, lsn)
  select id, ${LSN_NOW} from unnest($1::text[]) as ids (id) order by id
  on conflict (account_id) do update set lsn = greatest(write_positions.lsn, excluded.lsn) returning lsn`;

/** Notes that these accounts, in ascending order, were written to. */
export async function markWritten(primary: pg.Pool, accountIds: readonly string[]): Promise<void> {
  // A second time: the first connection may have been one that just broke.
  await primary.query(MARK, [accountIds]).catch(async () => await primary.query(MARK, [accountIds]));
}

/** How far a replica must have got for lists of the account. */
export async function neededLsn(primary: pg.Pool, accountId: string): Promise<number> {
  const { rows } = await primary.query<{ lsn: number }>("select lsn from write_positions where account_id = $1", [
    accountId,
  ]);
  const [row] = rows[0] === undefined ? (await primary.query<{ lsn: number }>(MARK, [[accountId]])).rows : rows;
  if (row === undefined) throw new Error("an account's place in the log was not kept");
  return row.lsn;
}

/** How long a replica that failed is left alone. */
const AWAY = 5 * SECOND;
/** How long the replica may take to be connected to, to say how far it is, and to answer a query. */
const PATIENCE = SECOND;
const QUERY_PATIENCE = 3 * SECOND;

/** Opens a replica of `primary`, which answers whatever the replica cannot. */
export function openReplica(
  url: string,
  primary: pg.Pool,
  options: {
    connections: number;
    types: pg.CustomTypesConfig;
    plugins: KyselyPlugin[];
    compiled: Way["statements"]["compiled"];
  },
): Replica {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections,
    types: options.types,
    connectionTimeoutMillis: PATIENCE,
    query_timeout: QUERY_PATIENCE,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, which its types do not know
    onConnect: setUpSession,
  });
  const tally = { replica_reads: 0, replica_behind: 0, replica_failed: 0 };
  let replayed = 0;
  let awayUntil = 0;
  // It may be another server, or the same one from an older copy: ask anew how far it is.
  const forget = (): void => void (replayed = 0);
  pool.on("error", forget).on("connect", forget);
  const fail = (error: unknown): void => {
    tally.replica_failed += 1;
    if (isItsOwn(error)) return;
    forget();
    awayUntil = performance.now() + AWAY;
  };
  const ask = shared(async () => {
    const { rows } = await pool.query<{ lsn: number | null }>({
      text: `select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint end as lsn`,
      query_timeout: PATIENCE,
    } as pg.QueryConfig);
    const lsn = rows[0]?.lsn ?? null;
    if (lsn === null) throw new Error("DATABASE_READ_URL names no streaming replica");
    replayed = lsn;
  });
  const readers = withFallback(pool, primary, tally, fail);
  return {
    reads: {
      query: new Kysely<Schema>({ dialect: new PostgresDialect({ pool: readers }), plugins: options.plugins }),
      statements: statementsOn(readers, UNNAMED, options.compiled),
    },
    has: async (lsn) => {
      if (performance.now() < awayUntil) return false;
      if (replayed < lsn) await ask().catch(fail);
      if (replayed >= lsn) return true;
      tally.replica_behind += 1;
      return false;
    },
    figures: () => ({ ...tally, replica_away: performance.now() < awayUntil ? 1 : 0 }),
    close: async () => await pool.end(),
  };
}

/** A query may run on either server: a name would be known on one. */
const UNNAMED: Naming = { nameOf: () => undefined, isDirect: () => false, isStale: () => false };

/** One run at a time: who asks while it is under way gets its result. */
function shared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  return async () => {
    running ??= work().finally(() => (running = null));
    await running;
  };
}

/** Whether a query failed and the replica is well: it was in the way of what the primary does (40001, 57014), or wrong. */
function isItsOwn(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57P)/.test(code);
}

type Client = Pick<pg.PoolClient, "query" | "release">;

/** A pool for Kysely whose queries run on the primary when the replica fails them. They only read, so they may run twice. */
function withFallback(
  replica: pg.Pool,
  primary: pg.Pool,
  tally: { replica_reads: number },
  fail: (error: unknown) => void,
): pg.Pool {
  const connect = async (): Promise<Client> => {
    const client = await replica.connect().catch((error: unknown) => {
      fail(error);
      return null;
    });
    if (client === null) return await primary.connect();
    let broken = false;
    const query = async (asked: string | pg.QueryConfig, values?: unknown[]): Promise<pg.QueryResult> => {
      if (broken) return await primary.query(asked, values);
      try {
        const result = await client.query(asked, values);
        tally.replica_reads += 1;
        return result;
      } catch (error) {
        // After a time-out its answer may still come: the connection is of no use any more.
        broken = true;
        fail(error);
        return await primary.query(asked, values);
      }
    };
    return { query: query as Client["query"], release: () => client.release(broken) };
  };
  const query = async (asked: pg.QueryConfig): Promise<pg.QueryResult> => {
    const client = await connect();
    try {
      return await client.query(asked);
    } finally {
      client.release();
    }
  };
  return { connect, query, end: async () => await Promise.resolve() } as unknown as pg.Pool;
}
