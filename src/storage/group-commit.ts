import type { DatabaseSync } from "node:sqlite";

/** A commit is not put off longer than this for those who come meanwhile, in milliseconds, nor for more of them. */
const LONGEST_GROUP = 20;
const MOST_IN_GROUP = 64;

interface Waiting {
  /** Runs inside its savepoint. */
  work: () => Promise<unknown>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

interface Around {
  /** Takes the write lock. */
  begin: () => Promise<void>;
  beforeCommit: () => void;
}

/** The end of one transaction of a group, to be told when the group is on the disk. */
type Ending = () => void;

/**
 * Runs transactions one after the other and commits those together that wait for each other anyway: one sync of the disk
 * for all. None is told that it is done before that commit; one that fails takes nothing of the others with it.
 */
export function openGroupCommit(
  database: DatabaseSync,
  around: Around,
): { run<T>(work: () => Promise<T>): Promise<T>; idle(): Promise<void> } {
  const queue: Waiting[] = [];
  let running: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) await commitGroup(database, around, queue);
    running = undefined;
  };
  return {
    run: async <T>(work: () => Promise<T>): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      queue.push({ work, resolve: resolve as Waiting["resolve"], reject });
      running ??= drain();
      return await promise;
    },
    idle: async () => await running,
  };
}

/** Takes at least one from the queue. Settles all that it took; never rejects. */
async function commitGroup(database: DatabaseSync, { begin, beforeCommit }: Around, queue: Waiting[]): Promise<void> {
  const taken: Waiting[] = [];
  const endings: Ending[] = [];
  try {
    await begin();
    const until = performance.now() + LONGEST_GROUP;
    do {
      const next = queue.shift();
      if (next === undefined) break;
      taken.push(next);
      endings.push(await runAlone(database, next));
    } while (taken.length < MOST_IN_GROUP && performance.now() < until);
    beforeCommit();
    database.exec("commit");
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    // Without a lock nobody has a turn: whoever waits longest hears of it, and the others try on.
    if (taken.length === 0) queue.shift()?.reject(error);
    for (const { reject } of taken) reject(error);
    return;
  }
  for (const end of endings) end();
}

/** One transaction inside its group's. Throws only what ends the whole group. */
async function runAlone(database: DatabaseSync, { work, resolve, reject }: Waiting): Promise<Ending> {
  database.exec("savepoint one");
  try {
    const result = await work();
    database.exec("release one");
    return () => resolve(result);
  } catch (error) {
    // A full disk or a failing one may have rolled back everything: the others of the group are gone too.
    if (!database.isTransaction) throw error;
    database.exec("rollback to one");
    database.exec("release one");
    return () => reject(error);
  }
}
