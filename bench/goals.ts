import type { Engine } from "./places.ts";

export interface Goal {
  value: number;
  /** Whether what is measured should be at least, or at most, the value. */
  least: boolean;
}

const least = (value: number): Goal => ({ value, least: true });
const most = (value: number): Goal => ({ value, least: false });

/** Of the names that say milliseconds or megabytes, and of `count`, `search` and `stall`, the goal is in that unit. */
const GOALS: Readonly<Record<string, Goal>> = {
  get: least(0.6),
  list10: least(0.45),
  list100: least(0.3),
  embed: least(0.35),
  write: least(0.7),
  growth_list: most(1.5),
  growth_get: most(1.2),
  growth_search: most(3),
  count: most(30),
  search: most(100),
  stall: most(50),
  neighbour: most(2),
  workers: least(1.7),
  idle_mb: most(110),
  load_mb: most(250),
  cold_ms: most(600),
  // Of the web client: shares of its goals, and how much the heap may grow.
  js_kb: most(1),
  first_list_ms: most(1),
  open_ms: most(1),
  heap_growth: most(1.25),
  mail_in: least(0.5),
  mail_mb: most(1),
};

/** What is wanted of a ratio; undefined when nothing is, as of the other reads on PostgreSQL. */
export function goalOf(name: string, engine: Engine): Goal | undefined {
  if (engine === "postgres" && name === "get") return least(0.35);
  if (engine === "postgres" && ["list10", "list100", "embed"].includes(name)) return undefined;
  return GOALS[name];
}
