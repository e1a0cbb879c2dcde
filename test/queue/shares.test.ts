import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enqueue, startWorker } from "../../src/queue/queue.ts";
import { makeAccount, makeGate } from "../storage/storage-account.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("a worker that runs several jobs at once", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(async () => await storage.remove());

  test("gives one account half of itself, so that its slow jobs do not hold up another's", async () => {
    const [slow, quick] = [(await makeAccount(storage.db)).account.id, (await makeAccount(storage.db)).account.id];
    await storage.db.transact(async (tx) => {
      for (let count = 0; count < 6; count += 1) await enqueue(tx, slow, { kind: "deliver-message", payload: {} });
    });
    await storage.db.transact(async (tx) => void (await enqueue(tx, quick, { kind: "deliver-message", payload: {} })));
    const gate = makeGate();
    const begun: string[] = [];
    const worker = startWorker(
      storage.db,
      {
        "deliver-message": async ({ account_id }) => {
          begun.push(account_id);
          if (account_id === slow) await gate.opened;
        },
      },
      (error) => begun.push(String(error)),
      4,
    );
    await expect.poll(() => begun.toSorted()).toEqual([slow, slow, quick].toSorted());
    gate.open();
    await expect.poll(() => begun.length, { timeout: 10_000 }).toBe(7);
    await worker.stop();
    expect(begun.filter((id) => id === slow)).toHaveLength(6);
  });
});
