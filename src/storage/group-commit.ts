import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { breathe } from "../domain/breathe.ts";
import type { WriteWay } from "./database.ts";
import { LastSteps } from "./last-steps.ts";

/** A commit is not put off longer than this for those who come meanwhile, in milliseconds, nor for more of them. */
const LONGEST_GROUP = 20;
const MOST_IN_GROUP = 64;

/** What runs inside a savepoint of its own, and may leave steps for the end of the group. */
type Work<T> = (lastly: WriteWay["lastly"]) => Promise<T>;

interface Waiting {
  work: Work<unknown>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

interface Around {
  /** Takes the write lock. */
  begin: () => Promise<void>;
  beforeCommit: () => void;
  /** Puts what was committed on the disk. */
  sync: () => Promise<void>;
}

interface Taken {
  reject: Waiting["reject"];
  /** Tells how it ended, when the group is on the disk. */
  end: () => void;
}

/**
 * Runs transactions one after the other and commits those together that wait for each other anyway: one sync of the disk
 * for all. None is told that it is done before that sync; one that fails takes nothing of the others with it. While
 * one group is being synced the next runs, and commits when that is over.
 */
export function openGroupCommit(
  database: DatabaseSync,
  around: Around,
): { run<T>(work: Work<T>): Promise<T>; idle(): Promise<void> } {
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;
  /** Of the group before; never rejects. */
  let synced = Promise.resolve();

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const committed = await commitGroup(database, around, queue, synced);
      if (committed !== null) synced = endTogether(committed, around.sync());
    }
    running = undefined;
  };
  return {
    run: async <T>(work: Work<T>): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      queue.push({ work, resolve: resolve as Waiting["resolve"], reject });
      running ??= drain();
      return await promise;
    },
    idle: async () => {
      await running;
      await synced;
    },
  };
}

async function endTogether(committed: readonly Taken[], synced: Promise<void>): Promise<void> {
  try {
    await synced;
  } catch (error) {
    for (const { reject } of committed) reject(error);
    return;
  }
  for (const { end } of committed) end();
}

/**
 * Takes at least one from the queue and commits. Returns what is to be told once the commit is on the disk, or null after
 * everybody was told that it failed; never rejects.
 */
async function commitGroup(
  database: DatabaseSync,
  { begin, beforeCommit }: Around,
  queue: Waiting[],
  synced: Promise<void>,
): Promise<Taken[] | null> {
  const taken: Taken[] = [];
  const steps = new LastSteps();
  const takeAll = async (until: number): Promise<void> => {
    while (taken.length < MOST_IN_GROUP && performance.now() < until) {
      const next = queue.shift();
      if (next === undefined) return;
      const one: Taken = { reject: next.reject, end: () => undefined };
      taken.push(one);
      one.end = await runAlone(database, next, steps);
      await breathe();
    }
  };
  try {
    await begin();
    const until = performance.now() + LONGEST_GROUP;
    await takeAll(until);
    // Two syncs at once are no quicker than one after the other, and who comes meanwhile shares this one.
    await synced;
    await takeAll(until);
    // And who was told of that one may come again in the next turns of the event loop: the fewer commits, the less each of all costs.
    for (let before = 0; before < taken.length;) {
      before = taken.length;
      await nextTurn();
      await takeAll(until);
    }
    await steps.run();
    beforeCommit();
    database.exec("commit");
    return taken;
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    // Without a lock nobody has a turn: whoever waits longest hears of it, and the others try on.
    if (taken.length === 0) queue.shift()?.reject(error);
    for (const { reject } of taken) reject(error);
    return null;
  }
}

/** One transaction inside its group's; adds its last steps to those of the group. Throws only what ends the whole group. */
async function runAlone(
  database: DatabaseSync,
  { work, resolve, reject }: Waiting,
  steps: LastSteps,
): Promise<() => void> {
  const own = new LastSteps();
  database.exec("savepoint one");
  try {
    const result = await work(own.add);
    database.exec("release one");
    steps.addAll(own);
    return () => resolve(result);
  } catch (error) {
    // A full disk or a failing one may have rolled back everything: the others of the group are gone too.
    if (!database.isTransaction) throw error;
    database.exec("rollback to one");
    database.exec("release one");
    return () => reject(error);
  }
}
