import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { beforeEach, describe } from "vitest";
import { ENGINE_MISSING } from "./test-storage.ts";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = process.env["CHROMIUM"] ?? PROGRAMS.find((each) => existsSync(each));

/** Why tests in the browser cannot run here; null when they can. */
export const CHROMIUM_MISSING: string | null =
  program === undefined ? "no Chromium found; install it (Debian: chromium), or set CHROMIUM to its path" : null;

/** The last ones are for machines without a network, where a browser that looks for its makers' hosts waits for them. */
const ARGUMENTS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

let shared: Promise<Browser> | undefined;

/** The browser that the files of this worker share: each test opens a window of its own, which knows nothing of others. */
export async function sharedChromium(): Promise<Browser> {
  shared ??= launchChromium().then((browser) => {
    process.once("beforeExit", () => void browser.close().catch(() => undefined));
    return browser;
  });
  return await shared;
}

/** A browser of one's own, for measurements: whoever asks for it closes it. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  if (program === undefined) throw new Error(CHROMIUM_MISSING ?? "");
  return await chromium.launch({ executablePath: program, args: [...ARGUMENTS.split(" "), ...more] });
}

/** `describe` for tests in the browser: skipped, with the reason, where there is none, but never in CI. */
export function inChromium(name: string, tests: () => void): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's is a string
  describe(name, () => {
    beforeEach(({ skip }) => {
      if (ENGINE_MISSING !== null) skip(ENGINE_MISSING);
      if (CHROMIUM_MISSING === null) return;
      if (process.env["CI"] === "true") throw new Error(`CI needs a browser: ${CHROMIUM_MISSING}`);
      skip(CHROMIUM_MISSING);
    });
    tests();
  });
}
