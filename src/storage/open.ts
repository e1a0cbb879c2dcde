import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BlobStore, openBlobFolder } from "./blobs.ts";
import { Db } from "./database.ts";
import { accountGuard } from "./guard.ts";
import { migrate } from "./migrate.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";

export interface StorageSettings {
  /** The data folder: the embedded database and the attachments. Made when missing. */
  data: string;
  /** A PostgreSQL URL; null means the embedded engine. */
  databaseUrl: string | null;
  /** Checks every query (tests): it names its account and stays inside its transaction. */
  strict?: boolean;
}

export interface Storage {
  db: Db;
  blobs: BlobStore;
  close(): Promise<void>;
}

export const DATABASE_FILE = "cantrip.sqlite";

/** Opens the database and the blobs, and brings the schema up to date. */
export async function openStorage({ data, databaseUrl, strict = false }: StorageSettings): Promise<Storage> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const plugins = strict ? [accountGuard] : [];
  const driver =
    databaseUrl === null
      ? openSqlite({ file: join(data, DATABASE_FILE), plugins })
      : openPostgres({ url: databaseUrl, plugins });
  const db = new Db(driver, strict);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, blobs: openBlobFolder(join(data, "attachments")), close: async () => await db.close() };
}
