import { parentPort, workerData } from "node:worker_threads";
import { SqliteConnection, openFile } from "./sqlite.ts";

/** The other side of `sqlite-thread.ts`: takes `{id, sql, parameters}`, answers `{id, rows}` or `{id, error}`. */
const connection = new SqliteConnection(openFile(String(workerData), true));

parentPort?.on("message", ({ id, sql, parameters }: { id: number; sql: string; parameters: unknown[] }) => {
  try {
    parentPort?.postMessage({ id, rows: connection.execute(sql, parameters).rows });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
