import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { SharedRuns } from "../../src/domain/shared-runs.ts";

test("who asks while one runs shares the next, which begins after all of them asked", async () => {
  const runs = new SharedRuns<number>();
  let value = 0;
  let began = 0;
  const read = async (): Promise<number> => {
    began += 1;
    const seen = value;
    await sleep(5);
    return seen;
  };
  const first = runs.ask("a", read);
  value = 1;
  const others = [runs.ask("a", read), runs.ask("a", read), runs.ask("a", read)];
  const elsewhere = runs.ask("b", read);
  expect([await first, await elsewhere, await Promise.all(others)]).toEqual([0, 1, [1, 1, 1]]);
  expect(began).toBe(3);
  expect(await runs.ask("a", read)).toBe(1);
  expect(began).toBe(4);
});

test("a run that fails fails for those who share it, and for nobody else", async () => {
  const runs = new SharedRuns<string>();
  const fail = async (): Promise<string> => await Promise.reject(new Error("refused"));
  const first = runs.ask("a", fail);
  const shared = [runs.ask("a", fail), runs.ask("a", fail)];
  const told = await Promise.allSettled([first, ...shared]);
  expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  const begun = runs.ask("a", fail);
  const next = runs.ask("a", async () => await Promise.resolve("read"));
  await expect(begun).rejects.toThrow("refused");
  expect(await next).toBe("read");
});
