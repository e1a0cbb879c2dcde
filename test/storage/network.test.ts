import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { refusalOf } from "../../src/api/errors.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { isStorageFailure } from "../../src/storage/storage-failures.ts";
import { ENGINE, ENGINE_MISSING, type TestDatabase, createTestDatabase } from "../support/test-storage.ts";
import { type Wire, layWire } from "../support/wire.ts";

/** Longer than silence is borne: see `postgres-watch.ts`. */
const LONG = 8;
/** Silence, a connection that cannot be made, and what a busy machine adds. */
const BOUND = 40_000;

describe.skipIf(ENGINE_MISSING !== null || ENGINE === "sqlite")("the network to the database", () => {
  let place: TestDatabase;
  let wire: Wire;
  let storage: Storage;

  beforeEach(async () => {
    place = await createTestDatabase("postgres");
    const url = new URL(place.databaseUrl ?? "");
    wire = await layWire(Number(url.port));
    url.port = String(wire.port);
    storage = await openStorage({ ...place, databaseUrl: url.href });
  });
  afterEach(async () => {
    wire.mend();
    await storage.close();
    await wire.close();
    await place.remove();
  });

  const read = async (): Promise<unknown> => await storage.db.query.selectFrom("jobs").select("id").execute();
  const failure = async (work: Promise<unknown>): Promise<unknown> =>
    await work.then(
      () => "it succeeded",
      (error: unknown) => error,
    );

  test("that lets nothing through ends what waits in a bounded time, and it works again by itself", async () => {
    const begun = storage.db.transact(async (tx) => {
      await tx.query.selectFrom("jobs").select("id").execute();
      await sleep(500);
      await tx.query.selectFrom("jobs").select("id").execute();
    });
    await sleep(100);
    wire.cut();
    const start = performance.now();
    // More than there are connections.
    const failures = await Promise.all([begun, ...Array.from({ length: 40 }, read)].map(failure));
    const away = { status: 503, headers: { "Retry-After": 5 }, body: null };
    expect(failures.map(refusalOf)).toEqual(failures.map(() => away));
    expect(performance.now() - start).toBeLessThan(BOUND);
    wire.mend();
    await expect.poll(async () => await failure(read())).toBe("it succeeded");
  });

  test("that forgot its connections ends what waits on them, and new ones are made", async () => {
    await Promise.all(Array.from({ length: 16 }, read));
    wire.strand();
    const failures = await Promise.all(Array.from({ length: 16 }, async () => await failure(read())));
    expect(failures.map(isStorageFailure)).toEqual(failures.map(() => true));
    expect(await failure(read())).toBe("it succeeded");
  });

  test("that breaks every connection fails what runs and not the process", async () => {
    const running = storage.db.transact(async (tx) => await sql`select pg_sleep(60)`.execute(tx.query));
    await sleep(200);
    wire.refuse();
    expect(isStorageFailure(await failure(running))).toBe(true);
    expect(isStorageFailure(await failure(read()))).toBe(true);
    wire.mend();
    await expect.poll(async () => await failure(read())).toBe("it succeeded");
  });

  test("is trusted when a query takes long", async () => {
    expect(await failure(sql`select pg_sleep(${LONG})`.execute(storage.db.query))).toBe("it succeeded");
  });

  test("is watched from the other end too, so that locks of a server that is gone are let go", async () => {
    const shown = await sql<Record<string, string>>`show tcp_keepalives_idle`.execute(storage.db.query);
    expect(shown.rows).toEqual([{ tcp_keepalives_idle: "10" }]);
  });
});
