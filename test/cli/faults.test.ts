import { describe, expect, test } from "vitest";
import { FAULTS } from "../../bench/faults/faults.ts";
import { runFault } from "../../bench/faults/run-fault.ts";
import { ENGINE, ENGINE_MISSING } from "../support/test-storage.ts";

/** As short as can be; `npm run faults` lasts longer and tells figures. */
const SECONDS = 1;

describe.skipIf(ENGINE_MISSING !== null)("a server under load, when", () => {
  for (const { about, engines, ...fault } of Object.values(FAULTS)) {
    if (!engines.includes(ENGINE)) continue;
    test(
      `${about}: loses nothing acknowledged, doubles nothing, and comes back`,
      { timeout: 120_000 },
      async (context) => {
        const outcome = await runFault({ about, engines, ...fault }, ENGINE, SECONDS);
        if (!("lost" in outcome)) {
          // A superuser lacks nothing but what CI should have installed.
          const isCi = process.env["CI"] === "true" && process.getuid?.() === 0;
          if (isCi) throw new Error(`CI needs it: ${outcome.skipped}`);
          context.skip(outcome.skipped);
          return;
        }
        expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
        // That storage is away for a while is said as such, and is no fault of ours.
        expect(outcome.errors).not.toHaveProperty("500");
        expect(outcome.acknowledged).toBeGreaterThan(0);
      },
    );
  }
});
