import { setTimeout as sleep } from "node:timers/promises";
import { type SelectQueryBuilder, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { findCustomer, lockCustomer, updateCustomer } from "../../src/storage/customers.ts";
import { RunAgain, type Tx } from "../../src/storage/database.ts";
import { preparedWrite } from "../../src/storage/prepared.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount, makeGate } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("a transaction", () => {
  let storage: TestStorage;
  let accountId: string;

  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => await storage.remove());

  test("commits what it wrote and returns what its work returned", async () => {
    const { id } = await storage.db.transact(async (tx) => await addCustomer(tx, accountId, "Ruby"));
    expect(await findCustomer(storage.db, accountId, id)).toMatchObject({ first_name: "Ruby" });
  });

  test("leaves nothing behind when its work throws, and throws the same", async () => {
    const fault = new Error("no");
    let id = "";
    const work = storage.db.transact(async (tx) => {
      ({ id } = await addCustomer(tx, accountId));
      expect(await findCustomer(tx, accountId, id)).toBeDefined();
      throw fault;
    });
    await expect(work).rejects.toBe(fault);
    expect(await findCustomer(storage.db, accountId, id)).toBeUndefined();
  });

  test("leaves nothing behind when a statement of it fails", async () => {
    let id = "";
    const work = storage.db.transact(async (tx) => {
      ({ id } = await addCustomer(tx, accountId));
      await sql`insert into no_such_table values (1)`.execute(tx.query);
    });
    await expect(work).rejects.toThrow("no_such_table");
    expect(await findCustomer(storage.db, accountId, id)).toBeUndefined();
    // The next one is not affected.
    await storage.db.transact(async (tx) => await addCustomer(tx, accountId));
  });

  const failing = preparedWrite((_, { id }: { id: string }) => sql`insert into no_such_table values (${id})`);

  test.for(["before", "after"])(
    "fails for what a write said that it did not wait for, given %s the others",
    async (when) => {
      let id = "";
      const work = storage.db.transact(async (tx) => {
        if (when === "before") tx.leave(failing.run(tx, { id: "1" }));
        ({ id } = await addCustomer(tx, accountId));
        if (when === "after") tx.leave(failing.run(tx, { id: "1" }));
      });
      await expect(work).rejects.toThrow("no_such_table");
      expect(await findCustomer(storage.db, accountId, id)).toBeUndefined();
      await storage.db.transact(async (tx) => await addCustomer(tx, accountId));
    },
  );

  test("commits a write that it did not wait for", async () => {
    const { id } = await storage.db.transact(async (tx) => {
      const customer = await addCustomer(tx, accountId, "Ruby");
      tx.leave(rename.run(tx, { accountId, id: customer.id }));
      return customer;
    });
    expect(await findCustomer(storage.db, accountId, id)).toMatchObject({ first_name: "Pearl" });
  });

  const rename = preparedWrite((db, { accountId: account_id, id }: { accountId: string; id: string }) =>
    db.updateTable("customers").set({ first_name: "Pearl" }).where("account_id", "=", account_id).where("id", "=", id),
  );

  test("refuses a statement of a write that it left once the commit is on its way", async ({ skip }) => {
    if (ENGINE === "sqlite") skip("the embedded engine waits for all before it commits");
    const { id } = await storage.db.transact(async (tx) => await addCustomer(tx, accountId, "Ruby"));
    const late = async (tx: Tx): Promise<void> => {
      await sleep(5);
      await rename.run(tx, { accountId, id });
    };
    const work = storage.db.transact((tx) => {
      tx.leave(late(tx));
      return Promise.resolve();
    });
    await expect(work).rejects.toThrow("ran after the transaction was over");
    expect(await findCustomer(storage.db, accountId, id)).toMatchObject({ first_name: "Ruby" });
  });

  test("refuses a statement of a write that it left once its work has thrown", async () => {
    const { id } = await storage.db.transact(async (tx) => await addCustomer(tx, accountId, "Ruby"));
    let left: Promise<unknown> | undefined;
    const work = storage.db.transact((tx) => {
      left = sleep(5).then(async () => await rename.run(tx, { accountId, id }));
      tx.leave(left);
      return Promise.reject(new Error("no"));
    });
    await expect(work).rejects.toThrow("no");
    await expect(left).rejects.toThrow("ran after the transaction was over");
    expect(await findCustomer(storage.db, accountId, id)).toMatchObject({ first_name: "Ruby" });
  });

  test("does not keep reads waiting, and they do not see it before its commit", async () => {
    const wrote = makeGate();
    const mayCommit = makeGate();
    let id = "";
    const writing = storage.db.transact(async (tx) => {
      ({ id } = await addCustomer(tx, accountId));
      wrote.open();
      await mayCommit.opened;
    });
    await wrote.opened;
    expect(await findCustomer(storage.db, accountId, id)).toBeUndefined();
    expect(await findCustomer(storage.db.longReads, accountId, id)).toBeUndefined();
    mayCommit.open();
    await writing;
    expect(await findCustomer(storage.db, accountId, id)).toBeDefined();
    expect(await findCustomer(storage.db.longReads, accountId, id)).toBeDefined();
  });

  test("runs its hooks after the commit, in order", async () => {
    const seen: string[] = [];
    let id = "";
    await storage.db.transact(async (tx) => {
      tx.onCommit(async () => {
        seen.push((await findCustomer(storage.db, accountId, id)) === undefined ? "not there" : "there");
      });
      tx.onCommit(() => void seen.push("second"));
      ({ id } = await addCustomer(tx, accountId));
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(["there", "second"]);
  });

  test("runs no hook after a rollback", async () => {
    let ran = 0;
    const work = storage.db.transact(async (tx) => {
      tx.onCommit(() => void (ran += 1));
      await addCustomer(tx, accountId);
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(ran).toBe(0);
  });

  test("that asks to run again starts from nothing, and only the run that commits has its hooks run", async () => {
    const ids: string[] = [];
    const hooks: number[] = [];
    await storage.db.transact(async (tx) => {
      const run = ids.length;
      tx.onCommit(() => void hooks.push(run));
      const { id } = await addCustomer(tx, accountId);
      ids.push(id);
      if (run < 2) throw new RunAgain();
    });
    const found = await Promise.all(
      ids.map(async (id) => (await findCustomer(storage.db, accountId, id)) !== undefined),
    );
    expect(found).toEqual([false, false, true]);
    expect(hooks).toEqual([2]);
  });

  test("gives up after a few runs when each asks for another", async () => {
    let runs = 0;
    const work = storage.db.transact(async () => {
      runs += 1;
      await Promise.resolve();
      throw new RunAgain();
    });
    await expect(work).rejects.toBeInstanceOf(RunAgain);
    expect(runs).toBeGreaterThan(1);
    expect(runs).toBeLessThan(20);
  });

  test("does not run again for an error that would come back", async () => {
    let runs = 0;
    const work = storage.db.transact(async () => {
      runs += 1;
      await Promise.resolve();
      throw new TypeError("ours");
    });
    await expect(work).rejects.toThrow("ours");
    expect(runs).toBe(1);
  });

  test("is not run again, having committed, because a hook throws what asks for it", async () => {
    let runs = 0;
    const work = storage.db.transact(async (tx) => {
      runs += 1;
      tx.onCommit(() => {
        throw new RunAgain();
      });
      await addCustomer(tx, accountId);
    });
    await expect(work).rejects.toBeInstanceOf(RunAgain);
    expect(runs).toBe(1);
  });

  test("that loses a deadlock runs again, and both commit", async ({ skip }) => {
    skip(ENGINE !== "postgres", "the embedded engine has one writer, and no deadlocks");
    const [a, b] = await storage.db.transact(async (tx) => [
      await addCustomer(tx, accountId, "A"),
      await addCustomer(tx, accountId, "B"),
    ]);
    const bothHoldOne = makeGate();
    let holding = 0;
    let runs = 0;
    const hooks: string[] = [];
    const crossing = async (first: string, second: string, name: string): Promise<void> =>
      await storage.db.transact(async (tx) => {
        runs += 1;
        tx.onCommit(() => void hooks.push(name));
        await lockCustomer(tx, accountId, first);
        holding += 1;
        if (holding === 2) bothHoldOne.open();
        await bothHoldOne.opened;
        await lockCustomer(tx, accountId, second);
        const before = await findCustomer(tx, accountId, second);
        await updateCustomer(tx, accountId, second, { summary: `${before?.summary ?? ""}${name}` }, 0);
      });
    await Promise.all([crossing(a?.id ?? "", b?.id ?? "", "x"), crossing(b?.id ?? "", a?.id ?? "", "y")]);
    // Three, or more when the one that gave way was back before the other, which it had freed, was awake.
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(hooks.toSorted()).toEqual(["x", "y"]);
    expect((await findCustomer(storage.db, accountId, a?.id ?? ""))?.summary).toBe("y");
    expect((await findCustomer(storage.db, accountId, b?.id ?? ""))?.summary).toBe("x");
  });

  test("many at the same moment all commit, each whole", async () => {
    const { id } = await storage.db.transact(async (tx) => await addCustomer(tx, accountId));
    await Promise.all(
      Array.from({ length: 40 }, async () => {
        await storage.db.transact(async (tx) => {
          const customer = await lockCustomer(tx, accountId, id);
          const count = Number(customer?.summary ?? 0) + 1;
          await updateCustomer(tx, accountId, id, { summary: String(count) }, 0);
        });
      }),
    );
    expect((await findCustomer(storage.db, accountId, id))?.summary).toBe("40");
  });
});

describe.skipIf(ENGINE_MISSING !== null)("a query that escapes its transaction fails", () => {
  let storage: TestStorage;
  let accountId: string;
  const escaped = "a query escaped its transaction";

  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => await storage.remove());

  test("when it is made after the transaction's end", async () => {
    let kept: Tx | undefined;
    await storage.db.transact(async (tx) => {
      kept = tx;
      await findCustomer(tx, accountId, newId());
    });
    expect(() => kept?.query).toThrow(escaped);
    await expect(findCustomer(kept as Tx, accountId, newId())).rejects.toThrow(escaped);
  });

  test("when it is made after a rollback", async () => {
    let kept: Tx | undefined;
    const work = storage.db.transact(async (tx) => {
      kept = tx;
      await Promise.resolve();
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(() => kept?.query).toThrow(escaped);
  });

  test("when it was built inside and runs after the end", async () => {
    // oxlint-disable-next-line no-explicit-any -- any query will do
    let built: SelectQueryBuilder<any, any, any> | undefined;
    await storage.db.transact(async (tx) => {
      built = tx.query.selectFrom("customers").selectAll().where("account_id", "=", accountId);
      expect(await built.execute()).toEqual([]);
    });
    await expect(built?.execute()).rejects.toThrow(escaped);
  });

  test("when it goes to the database from inside", async () => {
    const reading = storage.db.transact(async () => await findCustomer(storage.db, accountId, newId()));
    await expect(reading).rejects.toThrow(escaped);
    const long = storage.db.transact(async () => await findCustomer(storage.db.longReads, accountId, newId()));
    await expect(long).rejects.toThrow(escaped);
    const nested = storage.db.transact(async () => await storage.db.transact(async () => await Promise.resolve()));
    await expect(nested).rejects.toThrow(escaped);
  });

  test("and one that stays inside, or reads beside another's transaction, does not", async () => {
    const inside = makeGate();
    const done = makeGate();
    const work = storage.db.transact(async (tx) => {
      inside.open();
      await done.opened;
      return await addCustomer(tx, accountId, "inside");
    });
    await inside.opened;
    expect(await findCustomer(storage.db, accountId, newId())).toBeUndefined();
    done.open();
    const { id } = await work;
    expect(await findCustomer(storage.db, accountId, id)).toMatchObject({ first_name: "inside" });
  });
});
