import { getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { SqliteConnection, openFile } from "./sqlite-connection.ts";
import type { ThreadOptions } from "./sqlite-thread.ts";

/** Of two that want the same core, the thread that serves everybody goes first. Linux alone has priorities of threads. */
const LATER = 5;
const LAST = 19;
if (process.platform === "linux") {
  try {
    setPriority(Math.min(LAST, getPriority() + LATER));
  } catch {
    // Where the system refuses, both have the same.
  }
}

/** The other side of `sqlite-thread.ts`: takes `{id, sql, parameters}`, answers `{id, rows}` or `{id, error}`. */
const { file, writes } = workerData as ThreadOptions;
const database = openFile(file, !writes);
// What it commits is synced with the next commit of the writer, which also sees to the log (`checkpoints.ts`).
if (writes) database.exec("pragma synchronous = normal; pragma wal_autocheckpoint = 0; pragma busy_timeout = 1000");
const connection = new SqliteConnection(database);

parentPort?.on("message", ({ id, sql, parameters }: { id: number; sql: string; parameters: unknown[] }) => {
  try {
    parentPort?.postMessage({ id, rows: connection.execute(sql, parameters).rows });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
