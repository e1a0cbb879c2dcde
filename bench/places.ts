import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { waitForDatabase } from "../src/storage/wait-for-database.ts";
import { startOwnPostgres, startPostgres } from "../test/support/postgres-server.ts";
import type { Place } from "./crash/desk-under-test.ts";

export type Engine = "sqlite" | "postgres";

/** Makes empty databases of an engine. */
export interface Places {
  newPlace(): Promise<Place & { remove(): Promise<void> }>;
  /** Ends the server, if there is one of its own. */
  close(): Promise<void>;
}

/** As in production: what a test's server leaves out is most of what a commit costs. */
const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };

/**
 * For PostgreSQL, when every commit has to be `durable`, a server of one's own that syncs; otherwise the server that TEST_DATABASE_URL names, else one of its
 * own. Throws when there is none to start.
 */
export async function openPlaces(engine: Engine, { durable = false } = {}): Promise<Places> {
  const server =
    engine === "postgres" ? await (durable ? startOwnPostgres({ settings: DURABLE }) : startPostgres()) : null;
  if (server !== null && "missing" in server) throw new Error(server.missing);
  return {
    newPlace: async () => {
      const data = mkdtempSync(join(tmpdir(), "cantrip-bench-"));
      const removeFolder = (): void => rmSync(data, { recursive: true, force: true });
      if (server === null) {
        return { data, databaseUrl: null, remove: async () => await Promise.resolve(removeFolder()) };
      }
      const name = `bench_${randomBytes(8).toString("hex")}`;
      await administer(server.url, `create database ${name}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return {
        data,
        databaseUrl: url.href,
        remove: async () => {
          removeFolder();
          await administer(server.url, `drop database ${name} with (force)`);
        },
      };
    },
    close: async () => await server?.stop(),
  };
}

/** A server that has only just started, beside others that end, may break a connection off. */
async function administer(url: string, statement: string): Promise<void> {
  const onWait = (error: unknown): void => void process.stderr.write(`PostgreSQL is tried again: ${String(error)}\n`);
  const run = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    // Without a listener it would end the process; what was asked fails with it anyway.
    client.on("error", () => undefined);
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await waitForDatabase(run, { onWait });
}
