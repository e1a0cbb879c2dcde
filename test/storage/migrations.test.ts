import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import type { Db } from "../../src/storage/database.ts";
import { MIGRATION_LOCK, migrate, rebuildSchema } from "../../src/storage/migrate.ts";
import { openStorage } from "../../src/storage/open.ts";
import { dumpSchema } from "../../src/storage/schema-dump.ts";
import { ACCOUNT_TABLES } from "../../src/storage/schema.ts";
import { countMistallied } from "../../src/storage/tally-check.ts";
import { ON_CITUS } from "../support/citus.ts";
import {
  ENGINE,
  ENGINE_MISSING,
  type TestDatabase,
  type TestStorage,
  createTestDatabase,
  openTestStorage,
} from "../support/test-storage.ts";
import { startBeside } from "./beside.ts";

const NAMES = [
  "001-init",
  "002-search",
  "003-delivery",
  "004-mailboxes",
  "005-conversations",
  "006-judged-mail",
  "007-outgoing-mail",
  "008-people",
  "009-agents-work",
  "010-surgery",
  "011-mail-speed",
  "012-fast-lists",
  "013-write-positions",
  "014-account-version",
  "014-linked-tickets",
  "015-inbox-sender",
  "016-covered-lists",
  "017-ticket-tallies",
  "018-postgres-folders",
  "019-tallies-on-postgres",
  "020-search-merges",
];

/** Every schema that was ever released, by how many migrations it had. A release that adds some adds a number. */
const RELEASED = [1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21].map((count) => NAMES.slice(0, count));

const NEWEST = RELEASED.at(-1) ?? [];

const committed = (): string => readFileSync(join(import.meta.dirname, `../../docs/schema/${ENGINE}.sql`), "utf8");

