import type { Writable } from "node:stream";
import type pg from "pg";
import type { Statement, Statements } from "./statements.ts";

/** "cached plan must not change result type": a migration gave a table another column since the statement was prepared. */
const STALE_PLAN = "0A000";

/** The name is unknown on this connection, or taken: a pooler that passes for a server, or someone discarded everything. */
const NOT_PREPARED = ["26000", "42P05"];

/** The name that a statement is prepared under on a connection; none where connections are not ours for longer than a transaction. */
export interface Naming {
  nameOf(statement: Statement): string | undefined;
  /** Whether the server itself answers, and no pooler for it. False until that is known. */
  isDirect(): boolean;
  /** Whether an error says that what was prepared is out of date. Everything is prepared anew then. */
  isStale(error: unknown): boolean;
}

/**
 * A pooler in front (PgBouncer) gives each transaction whichever connection is free: a statement prepared on one is unknown on
 * the next. Such a pooler answers for the server at the start, with a process number that is not the server's own.
 */
export function openNaming(pool: pg.Pool): Naming {
  let named = false;
  let epoch = 0;
  pool.once("connect", (client: pg.PoolClient) => {
    const own: unknown = Reflect.get(client, "processID");
    client.query<{ pid: number }>("select pg_backend_pid() as pid").then(
      ({ rows }) => (named = rows[0]?.pid === own),
      () => undefined,
    );
  });
  return {
    nameOf: ({ name }) => (named ? `${name}_${epoch}` : undefined),
    isDirect: () => named,
    isStale(error) {
      const lost = hasCode(error, NOT_PREPARED);
      if (lost) named = false;
      const stale = hasCode(error, [STALE_PLAN]) && /cached plan/.test(String(error));
      if (stale) epoch += 1;
      return lost || stale;
    },
  };
}

const corked = new WeakSet<Writable>();

/**
 * What a connection is given until what runs now is over goes out as one write: each is a call of the system, 40 microseconds
 * and more on a virtual machine, and wakes the server.
 */
export function sendTogether(client: pg.PoolClient): void {
  const { stream } = Reflect.get(client, "connection") as { stream: Writable };
  if (corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  process.nextTick(() => {
    corked.delete(stream);
    stream.uncork();
  });
}

/** Whatever takes a query: a pool, a connection of it, or the one that is shared. */
export interface Asked {
  query<R extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<R>>;
}

/** A connection that is in a transaction. */
export function togetherOn(client: pg.PoolClient): Asked {
  return {
    query: async <R extends pg.QueryResultRow>(query: pg.QueryConfig) => {
      sendTogether(client);
      return await client.query<R>(query);
    },
  };
}

export function statementsOn(on: Asked, naming: Naming, compiled: Statements["compiled"]): Statements {
  const query = async <R extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<pg.QueryResult<R>> => {
    const name = naming.nameOf(statement);
    return await on.query<R>({ text: statement.sql, values: values as unknown[], ...(name !== undefined && { name }) });
  };
  return {
    compiled,
    all: async (statement, values) => (await query(statement, values)).rows as never,
    first: async (statement, values) => (await query(statement, values)).rows[0] as never,
    change: async (statement, values) => (await query(statement, values)).rowCount ?? 0,
  };
}

/** Outside a transaction a query whose plan was out of date runs again at once; inside one all of it does (`isRetryable`). */
export function retryingStale(naming: Naming, statements: Statements): Statements {
  const again = async <T>(run: () => Promise<T>): Promise<T> =>
    await run().catch(async (error: unknown) => {
      if (!naming.isStale(error)) throw error;
      return await run();
    });
  return {
    ...statements,
    all: async <R>(statement: Statement, values: readonly unknown[]) =>
      await again(async () => await statements.all<R>(statement, values)),
    first: async <R>(statement: Statement, values: readonly unknown[]) =>
      await again(async () => await statements.first<R>(statement, values)),
  };
}

export function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
