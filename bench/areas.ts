import type { Bench } from "./bench.ts";

interface Area {
  /** The ratios that it measures; each can be asked for alone. */
  names: readonly string[];
  /** Only when it is asked for: a bench may need what is not installed everywhere. */
  load: () => Promise<Bench>;
}

/** Every bench by its name. */
export const AREAS: Readonly<Record<string, Area>> = {
  start: {
    names: ["idle_mb", "cold_ms"],
    load: async () => (await import("./start/start-bench.ts")).startBench,
  },
  read: {
    names: ["get", "list10", "list100", "embed"],
    load: async () => (await import("./reads/read-bench.ts")).readBench,
  },
  write: { names: ["write"], load: async () => (await import("./writes/write-bench.ts")).writeBench },
  growth: {
    names: ["growth_list", "growth_get", "growth_search"],
    load: async () => (await import("./growth/growth-bench.ts")).growthBench,
  },
  size: {
    names: ["count", "search", "stall", "neighbour", "load_mb"],
    load: async () => (await import("./size/size-bench.ts")).sizeBench,
  },
  workers: { names: ["workers"], load: async () => (await import("./workers/worker-bench.ts")).workerBench },
  web: {
    names: ["js_kb", "first_list_ms", "open_ms", "heap_growth", "scroll"],
    load: async () => (await import("./web/web-bench.ts")).webBench,
  },
  mail: { names: ["mail_in", "mail_mb"], load: async () => (await import("./mail/mail-bench.ts")).mailBench },
};

export function knownNames(): string[] {
  return Object.entries(AREAS).flatMap(([area, { names }]) => [area, ...names.filter((name) => name !== area)]);
}

export function isKnown(name: string): boolean {
  return knownNames().includes(name);
}

/** The benches that measure what is asked for; all of them when nothing is. */
export function areasOf(only: readonly string[] | undefined): string[] {
  return Object.entries(AREAS).flatMap(([area, { names }]) =>
    only === undefined || only.some((name) => name === area || names.includes(name)) ? [area] : [],
  );
}
