import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND, now, setClock } from "../../src/domain/time.ts";
import { type JobKind, type Task, enqueue, retryDelay, runDueJobs, startWorker } from "../../src/queue/queue.ts";
import { claimJobs, countJobs } from "../../src/storage/jobs.ts";
import type { JobRow } from "../../src/storage/schema.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount, makeGate } from "../storage/storage-account.ts";

const KIND: JobKind = "wake-ticket";

/** How long a worker that died holds up its job. */
const LEASE = 25 * SECOND;

/** Reads of one turn of the event loop share what they see: what another connection wrote is seen in the next. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe.skipIf(ENGINE_MISSING !== null)("the job queue", () => {
  let storage: TestStorage;
  /** Another process's storage. */
  let beside: Storage;
  let accountId: string;
  let clock: number;

  beforeAll(async () => {
    storage = await openTestStorage();
    beside = await openStorage({ ...storage, strict: true });
    accountId = (await makeAccount(storage.db)).account.id;
  });
  beforeEach(async () => {
    clock = Date.now();
    setClock(() => clock);
    await nextTurn();
  });
  afterEach(async () => {
    setClock();
    await storage.db.transact(
      async (tx) => await tx.query.deleteFrom("jobs").where("account_id", "=", accountId).execute(),
    );
  });
  afterAll(async () => {
    await beside.close();
    await storage.remove();
  });

  const add = async (name = "job", runAt?: number, kind: JobKind = KIND): Promise<string> => {
    const id = await storage.db.transact(
      async (tx) => await enqueue(tx, accountId, { kind, payload: { name }, ...(runAt !== undefined && { runAt }) }),
    );
    await nextTurn();
    return id;
  };
  const jobs = async (): Promise<JobRow[]> =>
    await storage.db.query.selectFrom("jobs").selectAll().where("account_id", "=", accountId).orderBy("id").execute();
  const nameOf = ({ payload }: JobRow): string => (JSON.parse(payload) as { name: string }).name;
  const noting =
    (ran: string[]): Task =>
    async (job) => {
      ran.push(nameOf(job));
      await Promise.resolve();
    };
  const failing: Task = async () => {
    await Promise.resolve();
    throw new Error("the mail server is away");
  };

  test("holds a job exactly when the transaction that enqueued it commits", async () => {
    const work = storage.db.transact(async (tx) => {
      await enqueue(tx, accountId, { kind: KIND, payload: {} });
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await jobs()).toEqual([]);
    const id = await add();
    expect(await jobs()).toMatchObject([{ id, kind: KIND, payload: '{"name":"job"}', attempts: 0, run_at: clock }]);
  });

  test("runs what is due, oldest due first, and forgets what is done", async () => {
    await add("later", clock - 1);
    await add("first", clock - 10);
    await add("not yet", clock + 1);
    const ran: string[] = [];
    expect(await runDueJobs(storage.db, { [KIND]: noting(ran) })).toBe(2);
    expect(ran).toEqual(["first", "later"]);
    expect((await jobs()).map(nameOf)).toEqual(["not yet"]);
  });

  test("runs a timer when its time has come", async () => {
    await add("timer", clock + HOUR);
    const ran: string[] = [];
    clock += HOUR - 1;
    expect(await runDueJobs(storage.db, { [KIND]: noting(ran) })).toBe(0);
    clock += 1;
    expect(await runDueJobs(storage.db, { [KIND]: noting(ran) })).toBe(1);
    expect(ran).toEqual(["timer"]);
  });

  test("runs each of many jobs once, however many workers there are", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `job ${index}`);
    for (const name of names) await add(name);
    const ran: string[] = [];
    const slowly: Task = async (job) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      ran.push(nameOf(job));
    };
    const workers = [storage, beside, storage, beside].map(async ({ db }) => await runDueJobs(db, { [KIND]: slowly }));
    const counts = await Promise.all(workers);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(ran.toSorted()).toEqual(names.toSorted());
    // Reads of one turn share a snapshot, which may be from before the other connection's last commit.
    await expect.poll(async () => await jobs()).toEqual([]);
  });

  test("gives no job to a worker while another holds it", async () => {
    await add();
    const holds = makeGate();
    const mayEnd = makeGate();
    const first = runDueJobs(storage.db, {
      [KIND]: async () => {
        holds.open();
        await mayEnd.opened;
      },
    });
    await holds.opened;
    const ran: string[] = [];
    expect(await runDueJobs(beside.db, { [KIND]: noting(ran) })).toBe(0);
    mayEnd.open();
    expect(await first).toBe(1);
    expect(ran).toEqual([]);
  });

  test("runs a job again when its worker died with it, after its lease and not before", async () => {
    await add();
    // As a worker does that never comes back.
    await claimJobs(storage.db, [KIND], clock, clock + LEASE, 1);
    const ran: string[] = [];
    clock += LEASE - 1;
    expect(await runDueJobs(beside.db, { [KIND]: noting(ran) })).toBe(0);
    clock += 1;
    expect(await runDueJobs(beside.db, { [KIND]: noting(ran) })).toBe(1);
    expect(ran).toEqual(["job"]);
    expect(await jobs()).toEqual([]);
  });

  test("keeps a job for as long as it runs, however long that is", async () => {
    setClock();
    await add("long", now());
    const holds = makeGate();
    const mayEnd = makeGate();
    const ran: string[] = [];
    const lease = 1200;
    const task: Task = async (job) => {
      ran.push(nameOf(job));
      holds.open();
      await mayEnd.opened;
    };
    const running = runDueJobs(storage.db, { [KIND]: task }, undefined, undefined, lease);
    await holds.opened;
    const first = (await jobs())[0]?.locked_until ?? 0;
    const others: number[] = [];
    while (now() < first + 2 * lease) {
      others.push(await runDueJobs(beside.db, { [KIND]: task }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await jobs())[0]).toMatchObject({ attempts: 1 });
    expect(new Set(others)).toEqual(new Set([0]));
    mayEnd.open();
    expect(await running).toBe(1);
    expect(ran).toEqual(["long"]);
    expect(await jobs()).toEqual([]);
  });

  test("leaves a job to the worker that has it now when one comes back late with an error", async () => {
    await add();
    const holds = makeGate();
    const mayFail = makeGate();
    const late = runDueJobs(storage.db, {
      [KIND]: async () => {
        holds.open();
        await mayFail.opened;
        throw new Error("late");
      },
    });
    await holds.opened;
    clock += 6 * MINUTE;
    const secondEnds = makeGate();
    const secondHolds = makeGate();
    const second = runDueJobs(beside.db, {
      [KIND]: async () => {
        secondHolds.open();
        await secondEnds.opened;
      },
    });
    await secondHolds.opened;
    const [held] = await jobs();
    mayFail.open();
    await late;
    expect(await jobs()).toEqual([held]);
    secondEnds.open();
    await second;
    await nextTurn();
    expect(await jobs()).toEqual([]);
  });

  test("a slow job keeps none waiting behind it longer than their lease, which would run them twice", async () => {
    await add("slow");
    await add("behind");
    const ran: string[] = [];
    const task: Task = async (job) => {
      ran.push(nameOf(job));
      if (nameOf(job) !== "slow") return;
      clock += 10 * MINUTE;
      await runDueJobs(beside.db, { [KIND]: noting(ran) });
    };
    await runDueJobs(storage.db, { [KIND]: task });
    expect(ran.filter((name) => name === "behind")).toEqual(["behind"]);
  });

  test("tries a job that fails again, later each time, and keeps its last error", async () => {
    await add();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(await runDueJobs(storage.db, { [KIND]: failing })).toBe(1);
      const [job] = await jobs();
      expect(job).toMatchObject({
        attempts: attempt,
        last_error: "the mail server is away",
        locked_until: null,
        failed_at: null,
      });
      const wait = (job?.run_at ?? 0) - clock;
      waits.push(wait);
      clock += wait - 1;
      expect(await runDueJobs(storage.db, { [KIND]: failing })).toBe(0);
      clock += 1;
    }
    expect(waits).toEqual([5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND, 80 * SECOND]);
    const ran: string[] = [];
    await runDueJobs(storage.db, { [KIND]: noting(ran) });
    expect(ran).toEqual(["job"]);
  });

  test("waits at most six hours between two attempts", () => {
    expect(retryDelay(13)).toBeLessThanOrEqual(6 * HOUR);
    expect(retryDelay(20)).toBe(6 * HOUR);
  });

  test("gives a job up after twenty attempts and keeps it to be seen", async () => {
    await add();
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      expect((await jobs())[0]?.failed_at).toBeNull();
      expect(await runDueJobs(storage.db, { [KIND]: failing })).toBe(1);
      clock += 6 * HOUR;
    }
    expect(await runDueJobs(storage.db, { [KIND]: failing })).toBe(0);
    expect(await jobs()).toMatchObject([
      { attempts: 20, failed_at: clock - 6 * HOUR, last_error: "the mail server is away" },
    ]);
    expect(await countJobs(storage.db)).toEqual([{ kind: KIND, waiting: 0, failed: 1 }]);
  });

  test("lets a job that fails not hold up the others", async () => {
    await add("bad", clock - 2);
    await add("good", clock - 1);
    const ran: string[] = [];
    await runDueJobs(storage.db, {
      [KIND]: async (job) => await (nameOf(job) === "bad" ? failing(job) : noting(ran)(job)),
    });
    expect(ran).toEqual(["good"]);
    expect((await jobs()).map(nameOf)).toEqual(["bad"]);
  });

  test("keeps a kind that has no task until there is one", async () => {
    const id = await add("mail", undefined, "deliver-message");
    expect(await runDueJobs(storage.db, { [KIND]: noting([]) })).toBe(0);
    expect(await runDueJobs(storage.db, {})).toBe(0);
    expect(await jobs()).toMatchObject([{ id, attempts: 0, locked_until: null }]);
    const ran: string[] = [];
    expect(await runDueJobs(storage.db, { "deliver-message": noting(ran) })).toBe(1);
    expect(ran).toEqual(["mail"]);
  });

  test("a worker runs what comes while it runs", async () => {
    setClock();
    const ran: string[] = [];
    const errors: unknown[] = [];
    const worker = startWorker(storage.db, { [KIND]: noting(ran) }, (error) => errors.push(error));
    try {
      await add("now");
      await add("in a moment", now() + 300);
      await expect.poll(() => ran, { timeout: 5000 }).toEqual(["now", "in a moment"]);
    } finally {
      await worker.stop();
    }
    expect(errors).toEqual([]);
  });

  test("a worker that is stopped ends the job it runs and takes no other", async () => {
    setClock();
    await add("running", now() - 2);
    await add("waiting", now() - 1);
    const holds = makeGate();
    const mayEnd = makeGate();
    const ran: string[] = [];
    const worker = startWorker(
      storage.db,
      {
        [KIND]: async (job) => {
          holds.open();
          await mayEnd.opened;
          ran.push(nameOf(job));
        },
      },
      () => undefined,
    );
    await holds.opened;
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stopped).toBe(false);
    mayEnd.open();
    await stopping;
    expect(ran).toEqual(["running"]);
    expect((await jobs()).map(nameOf)).toEqual(["waiting"]);
  });

  test("a worker that has nothing to do stops at once", async () => {
    setClock();
    const worker = startWorker(storage.db, { [KIND]: noting([]) }, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    await worker.stop();
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("a worker whose database fails says so and goes on", async () => {
    setClock();
    const errors: unknown[] = [];
    const broken = await openTestStorage();
    await broken.close();
    const worker = startWorker(broken.db, { [KIND]: noting([]) }, (error) => errors.push(error));
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await worker.stop();
  });
});
