import { setTimeout as sleep } from "node:timers/promises";
import { SECOND } from "../domain/time.ts";
import { isStorageAway } from "./storage-failures.ts";

/** As long as a PostgreSQL that was killed may need to recover; who waits for longer is told why, and can be started again. */
const LONGEST_WAIT = 60 * SECOND;
const PAUSE = SECOND / 2;

export interface Waiting {
  /** Told once, when it has to be waited for. */
  onWait: (error: unknown) => void;
  /** Ends the waiting: the last failure is thrown. */
  signal?: AbortSignal | undefined;
  longestWait?: number;
}

/**
 * Runs what a server needs of its database before it serves, again as long as that cannot be reached or ends what it had begun: of
 * two that start with one machine, the server is ready first. A database that is there and refuses is not waited for.
 */
export async function waitForDatabase<T>(
  work: () => Promise<T>,
  { onWait, signal, longestWait = LONGEST_WAIT }: Waiting,
): Promise<T> {
  const until = performance.now() + longestWait;
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (error) {
      if (!isStorageAway(error) || performance.now() > until || signal?.aborted === true) throw error;
      if (!told) onWait(error);
      await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
    }
  }
}
