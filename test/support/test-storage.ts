import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { createDatabase, dropDatabase } from "./citus.ts";

/** The engine that this run of an engine suite is for. */
export const ENGINE = process.env["CANTRIP_TEST_ENGINE"] === "postgres" ? "postgres" : "sqlite";

/** Why the suites of this engine cannot run; null when they can. For `describe.skipIf`. */
export const ENGINE_MISSING: string | null = ENGINE === "postgres" ? inject("postgresMissing") : null;

export interface TestDatabase {
  /** A data folder of its own. */
  data: string;
  /** A PostgreSQL database of its own; null on SQLite. */
  databaseUrl: string | null;
  remove(): Promise<void>;
}

/** A place for a database that nobody else uses, with nothing in it. */
export async function createTestDatabase(engine: "sqlite" | "postgres" = ENGINE): Promise<TestDatabase> {
  const data = mkdtempSync(join(tmpdir(), "cantrip-test-"));
  const removeFolder = (): void => rmSync(data, { recursive: true, force: true });
  if (engine === "sqlite") {
    return {
      data,
      databaseUrl: null,
      remove: () => {
        removeFolder();
        return Promise.resolve();
      },
    };
  }
  const server = inject("databaseUrl");
  if (server === null) throw new Error("there is no PostgreSQL server for this test");
  const name = `cantrip_${randomBytes(8).toString("hex")}`;
  await createDatabase(server, name);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    data,
    databaseUrl: url.href,
    remove: async () => {
      removeFolder();
      await dropDatabase(server, name);
    },
  };
}

export interface TestStorage extends Storage, TestDatabase {}

/** A storage of its own, checked strictly: every query names its account and stays in its transaction. */
export async function openTestStorage(engine: "sqlite" | "postgres" = ENGINE): Promise<TestStorage> {
  const database = await createTestDatabase(engine);
  const storage = await openStorage({ ...database, strict: true });
  return {
    ...database,
    ...storage,
    remove: async () => {
      await storage.close();
      await database.remove();
    },
  };
}

let shared: Promise<TestStorage> | undefined;

/** The storage that the suites of this worker share: each test makes an account of its own in it. */
export async function sharedStorage(): Promise<TestStorage> {
  shared ??= openTestStorage().then((storage) => {
    process.once("beforeExit", () => void storage.remove().catch(() => undefined));
    return storage;
  });
  return await shared;
}
