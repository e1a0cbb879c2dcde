import type { Browser } from "playwright-core";
import { beforeAll, beforeEach, describe } from "vitest";
import { CHROMIUM_MISSING, launchChromium } from "./launch-chromium.ts";
import { ENGINE_MISSING } from "./test-storage.ts";
import { webServer } from "./web-server.ts";

let shared: Promise<Browser> | undefined;

/** The browser that the files of this worker share: each test opens a window of its own, which knows nothing of others. */
export async function sharedChromium(): Promise<Browser> {
  shared ??= launchChromium().then((browser) => {
    process.once("beforeExit", () => void browser.close().catch(() => undefined));
    return browser;
  });
  return await shared;
}

/** `describe` for tests in the browser: skipped, with the reason, where there is none, but never in CI. */
export function inChromium(name: string, tests: () => void): void {
  // Browser, server and database share two cores with the test: one that failed is asked once more, and the end of the run
  // names what passed only then. A fault fails both times.
  // oxlint-disable-next-line vitest/valid-title -- the caller's is a string
  describe(name, { retry: 1 }, () => {
    // The client is built and the browser started here, not within the time of the first test.
    beforeAll(async () => {
      if (ENGINE_MISSING === null && CHROMIUM_MISSING === null) await Promise.all([webServer(), sharedChromium()]);
    }, 300_000);
    beforeEach(({ skip }) => {
      if (ENGINE_MISSING !== null) skip(ENGINE_MISSING);
      if (CHROMIUM_MISSING === null) return;
      if (process.env["CI"] === "true") throw new Error(`CI needs a browser: ${CHROMIUM_MISSING}`);
      skip(CHROMIUM_MISSING);
    });
    tests();
  });
}
