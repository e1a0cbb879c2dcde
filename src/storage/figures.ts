import { sql } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import type { Db, Reader } from "./database.ts";

/** What waits in the database, over all accounts: for whoever watches the installation. */
export interface Figures {
  jobs: JobFigures[];
  /** Mail that was taken and not yet made into anything, and since when the oldest of it waits (epoch milliseconds). */
  pendingMail: { count: number; oldest: number | null };
  deliveries: { state: string; count: number }[];
  mailboxes: { count: number; failing: number; oldest: number | null };
  /** What the engine says of itself, by name; see `Driver`. */
  engine: Record<string, number>;
}

export interface JobFigures {
  kind: string;
  /** Due, whether or not a worker has it. */
  due: number;
  /** Timers, and jobs that failed and wait for their next attempt. */
  later: number;
  failed: number;
  /** Since when the oldest job that is due has been, in epoch milliseconds. */
  oldest: number | null;
}

/** Reads all of it by small indexes or small tables, off the main thread where the engine runs on that. */
export async function readFigures(db: Db, at: number): Promise<Figures> {
  const reader = db.longReads;
  return {
    jobs: await jobFigures(reader, at),
    pendingMail: await pendingMail(reader),
    deliveries: await deliveries(reader),
    mailboxes: await mailboxes(reader),
    engine: await db.engineFigures(),
  };
}

async function jobFigures(reader: Reader, at: number): Promise<JobFigures[]> {
  const sum = (condition: ReturnType<typeof sql>): ReturnType<typeof sql<number>> =>
    sql<number>`sum(case when ${condition} then 1 else 0 end)`;
  return await acrossAccounts(reader)
    .selectFrom("jobs")
    .select([
      "kind",
      sum(sql`failed_at is null and run_at <= ${at}`).as("due"),
      sum(sql`failed_at is null and run_at > ${at}`).as("later"),
      sum(sql`failed_at is not null`).as("failed"),
      sql<number | null>`min(case when failed_at is null and run_at <= ${at} then run_at end)`.as("oldest"),
    ])
    .groupBy("kind")
    .execute();
}

async function pendingMail(reader: Reader): Promise<Figures["pendingMail"]> {
  return await acrossAccounts(reader)
    .selectFrom("received_messages")
    .select((row) => [row.fn.countAll<number>().as("count"), row.fn.min("created_at").as("oldest")])
    // As in the index, which holds these alone.
    .where(sql<boolean>`outcome = 'pending'`)
    .executeTakeFirstOrThrow();
}

async function deliveries(reader: Reader): Promise<Figures["deliveries"]> {
  return await acrossAccounts(reader)
    .selectFrom("messages")
    .select((row) => [sql<string>`delivery_state`.as("state"), row.fn.countAll<number>().as("count")])
    // Word for word as in the index: SQLite uses a partial one only then.
    .where(sql<boolean>`delivery_state in ('queued', 'sending', 'failed')`)
    .groupBy("delivery_state")
    .execute();
}

async function mailboxes(reader: Reader): Promise<Figures["mailboxes"]> {
  return await acrossAccounts(reader)
    .selectFrom("mailboxes")
    .select((row) => [
      row.fn.countAll<number>().as("count"),
      row.fn.count<number>("last_error").as("failing"),
      sql<number | null>`min(coalesce(last_fetched_at, created_at))`.as("oldest"),
    ])
    .executeTakeFirstOrThrow();
}
