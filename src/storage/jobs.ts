import { sql } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import type { Db, Reader, Tx } from "./database.ts";
import type { JobRow } from "./schema.ts";

export async function insertJob(tx: Tx, job: JobRow): Promise<void> {
  await tx.query.insertInto("jobs").values(job).execute();
}

/** How many jobs that are due are looked at for one that is claimed: others look at the same ones at the same time. */
const CANDIDATES = 8;

/**
 * Claims up to `limit` jobs of these kinds that are due, over all accounts, oldest due first, and counts the attempt.
 * Nobody else gets them until `lockedUntil`; a worker that dies loses them then. Leaves out the jobs of `exceptAccounts`.
 * What is due is looked for over all accounts without a lock; each claim is a transaction of one account.
 */
export async function claimJobs(
  db: Db,
  kinds: readonly string[],
  at: number,
  lockedUntil: number,
  limit: number,
  exceptAccounts: readonly string[] = [],
): Promise<JobRow[]> {
  const due = await acrossAccounts(db)
    .selectFrom("jobs")
    .select(["account_id", "id"])
    .where("failed_at", "is", null)
    .where("run_at", "<=", at)
    .where("kind", "in", kinds)
    .where((job) => job.or([job("locked_until", "is", null), job("locked_until", "<=", at)]))
    .$if(exceptAccounts.length > 0, (query) => query.where("account_id", "not in", exceptAccounts))
    .orderBy("run_at")
    .orderBy("id")
    .limit(limit + CANDIDATES)
    .execute();
  const claimed: JobRow[] = [];
  for (const { account_id, id } of due) {
    if (claimed.length === limit) break;
    const job = await db.transact(async (tx) => await claimJob(tx, account_id, id, at, lockedUntil));
    if (job !== undefined) claimed.push(job);
  }
  return claimed;
}

/** Undefined when another worker was first. */
async function claimJob(
  tx: Tx,
  accountId: string,
  id: string,
  at: number,
  lockedUntil: number,
): Promise<JobRow | undefined> {
  return await tx.query
    .updateTable("jobs")
    .set({ locked_until: lockedUntil, attempts: sql<number>`attempts + 1` })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("failed_at", "is", null)
    .where("run_at", "<=", at)
    .where((job) => job.or([job("locked_until", "is", null), job("locked_until", "<=", at)]))
    .returningAll()
    .executeTakeFirst();
}

/** When the next job of these kinds that nobody holds is due, in epoch milliseconds; null when none waits. */
export async function nextDue(reader: Reader, kinds: readonly string[], at: number): Promise<number | null> {
  const row = await acrossAccounts(reader)
    .selectFrom("jobs")
    .select((job) => job.fn.min("run_at").as("run_at"))
    .where("failed_at", "is", null)
    .where("kind", "in", kinds)
    .where((job) => job.or([job("locked_until", "is", null), job("locked_until", "<=", at)]))
    .executeTakeFirst();
  return row?.run_at ?? null;
}

/** A job as its worker claimed it. When its lease ran out and another worker has it, the attempts differ. */
export type ClaimedJob = Pick<JobRow, "account_id" | "id" | "attempts">;

/** Holds a job until `lockedUntil`; nothing happens when another worker has it by now, or it was given back. */
export async function renewJob(tx: Tx, { account_id, id, attempts }: ClaimedJob, lockedUntil: number): Promise<void> {
  await tx.query
    .updateTable("jobs")
    .set({ locked_until: lockedUntil })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("attempts", "=", attempts)
    .where("locked_until", "is not", null)
    .execute();
}

/** Deletes a job that is done; nothing happens, and false comes back, when another worker has it by now. */
export async function deleteJob(tx: Tx, { account_id, id, attempts }: ClaimedJob): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("jobs")
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("attempts", "=", attempts)
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}

/**
 * Gives a job back, to run again at `run_at`; or, with `failed_at`, gives it up: it stays, with its error.
 * Nothing happens when another worker has it by now.
 */
export async function releaseJob(
  tx: Tx,
  { account_id, id, attempts }: ClaimedJob,
  changes: Pick<JobRow, "run_at" | "last_error" | "failed_at">,
): Promise<void> {
  await tx.query
    .updateTable("jobs")
    .set({ ...changes, locked_until: null })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("attempts", "=", attempts)
    .execute();
}

export interface JobCount {
  kind: string;
  waiting: number;
  failed: number;
}

export async function countJobs(reader: Reader): Promise<JobCount[]> {
  return await acrossAccounts(reader)
    .selectFrom("jobs")
    .select((job) => [
      "kind",
      sql<number>`sum(case when failed_at is null then 1 else 0 end)`.$castTo<number>().as("waiting"),
      job.fn.count<number>("failed_at").as("failed"),
    ])
    .groupBy("kind")
    .orderBy("kind")
    .execute();
}
