import { countUp } from "../domain/tallies.ts";
import { newId } from "../domain/ids.ts";
import { MINUTE, SECOND, now } from "../domain/time.ts";
import type { Db, Tx } from "../storage/database.ts";
import { claimJobs, deleteJob, insertJob, nextDue, releaseJob, renewJob } from "../storage/jobs.ts";
import type { JobRow } from "../storage/schema.ts";

/** What a job does. It may run again after a crash, so it is idempotent. To fail, it throws; see `retryDelay`. */
export type Task = (job: JobRow) => Promise<void>;

/** The kinds of jobs. A kind without a task waits until a version comes that has one. */
export type JobKind =
  | "send-system-mail"
  | "train-spam"
  | "notify-user"
  | "deliver-message"
  | "wake-ticket"
  | "remove-label";

export interface NewJob {
  kind: JobKind;
  payload: Record<string, unknown>;
  /** Epoch milliseconds; now when absent. */
  runAt?: number;
}

/** Adds a job in the transaction that makes it necessary: both commit, or neither. Returns its id. */
export async function enqueue(tx: Tx, accountId: string, { kind, payload, runAt }: NewJob): Promise<string> {
  const at = now();
  const id = newId();
  await insertJob(tx, {
    account_id: accountId,
    id,
    kind,
    payload: JSON.stringify(payload),
    run_at: runAt ?? at,
    attempts: 0,
    locked_until: null,
    last_error: null,
    failed_at: null,
    created_at: at,
  });
  return id;
}

/**
 * How long a worker holds a job unless it renews that, which it does as long as the task runs: a process that dies loses
 * its jobs after this time, and one that is slow never does.
 */
const LEASE = 25 * SECOND;
const MOST_ATTEMPTS = 20;

/** How often the queue is looked at when nothing woke it: jobs of other processes and timers. */
const POLL = 1000;

/** Milliseconds until a job that failed for the n-th time runs again: 5 s, doubling, at most 6 hours. */
export function retryDelay(attempts: number): number {
  return Math.min(5000 * 2 ** (attempts - 1), 6 * 60 * MINUTE);
}

/**
 * Runs the jobs that are due, one after the other until `stopped`, and returns how many it ran. A job that throws is given back with its
 * error and a growing delay; after 20 attempts it is given up and stays, to be seen.
 */
export async function runDueJobs(
  db: Db,
  tasks: Partial<Record<JobKind, Task>>,
  stopped = (): boolean => false,
  shares: Shares = NO_SHARES,
  lease = LEASE,
): Promise<number> {
  const kinds = Object.keys(tasks);
  if (kinds.length === 0) return 0;
  for (let ran = 0; ; ran += 1) {
    if (stopped()) return ran;
    const job = await shares.take(async (full) => {
      const at = now();
      // One at a time: a job that waited here behind a slow one would outlive its lease and run twice.
      return (await claimJobs(db, kinds, at, at + lease, 1, full))[0];
    });
    if (job === undefined) return ran;
    const letGo = keepHold(db, job, lease);
    await runJob(db, tasks[job.kind as JobKind], job).finally(() => {
      letGo();
      shares.give(job);
    });
  }
}

/** Renews a job's lease again and again until told to stop. A renewal that fails is tried again before the lease runs out. */
function keepHold(db: Db, job: JobRow, lease: number): () => void {
  const renew = async (): Promise<void> => await db.transact(async (tx) => await renewJob(tx, job, now() + lease));
  const timer = setInterval(() => void renew().catch(() => undefined), lease / 3);
  timer.unref();
  return () => clearInterval(timer);
}

async function runJob(db: Db, task: Task | undefined, job: JobRow): Promise<void> {
  try {
    await task?.(job);
    await db.transact(async (tx) => void (await deleteJob(tx, job)));
    countUp("job", `${job.kind} done`);
  } catch (error) {
    countUp("job", `${job.kind} failed`);
    const last_error = error instanceof Error ? error.message : String(error);
    const givenUp = job.attempts >= MOST_ATTEMPTS;
    await db.transact(
      async (tx) =>
        await releaseJob(tx, job, {
          run_at: now() + retryDelay(job.attempts),
          last_error,
          failed_at: givenUp ? now() : null,
        }),
    );
  }
}

/** How much of a worker each account has: one with a slow mail server must not hold up the others. */
interface Shares {
  /** Claims a job, of none of the accounts that have as much as they may; one claim after the other, so that each counts. */
  take(claim: (full: readonly string[]) => Promise<JobRow | undefined>): Promise<JobRow | undefined>;
  /** The job has ended. */
  give(job: JobRow): void;
}

const NO_SHARES: Shares = { take: async (claim) => await claim([]), give: () => undefined };

function makeShares(most: number): Shares {
  const running = new Map<string, number>();
  const count = (accountId: string, more: number): void => {
    const sum = (running.get(accountId) ?? 0) + more;
    if (sum === 0) running.delete(accountId);
    else running.set(accountId, sum);
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    take: async (claim) => {
      const taken = last.then(async () => {
        const job = await claim([...running].flatMap(([accountId, jobs]) => (jobs >= most ? [accountId] : [])));
        if (job !== undefined) count(job.account_id, 1);
        return job;
      });
      last = taken.catch(() => undefined);
      return await taken;
    },
    give: ({ account_id }) => count(account_id, -1),
  };
}

export interface Worker {
  /** Stops taking jobs and waits for the one that runs. */
  stop(): Promise<void>;
}

type Tasks = Partial<Record<JobKind, Task>>;

/**
 * Keeps running what is due until stopped, `atOnce` jobs side by side, of one account at most half of them. `onError` is
 * told when the queue itself fails; it goes on after a pause.
 */
export function startWorker(db: Db, tasks: Tasks, onError: (error: unknown) => void, atOnce = 1): Worker {
  const shares = atOnce === 1 ? NO_SHARES : makeShares(Math.ceil(atOnce / 2));
  const lanes = Array.from({ length: atOnce }, () => startLane(db, tasks, onError, shares));
  return {
    stop: async () => {
      await Promise.all(lanes.map(async (lane) => await lane.stop()));
    },
  };
}

function startLane(db: Db, tasks: Tasks, onError: (error: unknown) => void, shares: Shares): Worker {
  const stopping = new AbortController();
  const { signal } = stopping;
  let wake: (() => void) | undefined;
  const pause = async (milliseconds: number): Promise<void> =>
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      const ran = await anyDue(db, tasks)
        .then(async (due) => (due ? await runDueJobs(db, tasks, () => signal.aborted, shares) : 0))
        .catch((error: unknown) => {
          onError(error);
          return 0;
        });
      if (ran === 0 && !signal.aborted) await pause(POLL);
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      wake?.();
      await running;
    },
  };
}

/** A read, so that an idle queue writes nothing. */
async function anyDue(db: Db, tasks: Partial<Record<JobKind, Task>>): Promise<boolean> {
  const due = await nextDue(db, Object.keys(tasks), now());
  return due !== null && due <= now();
}
