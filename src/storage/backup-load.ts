import { BackupRefused } from "./backup-format.ts";
import { type ArchiveEntry, readAll, readArchive, verifyArchive, type Verified } from "./backup-read.ts";
import { rebuildIndex } from "./backup-index.ts";
import { type BlobStore, hashBytes } from "./blobs.ts";
import { type Row, bulkInsert, runCompiled } from "./bulk-insert.ts";
import type { Db, Tx } from "./database.ts";
import { changesSpread, distributeWithin } from "./distribute.ts";
import { completeSchema, rebuildSchema, unknownMigrations } from "./migrate.ts";

/** PostgreSQL gives an event its transaction's id as its position, so restored ones lie far below zero: see `storage/events.ts`. */
const RESTORED_POSITIONS = -(2 ** 51);

export interface RestoreTarget {
  db: Db;
  files: BlobStore;
}

export interface RestoreOptions {
  /** Replaces what the installation holds; without it only an empty one is restored into. */
  force?: boolean;
}

/**
 * Restores a backup, whichever engine it came from. All or nothing: the archive is checked to its end before the first
 * row is written, the rows are written in one transaction, and their attachments before its commit.
 */
export async function restoreBackup(
  { db, files }: RestoreTarget,
  file: string,
  { force = false }: RestoreOptions = {},
): Promise<Verified> {
  if (!force) await db.transact(refuseFilled);
  const verified = await verifyArchive(file);
  const { manifest } = verified;
  const unknown = unknownMigrations(manifest.migrations);
  if (unknown.length > 0) {
    throw new BackupRefused(
      `this backup was made by a newer Cantrip (${manifest.cantrip}; it has ${unknown.join(", ")}): restore it with that version`,
    );
  }
  const added: string[] = [];
  let replaced: readonly string[];
  try {
    replaced = await db.transact(async (tx) => {
      const spread = await changesSpread(tx);
      if (!force) await refuseFilled(tx);
      const before = await listBlobs(tx);
      await rebuildSchema(tx, manifest.migrations);
      await load(tx, files, file, added);
      await completeSchema(tx);
      await rebuildIndex(tx);
      if (spread) await distributeWithin(tx);
      return before;
    });
  } catch (error) {
    // What was there before may belong to another database on the same folder: the one that is just being moved.
    await removeUnknown({ db, files }, added).catch(() => undefined);
    throw error;
  }
  await removeUnknown({ db, files }, replaced);
  return verified;
}

async function refuseFilled(tx: Tx): Promise<void> {
  const accounts = await tx.query.selectFrom("accounts").select("site").orderBy("site").limit(3).execute();
  if (accounts.length === 0) return;
  const sites = accounts.map(({ site }) => site).join(", ");
  throw new BackupRefused(`this installation is not empty (it has ${sites}); --force replaces everything in it`);
}

/** `added` gets the blobs that were not there before, as `<account>/<hash>`: about 100 bytes of memory each. */
async function load(tx: Tx, blobs: BlobStore, file: string, added: string[]): Promise<void> {
  const positions = new Map<unknown, number>();
  for await (const entry of readArchive(file)) {
    if (entry.kind === "rows") await loadRows(tx, entry, positions);
    else if (entry.kind === "attachment") {
      const bytes = await readAll(entry.bytes);
      // Read a second time, so checked a second time.
      if (hashBytes(bytes) !== entry.hash) throw new BackupRefused("the backup changed while it was read");
      if (!(await blobs.has(entry.accountId, entry.hash))) added.push(`${entry.accountId}/${entry.hash}`);
      else if (!(await isWhole(blobs, entry.accountId, entry.hash))) await blobs.remove(entry.accountId, entry.hash);
      await blobs.put(entry.accountId, entry.hash, bytes);
    } else await readAll(entry.bytes);
  }
}

/** A file that is there is not written again, so it must be what its name says. */
async function isWhole(blobs: BlobStore, accountId: string, hash: string): Promise<boolean> {
  return hashBytes(await readAll(await blobs.read(accountId, hash))) === hash;
}

async function loadRows(
  tx: Tx,
  { table, bytes }: ArchiveEntry & { kind: "rows" },
  positions: Map<unknown, number>,
): Promise<void> {
  const lines = (await readAll(bytes)).toString().split("\n").filter(Boolean);
  const rows = lines.map((line) => JSON.parse(line) as Row);
  if (table === "events") for (const row of rows) row["position"] = nextPosition(tx, positions, row["account_id"]);
  await bulkInsert(tx, table, rows);
}

/** Events come in the order of their old positions. The new ones keep it, and are below any that the engine will give. */
function nextPosition({ engine }: Tx, positions: Map<unknown, number>, accountId: unknown): number {
  const next = (positions.get(accountId) ?? (engine === "postgres" ? RESTORED_POSITIONS : 0)) + 1;
  positions.set(accountId, next);
  return next;
}

/** The blobs of the installation that is replaced: none without `force`. */
async function listBlobs(tx: Tx): Promise<string[]> {
  const rows = await runCompiled<{ account_id: string; hash: string }>(tx, "select account_id, hash from blobs");
  return rows.map(({ account_id, hash }) => `${account_id}/${hash}`);
}

/** Removes those blobs that no row refers to now. */
async function removeUnknown({ db, files }: RestoreTarget, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const [accountId = "", hash = ""] = path.split("/");
    const known = await db.query
      .selectFrom("blobs")
      .select("hash")
      .where("account_id", "=", accountId)
      .where("hash", "=", hash)
      .executeTakeFirst();
    if (known === undefined) await files.remove(accountId, hash);
  }
}
