import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Random } from "../../src/cli/demo-random.ts";
import type { SetUp } from "../../src/desk/set-up-account.ts";
import { newId } from "../../src/domain/ids.ts";
import { DAY, now } from "../../src/domain/time.ts";
import { bulkInsert } from "../../src/storage/bulk-insert.ts";
import type { Db, Reader } from "../../src/storage/database.ts";
import { foldTallies } from "../../src/storage/fold-tallies.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { countMistallied } from "../../src/storage/tally-check.ts";
import { countTickets } from "../../src/storage/ticket-count.ts";
import { touchTicket } from "../../src/storage/tickets.ts";
import { ON_CITUS } from "../support/citus.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount } from "./storage-account.ts";

const TICKETS = 60;

describe.skipIf(ENGINE_MISSING !== null)("tallies of tickets", () => {
  let storage: TestStorage;
  let other: Storage;
  let desk: SetUp;
  let ids: string[];

  beforeEach(({ skip }) => skip(ON_CITUS, "a database that is spread keeps no tallies"));
  beforeAll(async () => {
    storage = await openTestStorage();
    // As another server has it; the embedded database is served by one.
    other = ENGINE === "postgres" ? await openStorage(storage) : storage;
    desk = await makeAccount(storage.db);
    ids = await addTickets(storage.db, desk);
  });
  afterAll(async () => {
    if (other !== storage) await other.close();
    await storage.remove();
  });

  test("are right for tickets that came together, and for those that are gone", async () => {
    expect(await countAll(storage.db)).toBe(TICKETS);
    await storage.db.transact(
      async (tx) =>
        await tx.query
          .deleteFrom("tickets")
          .where("account_id", "=", desk.account.id)
          .where("id", "in", ids.splice(0, 7))
          .execute(),
    );
    expect(await countAll(storage.db)).toBe(TICKETS - 7);
    expect(await countMistallied(storage.db, desk.account.id)).toBe(0);
  });

  test("stay right while many change tickets and several sum up at once, and no count sees half of it", async () => {
    const writers = [1, 2, 3, 4].map(async (seed) => await change(storage.db, new Random(seed)));
    const writing = { on: true };
    const folders = [storage.db, other.db, other.db].map(async (db) => {
      for (; writing.on; await nextTurn()) await foldTallies(db, 1);
    });
    const counts = new Set<number>();
    const reader = (async () => {
      for (; writing.on; await nextTurn()) counts.add(await countAll(other.db));
    })();
    await Promise.all(writers);
    writing.on = false;
    await Promise.all([...folders, reader]);
    expect([...counts]).toEqual([ids.length]);
    expect(await countMistallied(storage.db, desk.account.id)).toBe(0);
  });

  test("are a row for each group once they are summed up, and few changes are not", async () => {
    await change(storage.db, new Random(9));
    const before = await rows(storage.db);
    await foldTallies(storage.db, 10_000);
    expect(await rows(storage.db)).toBe(before);
    await foldTallies(storage.db, 1);
    const groups = await storage.db.query
      .selectFrom("tickets")
      .select(["state", "user_id", "trash"])
      .distinct()
      .where("account_id", "=", desk.account.id)
      .execute();
    expect(await rows(storage.db)).toBe(groups.length);
    expect(await countMistallied(storage.db, desk.account.id)).toBe(0);
  });

  test("are not written for a message: it moves the ticket within its period", async () => {
    const before = await rows(storage.db);
    const at = now() + 1;
    await storage.db.transact(async (tx) => await touchTicket(tx, desk.account.id, ids[0] ?? "", {}, at));
    expect(await rows(storage.db)).toBe(before);
  });

  async function countAll(reader: Reader): Promise<number> {
    return await countTickets(reader, desk.account.id, { within: null });
  }

  async function rows(db: Db): Promise<number> {
    const found = await db.query
      .selectFrom("ticket_tallies")
      .select("count")
      .where("account_id", "=", desk.account.id)
      .execute();
    return found.length;
  }

  /** Changes that only differ in a few ways, so that many are of one group. */
  async function change(db: Db, random: Random): Promise<void> {
    for (let step = 0; step < 60; step += 1) {
      const state = random.pick(["open", "closed", "hold"] as const);
      const changes = random.pick([{ state }, { user_id: random.pick([null, desk.user.id]) }, { trash: 1 as const }]);
      await db.transact(async (tx) => await touchTicket(tx, desk.account.id, random.pick(ids), changes, now()));
    }
  }
});

async function addTickets(db: Db, { account, inbox }: SetUp): Promise<string[]> {
  const ids = Array.from({ length: TICKETS }, () => newId());
  await db.transact(async (tx) => {
    const customer = await addCustomer(tx, account.id);
    // All of one period, wherever in it today is.
    const at = Math.floor(now() / 2 ** 32) * 2 ** 32 + DAY;
    await bulkInsert(
      tx,
      "tickets",
      ids.map((id, index) => ({
        account_id: account.id,
        id,
        number: index + 1,
        customer_id: customer.id,
        user_id: null,
        inbox_id: inbox.id,
        label_ids: "[]",
        state: "open",
        subject: "Many",
        type: "email",
        spam: 0,
        trash: 0,
        version: 1,
        created_at: at,
        updated_at: at,
        news_at: at,
      })),
    );
  });
  return ids;
}
