import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/domain/events.ts";
import { newId } from "../../src/domain/ids.ts";
import type { Tx } from "../../src/storage/database.ts";
import { type EventCursor, FIRST_EVENT, bulkPositions, listEvents, recordEvent } from "../../src/storage/events.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { OF_TICKET } from "../../src/storage/schema.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount, makeGate } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("events", () => {
  let storage: TestStorage;
  /** On PostgreSQL another pool, as another process has one; on SQLite a second opener of the same file. */
  let beside: Storage;

  beforeAll(async () => {
    storage = await openTestStorage();
    beside = await openStorage({ ...storage, strict: true });
  });
  afterAll(async () => {
    await beside.close();
    await storage.remove();
  });

  const record = async (tx: Tx, accountId: string, ticketId: string): Promise<void> =>
    await recordEvent(tx, accountId, SYSTEM, { kind: "ticket.updated", ticketId });

  /** Reads on from a cursor, a few at a time, as a subscriber does. */
  async function readOn(accountId: string, cursor: EventCursor, seen: string[], limit: number): Promise<EventCursor> {
    let after = cursor;
    for (;;) {
      const events = await listEvents(storage.db, accountId, after, limit);
      seen.push(...events.map(({ ticket_id }) => ticket_id));
      const last = events.at(-1);
      if (last === undefined) return after;
      after = { position: last.position, id: last.id };
    }
  }

  /**
   * Reads until as many are there as are expected. An event shows once every older transaction of the server is over, and
   * other tests have some open.
   */
  async function readAll(
    accountId: string,
    expected: number,
    cursor = FIRST_EVENT,
    seen: string[] = [],
  ): Promise<string[]> {
    let after = cursor;
    for (const end = performance.now() + 10_000; seen.length < expected && performance.now() < end;) {
      after = await readOn(accountId, after, seen, 5);
      // The embedded engine answers at once: without a pause nobody else would get a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await readOn(accountId, after, seen, 5);
    return seen;
  }

  test("of one transaction come in the order in which they were recorded", async () => {
    const { account } = await makeAccount(storage.db);
    const tickets = Array.from({ length: 12 }, () => newId());
    await storage.db.transact(async (tx) => {
      for (const ticket of tickets) await record(tx, account.id, ticket);
    });
    expect(await readAll(account.id, 12)).toEqual(tickets);
  });

  test("of a transaction that rolls back are not there", async () => {
    const { account } = await makeAccount(storage.db);
    const work = storage.db.transact(async (tx) => {
      await record(tx, account.id, newId());
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await listEvents(storage.db, account.id, FIRST_EVENT, 10)).toEqual([]);
  });

  test("of another account are not among them", async () => {
    const [{ account }, { account: other }] = [await makeAccount(storage.db), await makeAccount(storage.db)];
    await storage.db.transact(async (tx) => await record(tx, other.id, newId()));
    expect(await readAll(other.id, 1)).toHaveLength(1);
    expect(await readAll(account.id, 0)).toEqual([]);
  });

  test("that commit behind an open transaction wait for it, and then all come in one order", async ({ skip }) => {
    skip(ENGINE !== "postgres", "the embedded engine has one writer: nothing commits behind an open transaction");
    const { account } = await makeAccount(storage.db);
    const recorded = makeGate();
    const mayCommit = makeGate();
    const slow = storage.db.transact(async (tx) => {
      await record(tx, account.id, "slow");
      recorded.open();
      await mayCommit.opened;
    });
    await recorded.opened;
    await beside.db.transact(async (tx) => await record(tx, account.id, "quick"));
    await beside.db.transact(async (tx) => await record(tx, account.id, "quicker"));
    expect(await listEvents(storage.db, account.id, FIRST_EVENT, 10)).toEqual([]);
    mayCommit.open();
    await slow;
    expect(await readAll(account.id, 3)).toEqual(["slow", "quick", "quicker"]);
  });

  test("are seen exactly once and in one order by who reads while eight others write", async () => {
    const { account } = await makeAccount(storage.db);
    const each = 40;
    const written: string[] = [];
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const { db } = writer % 2 === 0 ? storage : beside;
      for (let turn = 0; turn < each; turn += 1) {
        const names = [`${writer}.${turn}.a`, `${writer}.${turn}.b`];
        await db.transact(async (tx) => {
          await record(tx, account.id, names[0] ?? "");
          // Long enough for others to begin and end in between.
          if (turn % 3 === 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
          await record(tx, account.id, names[1] ?? "");
        });
        written.push(...names);
      }
    });
    const seen: string[] = [];
    const reading = readAll(account.id, 8 * each * 2, FIRST_EVENT, seen);
    await Promise.all(writers);
    await reading;
    expect(seen.toSorted()).toEqual(written.toSorted());
    expect(seen).toEqual(await readAll(account.id, seen.length));
    // Each writer's own come in the order of its commits.
    for (let writer = 0; writer < 8; writer += 1) {
      const own = seen.filter((name) => name.startsWith(`${writer}.`));
      expect(own).toEqual(written.filter((name) => name.startsWith(`${writer}.`)));
    }
  });

  test("recorded in bulk come after those before them and before those after", async () => {
    const { account } = await makeAccount(storage.db);
    await storage.db.transact(async (tx) => await record(tx, account.id, "before"));
    await storage.db.transact(async (tx) => {
      const { first, step } = await bulkPositions(tx, account.id);
      for (const [index, ticket] of ["bulk 1", "bulk 2"].entries()) {
        await tx.query
          .insertInto("events")
          .values({
            account_id: account.id,
            id: newId(),
            position: first + step * index,
            kind: "ticket.created",
            ticket_id: ticket,
            message_id: null,
            token_id: null,
            user_id: null,
            changes: null,
            created_at: 0,
            ...OF_TICKET,
          })
          .execute();
      }
    });
    await storage.db.transact(async (tx) => await record(tx, account.id, "after"));
    expect(await readAll(account.id, 4)).toEqual(["before", "bulk 1", "bulk 2", "after"]);
  });
});
