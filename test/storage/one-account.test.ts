import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import type { Tx } from "../../src/storage/database.ts";
import { accountsIn } from "../../src/storage/one-account.ts";
import { findTicket } from "../../src/storage/tickets.ts";
import { ENGINE_MISSING, type TestStorage, sharedStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount } from "./storage-account.ts";

const [A, B] = ["a".repeat(24), "b".repeat(24)];

describe.skipIf(ENGINE_MISSING !== null)("a transaction", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await sharedStorage();
  });

  const of = async (...steps: ((tx: Tx) => Promise<unknown>)[]): Promise<void> =>
    await storage.db.transact(async (tx) => {
      for (const step of steps) await step(tx);
    });
  const built = (id: string) => async (tx: Tx) => await findTicket(tx, id, A);
  const queried = (id: string) => async (tx: Tx) =>
    await tx.query.selectFrom("labels").select("id").where("account_id", "=", id).execute();
  const raw = (id: string) => async (tx: Tx) =>
    await sql`select id from labels where name = ${"x"} and account_id = ${id}`.execute(tx.query);

  test.each([
    ["a query", queried],
    ["a query that was built before", built],
    ["a raw query", raw],
  ])("that names a second account by %s is refused", async (_, name) => {
    for (const first of [queried, built, raw]) {
      await expect(of(first(A), name(B))).rejects.toThrow("several accounts");
      await of(first(A), name(A));
    }
  });

  test("that inserts for a second account is refused, and leaves nothing", async () => {
    const [one, other] = [await makeAccount(storage.db), await makeAccount(storage.db)];
    const insert = async (tx: Tx): Promise<unknown> => await addCustomer(tx, other.account.id, "Nobody");
    await expect(of(queried(one.account.id), insert)).rejects.toThrow("several accounts");
    const left = await storage.db.query
      .selectFrom("customers")
      .select("id")
      .where("account_id", "=", other.account.id)
      .execute();
    expect(left).toEqual([]);
  });

  test("may look for something across accounts first, and then work for one", async () => {
    const look = async (tx: Tx): Promise<unknown> => await acrossAccounts(tx).selectFrom("jobs").select("id").execute();
    await expect(of(look, queried(A))).resolves.toBeUndefined();
  });

  test.each([
    [`select 1 from "t" where "t"."account_id" = ? and "id" = ?`, [A, B], [A]],
    [`select 1 from "t" where "id" = $2 and +"account_id" = $1`, [A, B], [A]],
    [`select 1 from t where x = ? and account_id in (?, ?)`, ["x", A, B], [A]],
    [`insert into "t" ("id", "account_id", "n") values (?, ?, ?), (?, ?, ?)`, ["1", A, 2, "3", B, 4], [A, B]],
    [`insert into t (id, account_id) values ($1, $2) on conflict do nothing`, [B, A], [A]],
    [`insert into "t" ("n", "account_id") values (coalesce(?, ?), ?) returning id`, [1, 2, A], [A]],
    [`select 1 from a join b on b.account_id = a.account_id where a.account_id = ?`, [A], [A]],
  ])("%s names an account", (text, values, found) => {
    expect(accountsIn(text, values)).toEqual(found);
  });
});
