import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStorage } from "../../src/storage/open.ts";
import { PGBOUNCER_MISSING, startPgBouncer } from "../support/pgbouncer.ts";
import { ENGINE, ENGINE_MISSING, type TestDatabase, createTestDatabase } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null || ENGINE === "sqlite")("a connection to PostgreSQL", () => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createTestDatabase("postgres");
  });
  afterEach(async () => await place.remove());

  /** What each of several connections says of a setting: queries at once have one each. */
  const shown = async (databaseUrl: string | null, name: string): Promise<unknown[]> => {
    const { db, close } = await openStorage({ ...place, databaseUrl });
    try {
      const found = Array.from({ length: 4 }, async () =>
        sql<{ setting: string }>`select current_setting(${name}) as setting, pg_sleep(0.05)`.execute(db.query),
      );
      return (await Promise.all(found)).map(({ rows }) => rows[0]?.setting);
    } finally {
      await close();
    }
  };

  test("compiles no query: that takes longer than the query", async () => {
    expect(await shown(place.databaseUrl, "jit")).toEqual(["off", "off", "off", "off"]);
  });

  test.skipIf(PGBOUNCER_MISSING !== null)("that a pooler lends is left as it is, for others have it next", async () => {
    const pooler = await startPgBouncer(place.databaseUrl ?? "");
    try {
      expect(await shown(pooler.url, "jit")).toEqual(["on", "on", "on", "on"]);
    } finally {
      await pooler.stop();
    }
  });
});
