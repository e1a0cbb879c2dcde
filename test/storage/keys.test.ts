import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { ACCOUNT_TABLES } from "../../src/storage/schema.ts";
import { ENGINE, ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";

interface Key {
  table: string;
  name: string;
  kind: string;
  columns: string[];
  others: string[] | null;
}

describe.skipIf(ENGINE === "sqlite" || ENGINE_MISSING !== null)("the keys of an account's tables", () => {
  const keysOf = async (): Promise<Key[]> => {
    const { db } = await sharedStorage();
    const { rows } = await sql<Key>`
      select c.conrelid::regclass::text as "table", c.conname as name, c.contype::text as kind,
        array(select a.attname::text from unnest(c.conkey) with ordinality k (n, o)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.n order by k.o) as columns,
        array(select a.attname::text from unnest(c.confkey) with ordinality k (n, o)
          join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.n order by k.o) as others
      from pg_constraint c where c.connamespace = current_schema()::regnamespace and c.contype in ('p', 'u', 'f')
      union all
      select i.indrelid::regclass::text, i.indexrelid::regclass::text, 'unique index',
        array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k (n, o)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.n order by k.o), null
      from pg_index i join pg_class r on r.oid = i.indrelid
      where i.indisunique and r.relnamespace = current_schema()::regnamespace and r.relkind = 'r'`.execute(db.query);
    return rows.filter(({ table }) => [...ACCOUNT_TABLES, "search_entries"].some((name) => name === table));
  };

  test("begin with the account: each primary key, each unique one, each reference on both sides", async () => {
    const keys = await keysOf();
    expect(new Set(keys.map(({ table }) => table)).size).toBe(ACCOUNT_TABLES.length + 1);
    for (const { table, name, kind, columns, others } of keys) {
      expect(columns[0], `${table}: ${name}`).toBe("account_id");
      if (kind === "f") expect(["account_id", "id"], `${table}: ${name}`).toContain(others?.[0]);
      if (kind === "f" && columns.length > 1) expect(others?.[0], `${table}: ${name}`).toBe("account_id");
    }
  });
});
