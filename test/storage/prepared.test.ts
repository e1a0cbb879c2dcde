import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { findCustomer } from "../../src/storage/customers.ts";
import type { Db, Tx, WriteQueries } from "../../src/storage/database.ts";
import { prepared, preparedWrite } from "../../src/storage/prepared.ts";
import type { CustomerRow } from "../../src/storage/schema.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("a prepared query", () => {
  let storage: TestStorage;
  let db: Db;
  let accountId: string;
  let built = 0;

  const named = prepared((queries, { account, names }: { account: string; names: readonly string[] }) => {
    built += 1;
    return queries
      .selectFrom("customers")
      .select(["id", "first_name"])
      .where("account_id", "=", account)
      .where("first_name", "in", names)
      .orderBy("first_name");
  });
  const insert = preparedWrite((queries: WriteQueries, customer: CustomerRow) =>
    queries.insertInto("customers").values(customer),
  );
  const insertAll = preparedWrite((queries: WriteQueries, { rows }: { rows: readonly CustomerRow[] }) =>
    queries.insertInto("customers").values(rows),
  );

  const customer = (first_name: string): CustomerRow => ({
    account_id: accountId,
    id: newId(),
    first_name,
    last_name: null,
    summary: null,
    version: 1,
    created_at: 1,
    updated_at: 1,
    merged_into: null,
  });

  beforeAll(async () => {
    storage = await openTestStorage();
    ({ db } = storage);
    accountId = (await makeAccount(db)).account.id;
  });
  afterAll(async () => await storage.remove());

  test("binds each call's values, and is built once for each length of a list, in powers of two", async () => {
    await db.transact(async (tx) => {
      for (const name of ["Ada", "Bo", "Cy", "Di"]) await insert.run(tx, customer(name));
    });
    const names = async (asked: string[]): Promise<unknown> =>
      (await named.all(db, { account: accountId, names: asked })).map((row) => row.first_name);
    built = 0;
    expect(await names(["Ada"])).toEqual(["Ada"]);
    expect(await names(["Bo"])).toEqual(["Bo"]);
    expect(built).toBe(1);
    expect(await names(["Di", "Ada", "Cy"])).toEqual(["Ada", "Cy", "Di"]);
    expect(await names(["Di", "Ada", "Cy", "Bo"])).toEqual(["Ada", "Bo", "Cy", "Di"]);
    expect(built).toBe(2);
    // Another way into the same database knows what is built already.
    await named.all(db.longReads, { account: accountId, names: ["Ada"] });
    await db.transact(async (tx) => await named.all(tx, { account: accountId, names: ["Ada"] }));
    expect(built).toBe(2);
  });

  test("takes a list of any length, on PostgreSQL a long one as one value, and each value as it is written", async () => {
    const odd = ["O'Neill", 'a "b"', "c\\d", "{e,f}", "NULL", "ü, ö"];
    const many = Array.from({ length: 40 }, (_, index) => `Many ${10 + index}`);
    await db.transact(async (tx) => {
      for (const name of [...odd, ...many]) await insert.run(tx, customer(name));
    });
    const found = async (names: readonly string[]): Promise<unknown> =>
      new Set((await named.all(db, { account: accountId, names })).map(({ first_name }) => first_name));
    built = 0;
    for (const names of [many.slice(0, 20), many, [...odd, ...many.slice(0, 5)]]) {
      expect(await found(names)).toEqual(new Set(names));
    }
    expect(built).toBe(ENGINE === "postgres" ? 1 : 3);
    const others = prepared((queries, { account, names }: { account: string; names: readonly string[] }) =>
      queries
        .selectFrom("customers")
        .select("first_name")
        .where("account_id", "=", account)
        .where("first_name", "like", sql.lit("Many%"))
        .where("first_name", "not in", names),
    );
    const rest = await others.all(db, { account: accountId, names: [...odd, ...many.slice(1)] });
    expect(rest).toEqual([{ first_name: "Many 10" }]);
  });

  test("gives its first row, or none, and says how many rows it wrote", async () => {
    const row = customer("First");
    expect(await db.transact(async (tx) => await insert.run(tx, row))).toBe(1);
    expect((await named.first(db, { account: accountId, names: ["First"] }))?.id).toBe(row.id);
    expect((await named.first(db.longReads, { account: accountId, names: ["First"] }))?.id).toBe(row.id);
    expect(await named.first(db, { account: accountId, names: ["Nobody"] })).toBeUndefined();
  });

  test("inserts as many rows as it is given", async () => {
    const rows = ["Eve", "Fay", "Gus"].map(customer);
    expect(await db.transact(async (tx) => await insertAll.run(tx, { rows }))).toBe(3);
    expect(await db.transact(async (tx) => await insertAll.run(tx, { rows: [customer("Hal")] }))).toBe(1);
    expect(await findCustomer(db, accountId, rows[1]?.id ?? "")).toMatchObject({ first_name: "Fay" });
  });

  test("is guarded as any other: it names its account", async () => {
    const forgets = prepared((queries, { id }: { id: string }) =>
      queries.selectFrom("customers").selectAll().where("id", "=", id),
    );
    await expect(forgets.first(db, { id: newId() })).rejects.toThrow("forgets the account");
  });

  test("is guarded as any other: it stays inside its transaction, also once it was built", async () => {
    const ask = { account: accountId, names: ["Ada"] };
    await named.all(db, ask);
    await expect(db.transact(async () => await named.all(db, ask))).rejects.toThrow("escaped its transaction");
    let late: Tx | undefined;
    await db.transact((tx) => {
      late = tx;
      return Promise.resolve();
    });
    await expect(named.all(late as Tx, ask)).rejects.toThrow("escaped its transaction");
  });

  test("reads the columns that a migration adds, on connections that prepared it before", async () => {
    const all = prepared((queries, { account, id }: { account: string; id: string }) =>
      queries.selectFrom("customers").selectAll().where("account_id", "=", account).where("id", "=", id),
    );
    const { id } = await db.transact(async (tx) => await addCustomer(tx, accountId, "Old"));
    const ask = { account: accountId, id };
    await Promise.all(Array.from({ length: 20 }, async () => await all.first(db, ask)));
    await db.transact(async (tx) => {
      await all.first(tx, ask);
    });
    await db.transact(async (tx) => {
      await sql`alter table customers add column added_${sql.raw(ENGINE)} text default 'yes'`.execute(tx.query);
    });
    const found = await Promise.all(Array.from({ length: 20 }, async () => await all.first(db, ask)));
    const inside = await db.transact(async (tx) => await all.first(tx, ask));
    expect([...found, inside].every((row) => Reflect.get(row ?? {}, `added_${ENGINE}`) === "yes")).toBe(true);
  });
});
