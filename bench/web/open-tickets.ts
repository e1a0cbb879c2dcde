import type { Browser } from "playwright-core";
import { type Measured, percentile, rounded } from "../bench.ts";
import { type BenchWindow, heapOf, openWindow } from "./window.ts";

const GOAL_MS = 150;
const TIMED = 40;
const FEW = 20;
const MANY = 500;

/** Milliseconds between two tickets: opened faster than that, so many are refused as more than a person asks for (C5). */
const PAUSE = 500;

/** Milliseconds from the press on a row until the conversation of that ticket is on the screen. */
const OPEN = `
  globalThis.openRow = async (at) => {
    const row = document.querySelector('[role=row][data-at="' + at + '"]');
    const link = row.querySelector("a");
    const start = performance.now();
    link.click();
    await new Promise((resolve) => {
      const look = () => {
        const isOpen = document.querySelector('[role=row][aria-current=true]')?.dataset.at === String(at);
        if (isOpen && document.querySelector("main article") !== null) return requestAnimationFrame(() => setTimeout(resolve));
        requestAnimationFrame(look);
      };
      look();
    });
    return performance.now() - start;
  };
`;

/** How long a ticket takes to open that nobody was about to open, and what five hundred leave in memory. */
export async function measureOpening(
  browser: Browser,
  url: string,
  cookie: string,
  tell: (line: string) => void,
): Promise<Measured> {
  const fast = await openWindow(browser, url, cookie);
  await begin(fast);
  const times: number[] = [];
  let few = { all: 0, code: 0 };
  let at = 0;
  for (let opened = 1; opened <= MANY; opened += 1) {
    times.push(await openRow(fast, at));
    await fast.page.waitForTimeout(PAUSE);
    at += 1;
    if (opened === FEW) few = await heapOf(fast);
    if (opened % 100 === 0) tell(`${opened} tickets opened`);
  }
  const many = await heapOf(fast);
  await fast.close();
  const slow = await openWindow(browser, url, cookie, 4);
  await begin(slow);
  const slowTimes: number[] = [];
  for (let row = 0; row < 10; row += 1) slowTimes.push(await openRow(slow, row));
  await slow.close();
  const timed = times.slice(1, TIMED + 1);
  const median = percentile(timed, 50);
  return {
    ratios: { open_ms: rounded(median / GOAL_MS), heap_growth: rounded((many.all - many.code) / (few.all - few.code)) },
    figures: {
      open_median_ms: Math.round(median),
      open_p95_ms: Math.round(percentile(timed, 95)),
      open_first_ms: Math.round(times[0] ?? 0),
      open_last_median_ms: Math.round(percentile(times.slice(-TIMED), 50)),
      open_4x_slower_median_ms: Math.round(percentile(slowTimes, 50)),
      heap_after_20_mb: rounded(few.all / 1e6),
      heap_after_500_mb: rounded(many.all / 1e6),
      heap_code_after_20_mb: rounded(few.code / 1e6),
      heap_code_after_500_mb: rounded(many.code / 1e6),
    },
  };
}

async function begin({ page }: BenchWindow): Promise<void> {
  await page.addInitScript(OPEN);
  await page.goto("/inbox/all");
  await page.locator("[role=row][data-at='0'] time").waitFor();
  // What is fetched when there is nothing else to do has come.
  await page.waitForTimeout(2000);
}

async function openRow({ page }: BenchWindow, at: number): Promise<number> {
  const row = page.locator(`[role=row][data-at='${at}'] time`);
  if ((await row.count()) === 0) {
    await page.evaluate(`document.querySelector("[role=grid]").scrollTop = ${at} * 60 - 120`);
    await row.waitFor();
  }
  return await page.evaluate<number>(`openRow(${at})`);
}
