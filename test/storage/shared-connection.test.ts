import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAccount } from "../../src/storage/accounts.ts";
import { findLabels } from "../../src/storage/labels.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { isStorageFailure } from "../../src/storage/storage-failures.ts";
import { PGBOUNCER_MISSING, startPgBouncer } from "../support/pgbouncer.ts";
import { ENGINE, ENGINE_MISSING, type TestDatabase, createTestDatabase } from "../support/test-storage.ts";
import { layWire } from "../support/wire.ts";
import { makeGate, makeAccount } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null || ENGINE === "sqlite")("short reads on PostgreSQL", () => {
  let place: TestDatabase;
  let storage: Storage;
  let id: string;

  beforeEach(async () => {
    place = await createTestDatabase("postgres");
    await open(place.databaseUrl);
    id = (await makeAccount(storage.db)).account.id;
  });
  afterEach(async () => {
    await storage.close();
    await place.remove();
  });

  async function open(databaseUrl: string | null): Promise<void> {
    storage = await openStorage({ ...place, databaseUrl });
  }

  const name = async (): Promise<string | undefined> => (await findAccount(storage.db, id))?.name;
  const names = async (count: number): Promise<(string | undefined)[]> =>
    await Promise.all(Array.from({ length: count }, name));
  const connections = async (): Promise<number> => (await storage.db.engineFigures())["connections"] ?? 0;

  /** Asks two at once until one connection is not given back: it is shared. */
  async function share(): Promise<void> {
    await expect
      .poll(async () => {
        await names(2);
        const { connections: all = 0, idle_connections: idle = 0 } = await storage.db.engineFigures();
        return all - idle;
      })
      .toBe(1);
  }

  test("that come at once go over one connection, and each gets its own answer", async () => {
    await share();
    const before = await connections();
    const asked = Array.from({ length: 100 }, (_, index) => (index % 3 === 0 ? "none" : id));
    const found = await Promise.all(asked.map(async (each) => await findAccount(storage.db, each)));
    expect(found.map((row) => row?.id ?? "none")).toEqual(asked);
    expect(await connections()).toBe(before);
  });

  test("do not wait for one that takes long", async () => {
    await share();
    const locked = makeGate();
    const done = makeGate();
    const holding = storage.db.transact(async (tx) => {
      await sql`lock table labels in access exclusive mode`.execute(tx.query);
      locked.open();
      await done.opened;
    });
    await locked.opened;
    let isAnswered = false;
    const held = findLabels(storage.db, id, ["none"]).then((rows) => {
      isAnswered = true;
      return rows;
    });
    // What comes in the first milliseconds stands behind it.
    const behind = name();
    await sleep(50);
    for (let turn = 0; turn < 20; turn += 1) expect(await names(5)).toEqual(Array(5).fill("Test desk"));
    expect(isAnswered).toBe(false);
    done.open();
    await holding;
    expect(await held).toEqual([]);
    expect(await behind).toBe("Test desk");
  });

  test("that are wrong fail alone", async () => {
    await share();
    const wrong = async (): Promise<unknown> =>
      await storage.db.statements
        .all({ sql: "select 1 / $1::integer as x", name: "wrong" }, [0])
        .catch((error: unknown) => (error as pg.DatabaseError).code);
    expect(await Promise.all([name(), wrong(), name(), wrong(), name()])).toEqual([
      "Test desk",
      "22012",
      "Test desk",
      "22012",
      "Test desk",
    ]);
    expect(await names(3)).toEqual(Array(3).fill("Test desk"));
  });

  test("find their connection again after the server closed all", async () => {
    await share();
    const client = new pg.Client({ connectionString: place.databaseUrl ?? "" });
    await client.connect();
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await client.end();
    await expect.poll(async () => await name().catch(isStorageFailure)).toBe("Test desk");
    await share();
  });

  test("end in a bounded time where the network is gone, and work again by themselves", async () => {
    const url = new URL(place.databaseUrl ?? "");
    const wire = await layWire(Number(url.port));
    url.port = String(wire.port);
    await storage.close();
    await open(url.href);
    await share();
    wire.strand();
    const failed = await Promise.all(Array.from({ length: 30 }, async () => await name().catch(isStorageFailure)));
    expect(new Set(failed)).toEqual(new Set([true]));
    await expect.poll(async () => await name().catch(isStorageFailure)).toBe("Test desk");
    await share();
    await storage.close();
    await wire.close();
    await open(place.databaseUrl);
  });

  test("are answered before the connection is closed", async () => {
    await share();
    const asked = names(20);
    await storage.close();
    expect(await asked).toEqual(Array(20).fill("Test desk"));
    await open(place.databaseUrl);
  });

  test.skipIf(PGBOUNCER_MISSING !== null)("have a connection each where a pooler lends them", async () => {
    const pooler = await startPgBouncer(place.databaseUrl ?? "");
    await storage.close();
    try {
      await open(pooler.url);
      for (let turn = 0; turn < 5; turn += 1) expect(await names(30)).toEqual(Array(30).fill("Test desk"));
      const { connections: all, idle_connections: idle } = await storage.db.engineFigures();
      expect(idle).toBe(all);
      await storage.close();
    } finally {
      await pooler.stop();
      await open(place.databaseUrl);
    }
  });
});
