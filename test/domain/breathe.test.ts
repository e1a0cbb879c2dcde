import { expect, test } from "vitest";
import { breathe } from "../../src/domain/breathe.ts";

/** Milliseconds of work without a wait, as indexing a long text is. */
function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

test("long work lets all else have its turn in between, and short work does not wait for it", async () => {
  let turns = 0;
  const count = (): void => {
    turns += 1;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  for (let step = 0; step < 100; step += 1) await breathe();
  expect(turns).toBe(0);
  for (let step = 0; step < 30; step += 1) {
    work(2);
    await breathe();
  }
  clearImmediate(timer);
  expect(turns).toBeGreaterThanOrEqual(4);
  expect(turns).toBeLessThanOrEqual(30);
});
