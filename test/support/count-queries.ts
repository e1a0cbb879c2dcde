import { StatementSync } from "node:sqlite";
import pg from "pg";
import type { TestClient, TestDesk } from "./test-api.ts";

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

/**
 * How many statements a read takes once it is known who asks. That is asked again after any commit, and some come by themselves (a
 * merge of the full text, the uses of tokens): what counts is the same twice, with nothing committed meanwhile. A third time it would be kept.
 */
export async function countRead({ server }: TestDesk, client: TestClient, path: string): Promise<number> {
  const { db } = server.storage;
  const ask = async (): Promise<unknown> => await client.get(path);
  for (;;) {
    const mark = db.changeMark();
    await client.get("/users?per_page=1");
    const queries = await countQueries(ask);
    if (queries === (await countQueries(ask)) && db.changeMark() === mark) return queries;
  }
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
