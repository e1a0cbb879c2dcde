import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = process.env["CHROMIUM"] ?? PROGRAMS.find((each) => existsSync(each));

/** Why nothing can be done in a browser here; null when it can. */
export const CHROMIUM_MISSING: string | null =
  program === undefined ? "no Chromium found; install it (Debian: chromium), or set CHROMIUM to its path" : null;

/** The last ones are for machines without a network, where a browser that looks for its makers' hosts waits for them. */
const ARGUMENTS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** A browser of one's own: whoever asks for it closes it. */
export async function launchChromium(): Promise<Browser> {
  if (program === undefined) throw new Error(CHROMIUM_MISSING ?? "");
  return await chromium.launch({ executablePath: program, args: ARGUMENTS.split(" ") });
}