describe.skipIf(ENGINE_MISSING !== null)("the migrations", () => {
  let database: TestDatabase | undefined;
  const fresh = async (): Promise<TestDatabase> => (database = await createTestDatabase());
  afterEach(async () => await database?.remove());

  test("make the schema that is committed in docs/schema", async ({ skip }) => {
    skip(ON_CITUS, "a database that is spread has indexes in place of tallies");
    const { db, close } = await openStorage(await fresh());
    expect(await dumpSchema(db)).toBe(committed());
    await close();
  });

  test("run once: a second start finds nothing to do", async () => {
    const place = await fresh();
    await (await openStorage(place)).close();
    const { db, close } = await openStorage(place);
    expect(await migrate(db)).toEqual([]);
    const rows = await db.query.selectFrom("migrations").select("name").orderBy("name").execute();
    expect(rows.map(({ name }) => name)).toEqual(NEWEST);
    await close();
  });

  test("run once when several connections start together", async ({ skip }) => {
    skip(ON_CITUS, "a database that is spread has indexes in place of tallies");
    const place = await fresh();
    const opened = await Promise.all([1, 2, 3, 4].map(async () => await openStorage(place)));
    for (const { db, close } of opened) {
      expect(await dumpSchema(db)).toBe(committed());
      await close();
    }
  });

  test("run once when several processes start together", async () => {
    const place = await fresh();
    const at = String(Date.now() + 1500);
    const others = await Promise.all([1, 2, 3, 4].map(async () => await startBeside("open-beside.ts", place, at)));
    const found = await Promise.all(others.map(async ({ ended }) => JSON.parse(await ended) as string[]));
    expect(found).toEqual([NEWEST, NEWEST, NEWEST, NEWEST]);
  });

  test("wait for who else migrates", async ({ skip }) => {
    skip(ENGINE !== "postgres", "the embedded engine has one writer: its transaction is the lock");
    const place = await fresh();
    const other = new pg.Client({ connectionString: place.databaseUrl ?? "" });
    await other.connect();
    await other.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    let opened = false;
    const opening = openStorage(place).then((storage) => {
      opened = true;
      return storage;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(opened).toBe(false);
    await other.end();
    await (await opening).close();
  });

  test("refuse a database that a newer version has migrated, and leave it as it is", async () => {
    const place = await fresh();
    const { db, close } = await openStorage(place);
    await db.transact(
      async (tx) => await tx.query.insertInto("migrations").values({ name: "999-later", applied_at: 1 }).execute(),
    );
    await close();
    await expect(openStorage(place)).rejects.toThrow(/newer version of Cantrip .*999-later/);
  });

  test("that fail leave nothing of themselves behind", async () => {
    const place = await fresh();
    const { db, close } = await openStorage(place);
    await db.transact(async (tx) => {
      await rebuildSchema(tx, ["001-init"]);
      // In the way of the next one.
      await sql`create table search_entries (id integer)`.execute(tx.query);
    });
    await expect(migrate(db)).rejects.toThrow("search_entries");
    const rows = await db.query.selectFrom("migrations").select("name").execute();
    expect(rows.map(({ name }) => name)).toEqual(["001-init"]);
    await close();
  });

  test.each(RELEASED.map((names) => ({ names, last: names.at(-1) })))(
    "bring the schema of $last up to date, with what is in it",
    async ({ names }) => {
      const place = await fresh();
      const { db, close } = await openStorage(place);
      await db.transact(async (tx) => await rebuildSchema(tx, names));
      const before = await fill(db);
      const applied = await migrate(db);
      expect(applied).toEqual(NEWEST.filter((name) => !names.includes(name)));
      expect(await dumpSchema(db)).toBe(committed());
      expect(await countMistallied(db, "a".repeat(24))).toBe(0);
      const after = await contents(db);
      expect(after).toMatchObject(before);
      // An account from before it had one gets the secret that signs its threads.
      if (!names.includes("005-conversations")) expect(after["accounts"]?.["thread_secret"]).toMatch(/^[0-9a-f]{64}$/);
      await close();
    },
  );

  /** Puts a row into each table that every release has had, with the columns it had at first. */
  async function fill(db: Db): Promise<Contents> {
    const [account, id, hash] = ["a".repeat(24), "1".repeat(24), "f".repeat(64)];
    const own = { account_id: account, id, created_at: 1 };
    const rows: [table: string, row: Record<string, unknown>][] = [
      [
        "accounts",
        { id: account, site: "acme", name: "Acme", credits_per_minute: 1, requests_per_second: 1, created_at: 1 },
      ],
      ["counters", { account_id: account, last_ticket_number: 1 }],
      ["users", { ...own, email: "o@x.example", email_key: "o@x.example", role: "owner", version: 1 }],
      ["inboxes", { ...own, name: "Support", address: "h@x.example", address_key: "h@x.example", version: 1 }],
      ["labels", { ...own, name: "VIP", name_key: "vip", color: "gray", version: 1 }],
      ["customers", { ...own, first_name: "Kept", version: 1, updated_at: 1 }],
      [
        "contacts",
        { account_id: account, id, customer_id: id, position: 0, type: "email", value: "R@x", value_key: "r@x" },
      ],
      [
        "tickets",
        {
          ...own,
          number: 1,
          customer_id: id,
          user_id: id,
          inbox_id: id,
          label_ids: `["${id}"]`,
          state: "open",
          subject: "Kept",
          type: "email",
          spam: 0,
          trash: 0,
          version: 1,
          updated_at: 1,
        },
      ],
      ["ticket_labels", { account_id: account, label_id: id, ticket_id: id }],
      [
        "messages",
        {
          ...own,
          ticket_id: id,
          type: "reply",
          direction: "out",
          from_name: "O",
          to: "r@x",
          body: "Kept",
          htmlized: 0,
          user_id: id,
          delivery_state: "queued",
          version: 1,
        },
      ],
      ["blobs", { account_id: account, hash, size: 1, created_at: 1 }],
      ["attachments", { ...own, message_id: id, position: 0, name: "a", type: "text/plain", size: 1, hash, inline: 0 }],
      ["received_messages", { ...own, inbox_id: id, source: "pipe", hash, size: 1, outcome: "pending" }],
      ["events", { ...own, position: 1, kind: "ticket.created", ticket_id: id }],
      ["jobs", { ...own, kind: "deliver-message", payload: "{}", run_at: 1, attempts: 0 }],
    ];
    await db.transact(async (tx) => {
      for (const [table, row] of rows) {
        await tx.query
          .insertInto(table as "labels")
          .values(row as never)
          .execute();
      }
    });
    return Object.fromEntries(rows);
  }

  type Contents = Record<string, Record<string, unknown>>;

  /** The one row of each table. */
  async function contents(db: Db): Promise<Contents> {
    const all = acrossAccounts(db);
    const tables = ["accounts", ...ACCOUNT_TABLES] as const;
    const rows = await Promise.all(tables.map(async (table) => await all.selectFrom(table).selectAll().execute()));
    return Object.fromEntries(tables.map((table, index) => [table, { ...rows[index]?.[0] }]));
  }
});

interface Key {
  table: string;
  columns: string[];
}

interface Reference extends Key {
  to: string;
  toColumns: string[];
}

describe.skipIf(ENGINE_MISSING !== null)("the catalog", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(async () => await storage.remove());

  const read = async <Row>(text: string, ...values: string[]): Promise<Row[]> => {
    const parts = text
      .split("?")
      .map((part, index) => (index === 0 ? sql.raw(part) : sql`${values[index - 1]}${sql.raw(part)}`));
    const { rows } = await sql<Row>`${sql.join(parts, sql``)}`.execute(acrossAccounts(storage.db));
    return rows;
  };

  async function primaryKeys(): Promise<Key[]> {
    if (ENGINE === "postgres") {
      return await read<Key>(`select c.relname as "table", (select array_agg(a.attname::text order by k.place)
        from unnest(i.indkey) with ordinality as k (attnum, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum) as columns
        from pg_index i join pg_class c on c.oid = i.indrelid
        where i.indisprimary and c.relnamespace = current_schema()::regnamespace`);
    }
    return await Promise.all(
      ACCOUNT_TABLES.map(async (table) => {
        const columns = await read<{ name: string }>(
          `select name from pragma_table_info(?) where pk > 0 order by pk`,
          table,
        );
        return { table, columns: columns.map(({ name }) => name) };
      }),
    );
  }

  async function references(): Promise<Reference[]> {
    if (ENGINE === "postgres") {
      const columns = (relation: string, key: string): string => `(select array_agg(a.attname::text order by k.place)
        from unnest(${key}) with ordinality as k (attnum, place)
        join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.attnum)`;
      return await read<Reference>(`select conrelid::regclass::text as "table", confrelid::regclass::text as "to",
        ${columns("conrelid", "conkey")} as columns, ${columns("confrelid", "confkey")} as "toColumns"
        from pg_constraint where contype = 'f'`);
    }
    const all = await Promise.all(
      ACCOUNT_TABLES.map(async (table) => {
        const rows = await read<{ id: number; table: string; from: string; to: string }>(
          `select id, "table", "from", "to" from pragma_foreign_key_list(?) order by id, seq`,
          table,
        );
        return Object.values(Object.groupBy(rows, ({ id }) => id)).map((parts = []) => ({
          table,
          to: parts[0]?.table ?? "",
          columns: parts.map(({ from }) => from),
          toColumns: parts.map(({ to }) => to),
        }));
      }),
    );
    return all.flat();
  }

  test("begins the primary key of every account's table with the account", async () => {
    const keys = await primaryKeys();
    for (const table of ACCOUNT_TABLES) {
      expect([table, keys.find((key) => key.table === table)?.columns[0]]).toEqual([table, "account_id"]);
    }
  });

  test("joins accounts' tables on the account and the id, never on the id alone", async () => {
    const between = (await references()).filter(({ to }) => (ACCOUNT_TABLES as readonly string[]).includes(to));
    expect(between.length).toBeGreaterThan(10);
    for (const { table, to, columns, toColumns } of between) {
      expect([table, to, columns[0], toColumns[0]]).toEqual([table, to, "account_id", "account_id"]);
    }
  });

  test("has no table with an account that the guard does not know", async () => {
    const tables =
      ENGINE === "postgres"
        ? await read<{ name: string }>(`select table_name as name from information_schema.columns
            where table_schema = current_schema() and column_name = 'account_id'`)
        : await read<{ name: string }>(`select m.name from sqlite_master m, pragma_table_info(m.name) c
            where m.type = 'table' and c.name = 'account_id'`);
    const known = [...ACCOUNT_TABLES, "search_entries", ...(ON_CITUS ? [] : ["ticket_tallies"])].toSorted();
    expect(tables.map(({ name }) => name).toSorted()).toEqual(known);
  });
});
