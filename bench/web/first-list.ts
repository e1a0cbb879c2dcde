import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { type Measured, percentile, rounded } from "../bench.ts";
import { openWindow } from "./window.ts";

const VISITS = 3;
const GOAL_MS = 1000;
const GOAL_KB = 200;
const SLOWER = 4;

const BUILT = join(import.meta.dirname, "../../web/dist");

/**
 * Notes when the first row of the list was on the screen, the frame after the one that drew it; and when the client that takes
 * keys and presses had drawn its own in that place.
 */
const WATCH = `
  globalThis.listShown = new Promise((resolve) => {
    const look = () => {
      if (document.querySelector("[role=row][data-at] time") === null) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    document.addEventListener("DOMContentLoaded", look);
  });
  globalThis.listUsable = new Promise((resolve) => {
    const look = () => {
      if (document.querySelector("#app [role=row][data-at] time") === null) return requestAnimationFrame(look);
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    document.addEventListener("DOMContentLoaded", look);
  });
`;

/** A first visit to a list of 100,000 tickets, with an empty cache and a processor four times slower. */
export async function measureFirstList(browser: Browser, url: string, cookie: string): Promise<Measured> {
  const times: number[] = [];
  const usable: number[] = [];
  const warm: number[] = [];
  let scripts: string[] = [];
  let total = 0;
  for (let visit = 0; visit < VISITS; visit += 1) {
    const window = await openWindow(browser, url, cookie, SLOWER);
    const { page } = window;
    await page.addInitScript(WATCH);
    await page.goto("/inbox/all", { waitUntil: "commit" });
    times.push(await page.evaluate<number>("listShown"));
    usable.push(await page.evaluate<number>("listUsable"));
    total = Number(await page.getByRole("grid").getAttribute("aria-rowcount"));
    scripts = await page.evaluate<string[]>(
      `performance.getEntriesByType("resource").map((each) => new URL(each.name).pathname).filter((path) => path.endsWith(".js"))`,
    );
    await page.reload({ waitUntil: "commit" });
    warm.push(await page.evaluate<number>("listShown"));
    await window.close();
  }
  const bytes = [...new Set(scripts)].reduce((sum, path) => sum + gzippedSize(path), 0);
  const first = percentile(times, 50);
  return {
    ratios: { js_kb: rounded(bytes / 1000 / GOAL_KB), first_list_ms: rounded(first / GOAL_MS) },
    figures: {
      first_load_js_kb: rounded(bytes / 1000),
      first_load_scripts: new Set(scripts).size,
      first_list_median_ms: Math.round(first),
      first_list_slowest_ms: Math.round(Math.max(...times)),
      first_list_usable_median_ms: Math.round(percentile(usable, 50)),
      next_list_median_ms: Math.round(percentile(warm, 50)),
      tickets_in_list: total,
    },
  };
}

/** As it travels to a browser that takes gzip and nothing better. */
function gzippedSize(path: string): number {
  return gzipSync(readFileSync(join(BUILT, path)), { level: 9 }).length;
}
