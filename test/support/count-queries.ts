import { StatementSync } from "node:sqlite";
import pg from "pg";

/**
 * How many statements the engines were given while `work` ran, counted where they leave the process: at `node:sqlite` and
 * at `pg`. What runs on SQLite's reader thread (counts, searches) is not seen; nothing else may run meanwhile.
 */
export async function countQueries(work: () => Promise<unknown>): Promise<number> {
  let queries = 0;
  const restore = [
    watch(StatementSync.prototype, "all", () => (queries += 1)),
    watch(StatementSync.prototype, "get", () => (queries += 1)),
    watch(StatementSync.prototype, "run", () => (queries += 1)),
    watch(pg.Client.prototype, "query", () => (queries += 1)),
  ];
  try {
    await work();
  } finally {
    for (const back of restore) back();
  }
  return queries;
}

function watch<T extends object>(prototype: T, name: keyof T, see: () => void): () => void {
  const original = prototype[name];
  const call = original as (...values: unknown[]) => unknown;
  prototype[name] = function watched(this: T, ...values: unknown[]): unknown {
    see();
    return call.apply(this, values);
  } as T[keyof T];
  return () => {
    prototype[name] = original;
  };
}
