import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { NobodyWaits, readFor } from "../../src/storage/who-waits.ts";
import type { Db } from "../../src/storage/database.ts";
import { ENGINE, openTestStorage } from "../support/test-storage.ts";

beforeEach(({ skip }) => skip(ENGINE !== "sqlite", "of the embedded engine only"));

/** Counts to so many on the reader thread. */
const count = (db: Db, to: number) =>
  sql<{ n: number }>`with recursive upto(n) as (select 1 union all select n + 1 from upto where n < ${to})
    select max(n) as n from upto`.execute(db.longReads.query);

const A_WHILE = 300_000;

async function openDb(): Promise<Db> {
  const storage = await openTestStorage();
  onTestFinished(async () => await storage.remove());
  return storage.db;
}

describe("a read that waits for the reader thread", () => {
  test("is dropped when nobody waits for it any more, and those behind it go on", async () => {
    const db = await openDb();
    let gone = false;
    const first = count(db, A_WHILE);
    const second = count(db, 2);
    const unwanted = readFor(
      () => gone,
      async () => await count(db, 3),
    );
    const last = readFor(
      () => false,
      async () => await count(db, 4),
    );
    await setImmediate();
    gone = true;
    await expect(unwanted).rejects.toThrow(NobodyWaits);
    for (const [read, n] of [
      [first, A_WHILE],
      [second, 2],
      [last, 4],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await read).rows).toEqual([{ n }]);
    }
  });

  test("has its answer when it had begun, whoever has gone since", async () => {
    const db = await openDb();
    let gone = false;
    const begun = readFor(
      () => gone,
      async () => await count(db, A_WHILE),
    );
    await setImmediate();
    gone = true;
    expect((await begun).rows).toEqual([{ n: A_WHILE }]);
  });

  test("of many that nobody waits for leaves the thread to the one that somebody does", async () => {
    const db = await openDb();
    await count(db, 1);
    let gone = false;
    const unwanted = Array.from({ length: 50 }, async () => {
      const read = readFor(
        () => gone,
        async () => await count(db, A_WHILE),
      );
      return await read.then(
        () => "read",
        () => "dropped",
      );
    });
    await setImmediate();
    gone = true;
    expect((await count(db, 5)).rows).toEqual([{ n: 5 }]);
    const ends = await Promise.all(unwanted);
    expect(ends.filter((end) => end === "read").length).toBeLessThanOrEqual(2);
    expect(ends.filter((end) => end === "dropped").length).toBeGreaterThanOrEqual(48);
  });
});
