import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DATABASE_FILE } from "../../src/storage/open.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";

let storage: TestStorage;
beforeEach(async ({ skip }) => {
  skip(ENGINE !== "sqlite", "of the embedded engine only");
  storage = await openTestStorage();
});
afterEach(async () => await storage?.remove());

/** Pages of 4 KB in the log, and how many of them are in the database too. */
function progress(database: DatabaseSync): { log: number; checkpointed: number } {
  return database.prepare("pragma wal_checkpoint(noop)").get() as { log: number; checkpointed: number };
}

test("what was committed moves from the log into the database beside the thread that serves, and the log begins anew", async () => {
  const other = new DatabaseSync(join(storage.data, DATABASE_FILE), { readOnly: true });
  const write = async (kilobytes: number): Promise<void> =>
    await storage.db.transact(async (tx) => {
      await sql`insert into properties (name, value) values (${crypto.randomUUID()}, ${"x".repeat(kilobytes * 1024)})`.execute(
        tx.query,
      );
    });
  try {
    await write(2_000);
    expect(progress(other).checkpointed).toBe(0);
    await write(3_000);
    await vi.waitFor(() => expect(progress(other).checkpointed).toBeGreaterThan(1_000), 5_000);
    await vi.waitFor(() => expect(progress(other)).toMatchObject({ log: progress(other).checkpointed }), 5_000);
    await write(1);
    expect(progress(other).log).toBeLessThan(100);
  } finally {
    other.close();
  }
});

test("the writer moves the rest itself once the log is eight times as long", async () => {
  const limit = await storage.db.transact(async (tx) => await sql`pragma wal_autocheckpoint`.execute(tx.query));
  expect(limit.rows).toEqual([{ wal_autocheckpoint: 8_000 }]);
});
