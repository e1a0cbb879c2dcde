import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/domain/events.ts";
import { DAY, HOUR, SECOND, setClock } from "../../src/domain/time.ts";
import { Faults } from "../../src/domain/faults.ts";
import { createLabel, deleteLabel } from "../../src/desk/labels.ts";
import { addLabels } from "../../src/desk/label-ticket.ts";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { processPendingMessages } from "../../src/desk/process-pending.ts";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import type { SetUp } from "../../src/desk/set-up-account.ts";
import { snoozeTicket, unsnoozeTicket } from "../../src/desk/snooze-ticket.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { findReceivedMessage } from "../../src/storage/received-messages.ts";
import type { TicketRow } from "../../src/storage/schema.ts";
import { findTicket } from "../../src/storage/tickets.ts";
import { startPendingMail } from "../../src/tasks/pending-mail.ts";
import { sweep } from "../../src/tasks/sweeps.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "../storage/storage-account.ts";

const anyVersion = (): void => undefined;

describe.skipIf(ENGINE_MISSING !== null)("the tasks", () => {
  let storage: TestStorage;
  let desk: SetUp;
  let clock: number;

  beforeAll(async () => {
    storage = await openTestStorage();
    desk = await makeAccount(storage.db);
  });
  beforeEach(() => {
    clock = Date.now();
    setClock(() => clock);
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  const run = async (): Promise<number> => await runDueJobs(storage.db, tasksOf(storage));
  const ticket = async (): Promise<TicketRow> =>
    await storage.db.transact(
      async (tx) =>
        await createTicket(
          tx,
          desk.account.id,
          SYSTEM,
          { type: "email", subject: "x", customer: { first_name: "Ruby" } },
          new Faults(),
        ),
    );
  const read = async ({ id }: TicketRow): Promise<TicketRow | undefined> =>
    await findTicket(storage.db, desk.account.id, id);
  const snooze = async ({ id }: TicketRow, until: number): Promise<TicketRow> =>
    await storage.db.transact(
      async (tx) =>
        await snoozeTicket(
          tx,
          desk.account.id,
          SYSTEM,
          id,
          { snoozed_until: new Date(until).toISOString() },
          new Faults(),
          anyVersion,
        ),
    );
  const jobsLeft = async (): Promise<number> =>
    (await storage.db.query.selectFrom("jobs").select("id").where("account_id", "=", desk.account.id).execute()).length;

  test("wake a snoozed ticket when its time has come", async () => {
    const made = await ticket();
    await snooze(made, clock + HOUR);
    clock += HOUR - 1;
    await run();
    expect(await read(made)).toMatchObject({ state: "snoozed" });
    clock += 1;
    expect(await run()).toBe(1);
    expect(await read(made)).toMatchObject({ state: "open", snoozed_until: null });
    expect(await jobsLeft()).toBe(0);
  });

  test("let a ticket sleep that was snoozed to a later time since", async () => {
    const made = await ticket();
    await snooze(made, clock + HOUR);
    await snooze(made, clock + 2 * HOUR);
    clock += HOUR;
    expect(await run()).toBe(1);
    expect(await read(made)).toMatchObject({ state: "snoozed" });
    clock += HOUR;
    expect(await run()).toBe(1);
    expect(await read(made)).toMatchObject({ state: "open" });
  });

  test("leave a ticket alone that was opened since", async () => {
    const made = await ticket();
    await snooze(made, clock + HOUR);
    const opened = await storage.db.transact(
      async (tx) => await unsnoozeTicket(tx, desk.account.id, SYSTEM, made.id, anyVersion),
    );
    clock += HOUR;
    expect(await run()).toBe(1);
    expect(await read(made)).toEqual(opened);
  });

  test("take a deleted label off all its tickets, without moving them", async () => {
    const accountId = desk.account.id;
    const [label, other] = await storage.db.transact(async (tx) => [
      await createLabel(tx, accountId, { name: "Going" }, new Faults()),
      await createLabel(tx, accountId, { name: "Staying" }, new Faults()),
    ]);
    const labels = [label?.id ?? "", other?.id ?? ""];
    const tickets: TicketRow[] = [];
    for (let count = 0; count < 430; count += 1) {
      const made = await ticket();
      await storage.db.transact(async (tx) => await addLabels(tx, accountId, SYSTEM, made.id, labels));
      tickets.push((await read(made)) ?? made);
    }
    await storage.db.transact(async (tx) => await deleteLabel(tx, accountId, labels[0] ?? ""));
    await run();
    for (const before of tickets) {
      expect(await read(before)).toEqual({ ...before, label_ids: JSON.stringify([other?.id]) });
    }
    const left = await storage.db.query
      .selectFrom("ticket_labels")
      .select("label_id")
      .where("account_id", "=", accountId)
      .execute();
    expect(new Set(left.map(({ label_id }) => label_id))).toEqual(new Set([other?.id]));
    expect(await jobsLeft()).toBe(0);
  }, 60_000);

  test("put a message aside that failed ten times, and count an attempt before it is made", async () => {
    const accountId = desk.account.id;
    // Too large for its row: its file can go astray.
    const raw = Buffer.from(`From: ruby@example.com\r\nSubject: It fails\r\n\r\n${"Hello\r\n".repeat(10_000)}`);
    const id = await storeReceivedMessage(storage, {
      accountId,
      inboxId: desk.inbox.id,
      source: "pipe",
      sourcePosition: null,
      raw,
    });
    const { hash } = (await findReceivedMessage(storage.db, accountId, id)) ?? { hash: "" };
    await storage.blobs.remove(accountId, hash);
    const waits = [10, 20, 40, 80, 160, 320, 600, 600, 600, 600];
    for (const [index, seconds] of waits.entries()) {
      await expect(processPendingMessages(storage)).rejects.toThrow("still pending");
      const attempts = index + 1;
      const next_try_at = clock + seconds * SECOND;
      expect(await findReceivedMessage(storage.db, accountId, id)).toMatchObject({
        outcome: "pending",
        attempts,
        next_try_at,
      });
      clock = next_try_at - 1;
      expect(await processPendingMessages(storage), "not before its time").toBe(0);
      clock = next_try_at;
    }
    expect(await processPendingMessages(storage)).toBe(1);
    const row = await findReceivedMessage(storage.db, accountId, id);
    expect(row).toMatchObject({ outcome: "quarantine" });
    expect(row?.reason).toMatch(/^it failed 10 times: ENOENT/);
  });

  test("take up received mail that is still pending: what this process left at once, what another may still have later", async () => {
    const accountId = desk.account.id;
    const left = async (subject: string): Promise<string> =>
      await storeReceivedMessage(storage, {
        accountId,
        inboxId: desk.inbox.id,
        source: "pipe",
        sourcePosition: null,
        raw: Buffer.from(`From: ruby@example.com\r\nSubject: ${subject}\r\n\r\nHello\r\n`),
      });
    const outcome = async (id: string): Promise<string | undefined> =>
      (await findReceivedMessage(storage.db, accountId, id))?.outcome;
    const failures: unknown[] = [];
    const before = await left("Left behind");
    const pending = startPendingMail(storage, (error) => failures.push(error), { poll: 5, age: 20 * SECOND });
    await expect.poll(async () => await outcome(before)).toBe("ticket");
    const since = await left("Perhaps somebody else has it");
    await sleep(100);
    expect(await outcome(since)).toBe("pending");
    clock += 20 * SECOND;
    await expect.poll(async () => await outcome(since)).toBe("ticket");
    await pending.stop();
    expect(failures).toEqual([]);
  });

  test("forget idempotency keys of yesterday", async () => {
    const accountId = desk.account.id;
    const key = (request: string, created_at: number): object => ({
      account_id: accountId,
      token_id: "t",
      request,
      body_hash: "",
      status: 201,
      location: null,
      version: null,
      body: null,
      created_at,
    });
    await storage.db.transact(
      async (tx) =>
        await tx.query
          .insertInto("idempotency_keys")
          .values([key("old", clock - DAY - 1), key("new", clock - DAY + 1000)] as never)
          .execute(),
    );
    await sweep(storage);
    const keys = await storage.db.query
      .selectFrom("idempotency_keys")
      .select("request")
      .where("account_id", "=", accountId)
      .execute();
    expect(keys).toEqual([{ request: "new" }]);
  });
});
