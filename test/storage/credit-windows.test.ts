import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { CreditLimits } from "../../src/domain/credits.ts";
import { MINUTE, SECOND, now, setClock } from "../../src/domain/time.ts";
import { type CreditMeter, openCreditMeter } from "../../src/storage/credit-windows.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

describe.skipIf(ENGINE_MISSING !== null)("the credit windows", () => {
  let storage: TestStorage;
  /** On PostgreSQL another process's pool; on SQLite one process serves alone. */
  let beside: Storage;
  let meters: CreditMeter[];

  beforeAll(async () => {
    storage = await openTestStorage();
    beside = await openStorage({ ...storage, strict: true });
    const first = openCreditMeter(storage.db);
    meters = ENGINE === "postgres" ? [first, openCreditMeter(beside.db)] : [first, first];
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await beside.close();
    await storage.remove();
  });

  const meter = (): CreditMeter => meters[0] as CreditMeter;
  const account = async (): Promise<string> => (await makeAccount(storage.db)).account.id;
  const limits = (creditsPerMinute: number, requestsPerSecond = 0): CreditLimits => ({
    creditsPerMinute,
    requestsPerSecond,
  });

  /** Lets time pass: the database's clock cannot be set, so its windows are moved back instead. */
  async function pass(accountId: string, milliseconds: number): Promise<void> {
    if (ENGINE === "sqlite") {
      const at = now() + milliseconds;
      setClock(() => at);
      return;
    }
    await storage.db.transact(
      async (tx) =>
        await sql`update credit_windows set minute_start = minute_start - ${milliseconds}::bigint,
          second_start = second_start - ${milliseconds}::bigint where account_id = ${accountId}`.execute(tx.query),
    );
  }

  test("admit exactly the limit of two hundred requests at once from two processes", async () => {
    const id = await account();
    const charges = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => await meters[index % 2]?.charge(id, limits(70), 1)),
    );
    const admitted = charges.filter((charge) => charge?.admission === "admitted");
    expect(admitted).toHaveLength(70);
    expect(charges.filter((charge) => charge?.admission === "out_of_credits")).toHaveLength(130);
    expect(admitted.map((charge) => charge?.windows.creditsUsed).toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 70 }, (_, index) => index + 1),
    );
  });

  test("admit exactly the burst of two hundred requests at once from two processes", async () => {
    const id = await account();
    const admissions = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => await meters[index % 2]?.charge(id, limits(0, 6), 1)),
    );
    const seconds = new Set(admissions.map((charge) => charge?.windows.secondStart)).size;
    const admitted = admissions.filter((charge) => charge?.admission === "admitted").length;
    expect(admitted).toBeGreaterThanOrEqual(6);
    expect(admitted).toBeLessThanOrEqual(6 * seconds);
    expect(admissions.filter((charge) => charge?.admission === "burst")).toHaveLength(200 - admitted);
  });

  test("charge the full price or nothing", async () => {
    const id = await account();
    expect((await meter().charge(id, limits(10), 7)).windows.creditsUsed).toBe(7);
    const refused = await meter().charge(id, limits(10), 4);
    expect(refused).toMatchObject({ admission: "out_of_credits", windows: { creditsUsed: 7 } });
    expect(await meter().charge(id, limits(10), 3)).toMatchObject({
      admission: "admitted",
      windows: { creditsUsed: 10 },
    });
  });

  test("count a refused request for neither window, the very first too", async () => {
    const id = await account();
    const first = await meter().charge(id, limits(5, 2), 6);
    expect(first).toMatchObject({ admission: "out_of_credits", windows: { creditsUsed: 0, requestsUsed: 0 } });
    await meter().charge(id, limits(5, 2), 1);
    const second = await meter().charge(id, limits(5, 2), 1);
    expect(second).toMatchObject({ admission: "admitted", windows: { creditsUsed: 2, requestsUsed: 2 } });
    expect(await meter().charge(id, limits(5, 2), 1)).toMatchObject({ admission: "burst" });
  });

  test("are opened by the first request and end a minute and a second later", async () => {
    const start = now();
    if (ENGINE === "sqlite") setClock(() => start);
    const id = await account();
    const opened = await meter().charge(id, limits(1, 1), 1);
    expect(opened.windows).toMatchObject({ minuteStart: opened.at, secondStart: opened.at });
    expect((await meter().charge(id, limits(1, 1), 1)).admission).toBe("burst");
    await pass(id, SECOND);
    expect((await meter().charge(id, limits(1, 1), 1)).admission).toBe("out_of_credits");
    await pass(id, MINUTE - SECOND);
    const anew = await meter().charge(id, limits(1, 1), 1);
    expect(anew).toMatchObject({ admission: "admitted", windows: { creditsUsed: 1, requestsUsed: 1 } });
  });

  test("give credits back, never below none, and not the request", async () => {
    const id = await account();
    await meter().charge(id, limits(10, 100), 4);
    await meter().refund(id, 3);
    expect((await meter().charge(id, limits(10, 100), 1)).windows).toMatchObject({ creditsUsed: 2, requestsUsed: 2 });
    await meter().refund(id, 50);
    expect((await meter().charge(id, limits(10, 100), 1)).windows).toMatchObject({ creditsUsed: 1, requestsUsed: 3 });
  });

  test("of one account are not another's", async () => {
    const [one, other] = [await account(), await account()];
    await meter().charge(one, limits(1), 1);
    expect((await meter().charge(one, limits(1), 1)).admission).toBe("out_of_credits");
    expect((await meter().charge(other, limits(1), 1)).admission).toBe("admitted");
  });
});
