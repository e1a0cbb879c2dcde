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

/** Bytes of JavaScript's memory that are still needed after everything else was collected, and how many of them are compiled code. */
export async function heapOf(window: BenchWindow): Promise<{ all: number; code: number }> {
  const { debug } = window;
  await debug.send("HeapProfiler.collectGarbage");
  await debug.send("HeapProfiler.collectGarbage");
  const { usedSize } = await debug.send("Runtime.getHeapUsage");
  return { all: usedSize, code: await codeOf(window) };
}

interface HeapSnapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[], ...unknown[]] } };
  nodes: number[];
}

async function codeOf({ debug }: BenchWindow): Promise<number> {
  const parts: string[] = [];
  const take = ({ chunk }: { chunk: string }): void => void parts.push(chunk);
  debug.on("HeapProfiler.addHeapSnapshotChunk", take);
  await debug.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  debug.off("HeapProfiler.addHeapSnapshotChunk", take);
  const { snapshot, nodes } = JSON.parse(parts.join("")) as HeapSnapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size, code] = [fields.indexOf("type"), fields.indexOf("self_size"), types[0].indexOf("code")];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += fields.length) {
    if (nodes[node + type] === code) bytes += nodes[node + size] ?? 0;
  }
  return bytes;
}
