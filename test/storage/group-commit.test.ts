import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acrossAccounts } from "../../src/storage/across-accounts.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { addCustomer, makeAccount, makeGate } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("transactions that wait for each other", () => {
  let storage: TestStorage;
  let accountId: string;
  beforeAll(async () => {
    storage = await openTestStorage();
    accountId = (await makeAccount(storage.db)).account.id;
  });
  afterAll(async () => await storage.remove());

  const names = async (): Promise<string[]> => {
    const rows = await acrossAccounts(storage.db).selectFrom("customers").select("first_name").execute();
    return rows.map(({ first_name }) => first_name ?? "").toSorted();
  };

  test("all commit but for the one that fails, which leaves nothing behind and hears why", async () => {
    const { db } = storage;
    const heard: string[] = [];
    const write = async (name: string, fails = false): Promise<void> =>
      await db.transact(async (tx) => {
        await addCustomer(tx, accountId, name);
        tx.onCommit(() => void heard.push(name));
        if (fails) throw new Error(`${name} is refused`);
      });
    const done = await Promise.allSettled([write("a"), write("b", true), write("c"), write("d", true), write("e")]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "rejected", "fulfilled"]);
    expect(done[1]).toMatchObject({ reason: new Error("b is refused") });
    expect(await names()).toEqual(["a", "c", "e"]);
    expect(heard.toSorted()).toEqual(["a", "c", "e"]);
  });

  test("are told that they are done only when others can see what they wrote", async () => {
    const { db } = storage;
    const gate = makeGate();
    const seen: boolean[] = [];
    const look = async (): Promise<void> => void seen.push((await names()).includes("early"));
    const early = db.transact(async (tx) => await addCustomer(tx, accountId, "early")).then(look);
    const slow = db.transact(async (tx) => {
      await addCustomer(tx, accountId, "slow");
      await gate.opened;
    });
    setTimeout(() => gate.open(), 50);
    await Promise.all([early, slow]);
    expect(seen).toEqual([true]);
  });
});
