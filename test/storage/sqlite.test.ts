import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Reader } from "../../src/storage/database.ts";
import { DATABASE_FILE, openStorage } from "../../src/storage/open.ts";
import { takeServerLock } from "../../src/storage/server-lock.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { startBeside } from "./beside.ts";
import { addCustomer, makeAccount } from "./storage-account.ts";

beforeEach(({ skip }) => skip(ENGINE !== "sqlite", "of the embedded engine only"));

async function pragma(reader: Reader, name: string): Promise<unknown> {
  const { rows } = await sql<Record<string, unknown>>`${sql.raw(`pragma ${name}`)}`.execute(reader.query);
  return Object.values(rows[0] ?? {})[0];
}

describe("every connection of the embedded engine", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    if (ENGINE === "sqlite") storage = await openTestStorage();
  });
  afterAll(async () => await storage?.remove());

  const settings = async (reader: Reader): Promise<unknown[]> => [
    await pragma(reader, "journal_mode"),
    await pragma(reader, "synchronous"),
    await pragma(reader, "foreign_keys"),
    await pragma(reader, "query_only"),
  ];
  const FULL = 2;
  /** The log is synced after each commit all the same: see `wal-sync.test.ts`. */
  const NORMAL = 1;

  test("writes to a write-ahead log that is synced off its thread, and holds foreign keys", async () => {
    expect(await storage.db.transact(async (tx) => await settings(tx))).toEqual(["wal", NORMAL, 1, 0]);
  });

  test("that reads has the same settings and cannot write", async () => {
    expect(await settings(storage.db)).toEqual(["wal", FULL, 1, 1]);
    expect(await settings(storage.db.longReads)).toEqual(["wal", FULL, 1, 1]);
    const writing = sql`update accounts set name = 'x'`;
    await expect(writing.execute(storage.db.query)).rejects.toThrow("readonly");
    await expect(writing.execute(storage.db.longReads.query)).rejects.toThrow("readonly");
  });

  test("refuses a row whose parent is not there", async () => {
    const orphan = storage.db.transact(async (tx) => await addCustomer(tx, "0".repeat(24)));
    await expect(orphan).rejects.toThrow("FOREIGN KEY");
  });
});

describe("the files of the embedded engine", () => {
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  let parent: string;
  let mask: number;
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), "cantrip-test-"));
    // The most open-handed machine there is.
    mask = process.umask(0);
  });
  afterAll(() => {
    process.umask(mask);
    rmSync(parent, { recursive: true, force: true });
  });

  test("are their owner's only, also in a folder that was there and open to all", async () => {
    const data = join(parent, "data");
    const { db, blobs, close } = await openStorage({ data, databaseUrl: null });
    const lock = takeServerLock(data);
    try {
      expect(modeOf(data)).toBe("700");
      chmodSync(data, 0o755);
      await makeAccount(db);
      await blobs.put("a", "0".repeat(64), Buffer.from("bytes"));
      const files = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, "server.lock"];
      expect(files.map((file) => modeOf(join(data, file)))).toEqual(["600", "600", "600", "600"]);
      expect(modeOf(join(data, "attachments"))).toBe("700");
    } finally {
      lock?.release();
      await close();
    }
  });

  test("are closed to others again when they were open", async () => {
    const data = join(parent, "opened");
    await (await openStorage({ data, databaseUrl: null })).close();
    chmodSync(join(data, DATABASE_FILE), 0o644);
    const { close } = await openStorage({ data, databaseUrl: null });
    expect(modeOf(join(data, DATABASE_FILE))).toBe("600");
    await close();
  });

  test("are served by one server at a time", () => {
    const first = takeServerLock(parent);
    expect(first).not.toBeNull();
    expect(takeServerLock(parent)).toBeNull();
    first?.release();
    const second = takeServerLock(parent);
    expect(second).not.toBeNull();
    second?.release();
  });
});

describe("two processes on one data folder", () => {
  let storage: TestStorage;
  let accountId: string;
  beforeAll(async () => {
    if (ENGINE !== "sqlite") return;
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => await storage?.remove());

  const count = async (): Promise<number> => {
    const { total } = await storage.db.query
      .selectFrom("customers")
      .select((row) => row.fn.countAll<number>().as("total"))
      .where("account_id", "=", accountId)
      .executeTakeFirstOrThrow();
    return total;
  };

  test("write at the same time, and nothing fails or is lost", async () => {
    const before = await count();
    const others = await Promise.all(
      [1, 2].map(async () => await startBeside("write-beside.ts", storage, accountId, "write", "150")),
    );
    for (let wrote = 0; wrote < 150; wrote += 1) {
      await storage.db.transact(async (tx) => await addCustomer(tx, accountId));
    }
    const said = await Promise.all(others.map(async ({ ended }) => JSON.parse(await ended) as object));
    expect(said).toEqual([{ wrote: 150 }, { wrote: 150 }]);
    expect((await count()) - before).toBe(450);
  });

  test("wait for each other's transactions without holding up the event loop or a read", async () => {
    const held = 600;
    const other = await startBeside("write-beside.ts", storage, accountId, "hold", String(held));
    const before = await count();
    let committed = false;
    const writing = storage.db.transact(async (tx) => await addCustomer(tx, accountId)).then(() => (committed = true));
    let longest = 0;
    let reads = 0;
    let last = performance.now();
    const isCommitted = (): boolean => committed;
    while (!isCommitted()) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(await count()).toBeGreaterThanOrEqual(before);
      reads += 1;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
    await writing;
    await other.ended;
    expect(reads).toBeGreaterThan(20);
    // Had SQLite waited by itself, the loop would have stood still for all the time that the other held its lock.
    expect(longest).toBeLessThan(held / 2);
    expect(await count()).toBe(before + 2);
  });
});
