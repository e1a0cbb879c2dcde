import { getPriority, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { SqliteConnection, openFile } from "./sqlite.ts";

/** The other side of `sqlite-thread.ts`: takes `{id, sql, parameters}`, answers `{id, rows}` or `{id, error}`. */
const connection = new SqliteConnection(openFile(String(workerData), true));

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

parentPort?.on("message", ({ id, sql, parameters }: { id: number; sql: string; parameters: unknown[] }) => {
  try {
    parentPort?.postMessage({ id, rows: connection.execute(sql, parameters).rows });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
