import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STEPS } from "../../bench/crash/fail-plan.ts";
import { type CrashReport, runCrashes } from "../../bench/crash/run-lanes.ts";
import { ENGINE_MISSING, createTestDatabase } from "../support/test-storage.ts";

/** Each step once, and any moment in between; `npm run crash` does it thousands of times. */
const RUNS = Math.ceil((STEPS.length * 5) / 4);

describe.skipIf(ENGINE_MISSING !== null)("a server that dies at every step of receiving and sending", () => {
  let report: CrashReport;
  beforeAll(async () => {
    report = await runCrashes({ runs: RUNS, lanes: 2, newPlace: async () => await createTestDatabase() });
  }, 600_000);
  afterAll(() => {
    process.stderr.write(`${report.runs} deaths, ${report.in} messages in, ${report.out} replies out\n`);
  });

  test("reached each of the steps", () => {
    expect(STEPS.filter((step) => report.deaths[step] === undefined)).toEqual([]);
    expect(report.runs).toBe(RUNS);
  });

  test("has every message that it answered for, once and whole, and sent every reply that it took, once", () => {
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ lost: 0, doubled: 0, half: 0 });
    expect(report.in).toBeGreaterThan(RUNS);
    expect(report.out).toBeGreaterThan(0);
  });
});
