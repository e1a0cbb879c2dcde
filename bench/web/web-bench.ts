import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { launchChromium } from "../../test/support/launch-chromium.ts";
import type { Bench, Measured } from "../bench.ts";
import { serveFrom } from "../load/served.ts";
import { deskToOpen } from "./desk-to-open.ts";
import { measureFirstList } from "./first-list.ts";
import { measureOpening } from "./open-tickets.ts";
import { measureScrolling } from "./scrolling.ts";

const BUILD = join(import.meta.dirname, "../../web/build.ts");

/**
 * The web client in a real browser, at 100,000 tickets. Ratios to the goals: `js_kb` of 200 KB, `first_list_ms` of a second
 * at a processor four times slower, `open_ms` of 150 ms; `heap_growth` is the heap after 500 tickets by that after 20, without compiled code.
 */
export const webBench: Bench = async (run) => {
  execFileSync(process.execPath, [BUILD], { stdio: ["ignore", 2, 2] });
  const { data, cookie } = await deskToOpen(run.data, run.tell);
  const server = await serveFrom({ data, databaseUrl: null });
  const browser = await launchChromium();
  const all: Measured = { ratios: {}, figures: { chromium: browser.version() } };
  try {
    for (const [names, measure] of [
      [["js_kb", "first_list_ms"], measureFirstList],
      [["open_ms", "heap_growth"], measureOpening],
      [["scroll"], measureScrolling],
    ] as const) {
      if (!names.some(run.wants)) continue;
      run.tell(names.join(", "));
      const { ratios, figures } = await measure(browser, server.url, cookie, run.tell);
      Object.assign(all.ratios, ratios);
      Object.assign(all.figures, figures);
    }
    return all;
  } finally {
    await browser.close();
    await server.stop();
  }
};
