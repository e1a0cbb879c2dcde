import { newId } from "../domain/ids.ts";
import { MINUTE, now } from "../domain/time.ts";
import type { Db, Tx } from "../storage/database.ts";
import { claimJobs, deleteJob, insertJob, nextDue, releaseJob } from "../storage/jobs.ts";
import type { JobRow } from "../storage/schema.ts";

/** What a job does. It may run again after a crash, so it is idempotent. To fail, it throws; see `retryDelay`. */
export type Task = (job: JobRow) => Promise<void>;

/** The kinds of jobs. A kind without a task waits until a version comes that has one. */
export type JobKind = "deliver-message" | "wake-ticket" | "remove-label";

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

/** How long a worker may hold a job before another takes it. */
const LEASE = 5 * MINUTE;
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
): Promise<number> {
  const kinds = Object.keys(tasks);
  if (kinds.length === 0) return 0;
  for (let ran = 0; ; ran += 1) {
    if (stopped()) return ran;
    const at = now();
    // One at a time: a job that waited here behind a slow one would outlive its lease and run twice.
    const [job] = await db.transact(async (tx) => await claimJobs(tx, kinds, at, at + LEASE, 1));
    if (job === undefined) return ran;
    await runJob(db, tasks[job.kind as JobKind], job);
  }
}

async function runJob(db: Db, task: Task | undefined, job: JobRow): Promise<void> {
  try {
    await task?.(job);
    await db.transact(async (tx) => await deleteJob(tx, job));
  } catch (error) {
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

export interface Worker {
  /** Stops taking jobs and waits for the one that runs. */
  stop(): Promise<void>;
}

/** Keeps running what is due until stopped. `onError` is told when the queue itself fails; it goes on after a pause. */
export function startWorker(
  db: Db,
  tasks: Partial<Record<JobKind, Task>>,
  onError: (error: unknown) => void,
): Worker {
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
        .then(async (due) => (due ? await runDueJobs(db, tasks, () => signal.aborted) : 0))
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
