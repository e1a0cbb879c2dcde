import type { Browser } from "playwright-core";
import { type Measured, rounded } from "../bench.ts";
import { openWindow } from "./window.ts";

const SECONDS = 8;
/** A frame that came later than this was dropped; three in a row are seen as a jerk. */
const LATE_MS = 25;
const RUN = 3;

/** Scrolls by so many pixels a frame, and notes how far the frames are apart. */
const SCROLL = `
  globalThis.scrollOn = async (seconds, step) => {
    const grid = document.querySelector("[role=grid]");
    const gaps = [];
    const end = performance.now() + seconds * 1000;
    let last = await new Promise(requestAnimationFrame);
    while (performance.now() < end) {
      grid.scrollTop += step;
      const now = await new Promise(requestAnimationFrame);
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  };
`;

/** The list scrolled through for some seconds: quickly, as a wheel does, and in leaps, as the bar at its side does. */
export async function measureScrolling(browser: Browser, url: string, cookie: string): Promise<Measured> {
  const window = await openWindow(browser, url, cookie);
  const { page } = window;
  await page.addInitScript(SCROLL);
  await page.goto("/inbox/all");
  await page.locator("[role=row][data-at='0'] time").waitFor();
  await page.waitForTimeout(2000);
  const wheel = await page.evaluate<number[]>(`scrollOn(${SECONDS}, 60)`);
  const leaps = await page.evaluate<number[]>(`scrollOn(${SECONDS}, 3000)`);
  await window.close();
  return {
    ratios: {},
    figures: {
      scroll_frames_s: rounded(wheel.length / SECONDS),
      scroll_late_frames: wheel.filter((gap) => gap > LATE_MS).length,
      scroll_dropped_runs: runsOf(wheel),
      leaps_frames_s: rounded(leaps.length / SECONDS),
      leaps_dropped_runs: runsOf(leaps),
    },
  };
}

function runsOf(gaps: readonly number[]): number {
  let [runs, late] = [0, 0];
  for (const gap of gaps) {
    late = gap > LATE_MS ? late + 1 : 0;
    if (late === RUN) runs += 1;
  }
  return runs;
}
