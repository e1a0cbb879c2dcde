import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type DatabaseConnection,
  type Dialect,
  type KyselyPlugin,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Driver, Way } from "./database.ts";
import type { Schema } from "./schema.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { openGroupCommit } from "./group-commit.ts";
import { LeftWrites } from "./left-writes.ts";
import { openSearchMerges } from "./search-merges.ts";
import { SharedSnapshot } from "./shared-snapshot.ts";
import { SqliteConnection, isBusy, openFile } from "./sqlite-connection.ts";
import { SqliteThread } from "./sqlite-thread.ts";
import { openWalSync } from "./wal-sync.ts";
import type { Statement, Statements } from "./statements.ts";

/** How long a writer waits for a writer of another process before it gives up, in milliseconds. */
const WRITE_WAIT = 30_000;

export interface SqliteOptions {
  /** The database file; its folder is made when missing, readable by its owner only. */
  file: string;
  plugins?: KyselyPlugin[];
}

/**
 * Opens the embedded engine. One connection writes, one reads (WAL: neither waits for the other), and a thread with a
 * connection of its own does the long reads. Another merges what is written to the full text. Every commit is on the disk before it is acknowledged.
 */
export function openSqlite({ file, plugins = [] }: SqliteOptions): Driver {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Before SQLite opens it: the -wal and -shm files beside it take over its mode.
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  const writer = new SqliteConnection(openFile(file));
  // The writer waits for other processes in `begin`, without blocking; SQLite's own wait would sleep on this thread.
  writer.database.exec("pragma busy_timeout = 0");
  // Its commits are synced by `log`, which does not block: see there. The first read makes the log.
  writer.database.exec("pragma synchronous = normal; select count(*) from sqlite_schema");
  const log = openWalSync(`${file}-wal`);
  const readFile = openFile(file, true);
  const snapshot = new SharedSnapshot(readFile);
  const reader = new SqliteConnection(readFile, () => snapshot.share());
  const thread = new SqliteThread({ file });
  const mergingThread = new SqliteThread({ file, writes: true });
  const checkpoints = openCheckpoints(writer.database, thread);
  const compiled = new Map<object, unknown>();
  const merges = openSearchMerges(compiled, mergingThread);
  const wayOf = (connection: SqliteConnection | SqliteThread): Way => ({
    query: kyselyOn(connection, plugins),
    statements: statementsOn(connection, compiled),
  });
  const writes = wayOf(writer);
  const group = openGroupCommit(writer.database, {
    begin: async () => {
      await checkpoints.room();
      await merges.idle();
      await begin(writer.database);
    },
    beforeCommit: () => snapshot.end(),
    sync: async () => {
      checkpoints.committed();
      merges.committed();
      await log.sync();
    },
  });

  return {
    engine: "sqlite",
    reads: wayOf(reader),
    longReads: wayOf(thread),
    transaction: async (work) =>
      await group.run(async (lastly) => {
        const left = new LeftWrites();
        const result = await work({ ...writes, lastly, leave: left.add });
        await left.done();
        return result;
      }),
    isRetryable: () => false,
    changeMark: () => snapshot.mark(),
    figures: async () => ({ file_bytes: await sizeOf(file), wal_bytes: await sizeOf(`${file}-wal`) }),
    close: async () => {
      await group.idle();
      await merges.idle();
      await mergingThread.close();
      await thread.close();
      snapshot.end();
      reader.close();
      log.close();
      writer.close();
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Takes the write lock. While another process holds it, this one waits without blocking its event loop. */
async function begin(database: DatabaseSync): Promise<void> {
  const deadline = performance.now() + WRITE_WAIT;
  for (;;) {
    try {
      database.exec("begin immediate");
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await sleep(1 + Math.random() * 4);
    }
  }
}

/** Kept statements on one connection: on this thread where the connection is. */
function statementsOn(connection: SqliteConnection | SqliteThread, compiled: Statements["compiled"]): Statements {
  if (connection instanceof SqliteThread) {
    const all = async <R>({ sql }: Statement, values: readonly unknown[]): Promise<R[]> =>
      await connection.execute<R>(sql, values);
    return {
      compiled,
      all,
      first: async <R>(statement: Statement, values: readonly unknown[]) => (await all<R>(statement, values))[0],
      change: () => Promise.reject(new Error("the reader thread does not write")),
    };
  }
  // node:sqlite takes the values SQLite stores, and throws at any other.
  return {
    compiled,
    // oxlint-disable-next-line require-await -- the interface is asynchronous, the engine is not
    all: async <R>(statement: Statement, values: readonly unknown[]) =>
      connection.keep(statement).all(...(values as SQLInputValue[])) as R[],
    // oxlint-disable-next-line require-await -- as above
    first: async <R>(statement: Statement, values: readonly unknown[]) =>
      connection.keep(statement).get(...(values as SQLInputValue[])) as R | undefined,
    // oxlint-disable-next-line require-await -- as above
    change: async (statement, values) => Number(connection.keep(statement).run(...(values as SQLInputValue[])).changes),
  };
}

/** Kysely over one connection. Transactions are the driver's affair (see `openSqlite`), not Kysely's. */
export function kyselyOn(connection: DatabaseConnection, plugins: KyselyPlugin[] = []): Kysely<Schema> {
  const refuse = (): Promise<void> => Promise.reject(new Error("use transact()"));
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createDriver: () => ({
      init: () => Promise.resolve(),
      acquireConnection: () => Promise.resolve(connection),
      releaseConnection: () => Promise.resolve(),
      beginTransaction: refuse,
      commitTransaction: refuse,
      rollbackTransaction: refuse,
      destroy: () => Promise.resolve(),
    }),
  };
  return new Kysely<Schema>({ dialect, plugins });
}
