import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { foldText } from "../domain/search-words.ts";
import type { Statement } from "./statements.ts";

// Read by each thread with a connection of its own as it starts: what is imported here costs each of them.

/** How long opening waits for another process that is just making the file, in milliseconds. */
const OPEN_WAIT = 10_000;

/** Prepared statements kept per connection; the product has a few hundred distinct ones. */
const STATEMENT_LIMIT = 512;

/** Opens one connection with the settings every connection has. */
export function openFile(file: string, readOnly = false): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 5_000 });
  useWal(database);
  database.exec("pragma synchronous = full");
  database.exec("pragma temp_store = memory");
  if (readOnly) database.exec("pragma query_only = on");
  // What PostgreSQL can do by itself: see `folded` in `search.ts`.
  database.function("fold", { deterministic: true }, (text) => (typeof text === "string" ? foldText(text) : ""));
  return database;
}

/**
 * The first connection of a new file turns WAL on, which needs the file for itself, and SQLite does not wait for that by
 * itself: of processes that start together one does it and the others find it done. On the calling thread; milliseconds.
 */
function useWal(database: DatabaseSync): void {
  const deadline = performance.now() + OPEN_WAIT;
  for (;;) {
    try {
      database.exec("pragma journal_mode = wal");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 9);
    }
  }
}

export function isBusy(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}

interface Prepared {
  statement: StatementSync;
  returnsRows: boolean;
}

/** One connection, with its prepared statements. Calls run on the calling thread. */
export class SqliteConnection implements DatabaseConnection {
  readonly database: DatabaseSync;
  /** Told before each statement. */
  readonly #before: (() => void) | undefined;
  readonly #statements = new Map<string, Prepared>();
  readonly #kept = new Map<Statement, StatementSync>();

  constructor(database: DatabaseSync, before?: () => void) {
    this.database = database;
    this.#before = before;
  }

  // oxlint-disable-next-line require-await -- the interface is asynchronous, the engine is not
  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return this.execute<R>(sql, parameters);
  }

  execute<R>(sql: string, parameters: readonly unknown[]): QueryResult<R> {
    this.#before?.();
    const { statement, returnsRows } = this.#prepare(sql);
    // node:sqlite takes the values SQLite stores; Kysely types them as unknown.
    const values = parameters as SQLInputValue[];
    if (returnsRows) return { rows: statement.all(...values) as R[] };
    const { changes } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-await -- as above
  async *streamQuery<R>({ sql, parameters }: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    let rows: R[] = [];
    for (const row of this.database.prepare(sql).iterate(...(parameters as SQLInputValue[]))) {
      rows.push(row as R);
      if (rows.length === chunkSize) {
        yield { rows };
        rows = [];
      }
    }
    if (rows.length > 0) yield { rows };
  }

  close(): void {
    this.#statements.clear();
    this.#kept.clear();
    this.database.close();
  }

  /** The prepared form of a kept statement, for as long as the connection lives. */
  keep(statement: Statement): StatementSync {
    this.#before?.();
    let prepared = this.#kept.get(statement);
    if (prepared === undefined) this.#kept.set(statement, (prepared = this.#prepare(statement.sql).statement));
    return prepared;
  }

  #prepare(sql: string): Prepared {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= STATEMENT_LIMIT) this.#statements.clear();
    const statement = this.database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    // With its result a write reports the connection's last row number, which full text sets far above 2^53: as a number, it throws.
    if (!prepared.returnsRows) statement.setReadBigInts(true);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
