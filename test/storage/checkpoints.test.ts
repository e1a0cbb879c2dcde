import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DATABASE_FILE } from "../../src/storage/open.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";

let storage: TestStorage;
let other: DatabaseSync;
beforeEach(async ({ skip }) => {
  skip(ENGINE !== "sqlite", "of the embedded engine only");
  storage = await openTestStorage();
  other = new DatabaseSync(join(storage.data, DATABASE_FILE), { readOnly: true });
});
afterEach(async () => {
  other?.close();
  await storage?.remove();
});

/** Pages of 4 KB in the log, and how many of them are in the database too. */
function progress(): { log: number; checkpointed: number } {
  return other.prepare("pragma wal_checkpoint(noop)").get() as { log: number; checkpointed: number };
}

async function write(kilobytes: number): Promise<void> {
  await storage.db.transact(async (tx) => {
    const value = "x".repeat(kilobytes * 1024);
    await sql`insert into properties (name, value) values (${crypto.randomUUID()}, ${value})`.execute(tx.query);
  });
}

async function allIsMoved(): Promise<void> {
  await vi.waitFor(() => expect(progress()).toMatchObject({ log: progress().checkpointed }), 5_000);
}

test("what was committed moves from the log into the database beside the thread that serves, and the log begins anew", async () => {
  await write(12_000);
  expect(progress().checkpointed).toBe(0);
  await write(6_000);
  await vi.waitFor(() => expect(progress().checkpointed).toBeGreaterThan(4_000), 5_000);
  await allIsMoved();
  await write(1);
  expect(progress().log).toBeLessThan(100);
});

test("beside a writer that does not pause the log begins anew as well, once it is long", async () => {
  await write(18_000);
  await allIsMoved();
  let longest = 0;
  for (let written = 0; written < 180_000; written += 1_000) {
    await write(1_000);
    longest = Math.max(longest, progress().log);
  }
  expect(longest).toBeLessThan(30_000);
});

test("a read of what is old holds the log, and what is written meanwhile waits for it once in a while, not each time", async () => {
  const old = new DatabaseSync(join(storage.data, DATABASE_FILE), { readOnly: true });
  try {
    old.exec("begin; select count(*) from properties");
    for (let written = 0; written < 60_000; written += 1_000) await write(1_000);
    expect(progress().log).toBeGreaterThan(15_000);
  } finally {
    old.close();
  }
  await write(20_000);
  await allIsMoved();
  await write(1);
  expect(progress().log).toBeLessThan(100);
});

test("the writer moves the rest itself once the log is four times as long as that", async () => {
  const limit = await storage.db.transact(async (tx) => await sql`pragma wal_autocheckpoint`.execute(tx.query));
  expect(limit.rows).toEqual([{ wal_autocheckpoint: 48_000 }]);
});
