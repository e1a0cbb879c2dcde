import { setTimeout as sleep } from "node:timers/promises";
import type { DatabaseSync } from "node:sqlite";
import type { SqliteThread } from "./sqlite-thread.ts";

/** Pages in the log that are not in the database yet, from which on they are moved: 16 MB. A page that changed often is moved once. */
const DUE = 4_000;

/** Pages in the log from which on writers wait until all are moved: it begins anew only then, and not beside a writer that does not pause. */
const LONG = 12_000;

/** They wait for no longer than this, in milliseconds: the thread may be at a long read. */
const LONGEST_WAIT = 200;

/** Pages in the log from which on the writer moves them itself, holding up everything. */
const MOST = 4 * LONG;

export interface Checkpoints {
  /** To be told of each commit. */
  committed(): void;
  /** To be awaited before a transaction begins. */
  room(): Promise<void>;
}

/**
 * Moves what was committed from the log into the database, on the thread of the long reads: some thousand pages and two syncs are
 * 10 to 50 milliseconds, in which the thread that serves everybody would do nothing else.
 */
export function openCheckpoints(writer: DatabaseSync, thread: Pick<SqliteThread, "execute">): Checkpoints {
  writer.exec(`pragma wal_autocheckpoint = ${MOST}`);
  const progress = writer.prepare("pragma wal_checkpoint(noop)");
  let moving: Promise<void> | null = null;
  /** Pages in the log from which on somebody waits next. */
  let long = LONG;
  let log = 0;

  const move = async (): Promise<void> => {
    // What fails is tried again after the next commit.
    await thread.execute("pragma wal_checkpoint(passive)", []).catch(() => undefined);
    moving = null;
  };
  const moveAll = async (): Promise<void> => {
    // One that runs already stops at what was there when it began.
    await moving;
    await (moving ??= move());
  };
  return {
    committed() {
      const found = progress.get() as { log: number; checkpointed: number };
      ({ log } = found);
      if (log < LONG) long = LONG;
      if (log - found.checkpointed >= DUE) moving ??= move();
    },
    async room() {
      if (log < long) return;
      // Where others read what is old it does not begin anew: what comes until the next time need not wait for that.
      long = log + DUE;
      await Promise.race([moveAll(), sleep(LONGEST_WAIT, undefined, { ref: false })]);
    },
  };
}
