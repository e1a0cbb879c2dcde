import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type BlobStore, openBlobFolder } from "./blobs.ts";
import { withFallback } from "./two-blob-stores.ts";
import { Db } from "./database.ts";
import { isDistributed } from "./distribute.ts";
import { accountGuard } from "./guard.ts";
import { migrate } from "./migrate.ts";
import { openPostgres } from "./postgres.ts";
import { openS3Blobs } from "./s3-blobs.ts";
import { moveRowsOut, withRows } from "./row-blobs.ts";
import { openSqlite } from "./sqlite.ts";
import { keepsTallies } from "./ticket-tallies.ts";

export interface StorageSettings {
  /** The data folder: the embedded database and the attachments. Made when missing. */
  data: string;
  /** A PostgreSQL URL; null means the embedded engine. */
  databaseUrl: string | null;
  /** A streaming replica of it, for lists, searches and counts. */
  databaseReadUrl?: string | null;
  /** Where to listen for other processes, when `databaseUrl` is a pooler. */
  databaseListenUrl?: string | null;
  s3Bucket?: string | null;
  s3Endpoint?: string | null;
  s3Region?: string;
  s3AccessKey?: string | null;
  s3SecretKey?: string | null;
  s3Prefix?: string;
  /** Checks every query (tests): it names its account and stays inside its transaction. */
  strict?: boolean;
}

export interface Storage {
  db: Db;
  /** All bytes, wherever they are. */
  blobs: BlobStore;
  /** Those that are not in their row. */
  files: BlobStore;
  /** Where there is a bucket, moves to it what is in rows since before a moment; returns how many. See `row-blobs.ts`. */
  emptyRows(before: number): Promise<number>;
  close(): Promise<void>;
}

export const DATABASE_FILE = "cantrip.sqlite";

/** Where blobs are: in the data folder, in the bucket, or in both while they are moved. */
export function openBlobPlaces(settings: StorageSettings): { folder: BlobStore; s3: BlobStore | null } {
  return { folder: openBlobFolder(join(settings.data, "attachments")), s3: openS3(settings) };
}

function openS3(settings: StorageSettings): BlobStore | null {
  const { s3Bucket: bucket, s3Endpoint, s3Region, s3AccessKey, s3SecretKey, s3Prefix } = settings;
  if (bucket == null) return null;
  return openS3Blobs({
    bucket,
    endpoint: s3Endpoint ?? null,
    region: s3Region ?? "us-east-1",
    prefix: s3Prefix ?? "",
    credentials:
      s3AccessKey != null && s3SecretKey != null ? { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey } : null,
  });
}

/** "As far as the writers were told" is a place in one log, and each node of Citus has its own: a list could miss what was just written. */
const NO_REPLICA_OF_CITUS =
  "DATABASE_READ_URL does not go with Citus, whose nodes have a log each: take it away. Citus itself spreads reads over its nodes";

/** Opens the database and the blobs, and brings the schema up to date. */
export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const { data, databaseUrl, databaseReadUrl, databaseListenUrl, strict = false } = settings;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const plugins = strict ? [accountGuard] : [];
  const driver =
    databaseUrl === null
      ? openSqlite({ file: join(data, DATABASE_FILE), plugins })
      : openPostgres({
          url: databaseUrl,
          readUrl: databaseReadUrl ?? null,
          listenUrl: databaseListenUrl ?? null,
          plugins,
        });
  const db = new Db(driver, strict);
  try {
    await migrate(db);
    db.tallied = await keepsTallies(db);
    if (databaseReadUrl != null && (await isDistributed(db))) throw new Error(NO_REPLICA_OF_CITUS);
  } catch (error) {
    await db.close();
    throw error;
  }
  const { folder, s3 } = openBlobPlaces(settings);
  const files = s3 === null ? folder : withFallback(s3, folder);
  const emptyRows = async (before: number): Promise<number> => (s3 === null ? 0 : await moveRowsOut(db, s3, before));
  return { db, files, blobs: withRows(db, files), emptyRows, close: async () => await db.close() };
}
