import { closeSync, fdatasync, openSync } from "node:fs";
import { promisify } from "node:util";

const syncData = promisify(fdatasync);

export interface WalSync {
  /** Puts what was committed before the call on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * The sync of SQLite's write-ahead log, off the calling thread: with `synchronous = normal` a commit writes its pages to the log
 * and SQLite itself syncs it only before it moves them into the database. Who waits for this sync as well before it tells
 * anybody has what `full` has, and the thread is free meanwhile. The log must exist and stay: a connection is open.
 *
 * After a sync that failed nobody can know what is on the disk, and another that succeeds says nothing of the pages before. So
 * whoever waits for it hears of that, and the process ends: the next one lets SQLite recover what is there.
 */
export function openWalSync(log: string): WalSync {
  // For writing, though nothing is written: what some systems ask of whoever syncs.
  const descriptor = openSync(log, "r+");
  return {
    async sync() {
      try {
        await syncData(descriptor);
      } catch (cause) {
        const error = new Error("the disk did not keep what was written to the database", { cause });
        setImmediate(() => {
          throw error;
        });
        throw error;
      }
    },
    close: () => closeSync(descriptor),
  };
}
