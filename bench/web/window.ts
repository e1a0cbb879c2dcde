import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";

/** A window of a real browser, with what a debugger may ask of it. */
export interface BenchWindow {
  page: Page;
  debug: CDPSession;
  close(): Promise<void>;
}

/** Signed in, with nothing kept from before: what a first visit is. `slower`: so many times less processor. */
export async function openWindow(browser: Browser, url: string, cookie: string, slower = 1): Promise<BenchWindow> {
  const context: BrowserContext = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 } });
  const { hostname } = new URL(url);
  const flags = { secure: true, httpOnly: true, sameSite: "Lax" as const };
  await context.addCookies([{ name: "__Host-cantrip", value: cookie, domain: hostname, path: "/", ...flags }]);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const debug = await context.newCDPSession(page);
  if (slower > 1) await debug.send("Emulation.setCPUThrottlingRate", { rate: slower });
  return { page, debug, close: async () => await context.close() };
}

/** Bytes of JavaScript objects that are still needed, after everything else was collected. */
export async function heapOf({ debug }: BenchWindow): Promise<number> {
  await debug.send("HeapProfiler.collectGarbage");
  await debug.send("HeapProfiler.collectGarbage");
  return (await debug.send("Runtime.getHeapUsage")).usedSize;
}
