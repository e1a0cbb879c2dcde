import type { DatabaseSync } from "node:sqlite";
import type { SqliteThread } from "./sqlite-thread.ts";

/** Pages in the log that are not in the database yet, from which on they are moved: 4 MB, SQLite's own number. */
const DUE = 1_000;

/**
 * Pages in the log from which on the writer moves the rest itself. The log begins anew only when all of it was moved, which another
 * thread does not come to say while commits follow each other closely.
 */
const MOST = 8_000;

/**
 * Moves what was committed from the log into the database, on the thread of the long reads: some thousand pages and two syncs are
 * 10 to 50 milliseconds, in which the thread that serves everybody would do nothing else. To be told of each commit.
 */
export function openCheckpoints(writer: DatabaseSync, thread: Pick<SqliteThread, "execute">): { committed(): void } {
  writer.exec(`pragma wal_autocheckpoint = ${MOST}`);
  const progress = writer.prepare("pragma wal_checkpoint(noop)");
  let running = false;
  const move = async (): Promise<void> => {
    running = true;
    // What fails is tried again after the next commit.
    await thread.execute("pragma wal_checkpoint(passive)", []).catch(() => undefined);
    running = false;
  };
  return {
    committed() {
      if (running) return;
      const { log, checkpointed } = progress.get() as { log: number; checkpointed: number };
      if (log - checkpointed >= DUE) void move();
    },
  };
}
