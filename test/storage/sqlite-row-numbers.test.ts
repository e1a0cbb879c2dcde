import { join } from "node:path";
import { type QueryResult, sql } from "kysely";
import { describe, expect, test } from "vitest";
import type { Way } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { createTestDatabase } from "../support/test-storage.ts";

describe("the embedded engine", () => {
  // Full text's own tables number their rows so; the next write of the connection then failed, now and then.
  test("writes after a row whose number no JavaScript number holds", async () => {
    const database = await createTestDatabase("sqlite");
    const driver = openSqlite({ file: join(database.data, "rows.sqlite") });
    try {
      const work = async ({ query: queries }: Way): Promise<QueryResult<{ word: string }>> => {
        await sql`create table large (entry integer primary key, word text)`.execute(queries);
        await sql`insert into large (entry, word) values (9009398277996544, 'a')`.execute(queries);
        const { numAffectedRows } = await sql`update large set word = 'b'`.execute(queries);
        expect(numAffectedRows).toBe(1n);
        return await sql<{ word: string }>`select word from large`.execute(queries);
      };
      const left = await driver.transaction(work, () => undefined);
      expect(left.rows).toEqual([{ word: "b" }]);
    } finally {
      await driver.close();
      await database.remove();
    }
  });
});
