import { hash as digest, randomUUID } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  fsync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { Tx } from "./database.ts";

/** Bytes by account and content. What it holds never changes; writing what is there already changes nothing. */
export interface BlobStore {
  /** Stores the bytes durably. Idempotent. */
  put(accountId: string, hash: string, bytes: Uint8Array): Promise<void>;
  has(accountId: string, hash: string): Promise<boolean>;
  /** Opens the bytes; rejects with code `ENOENT` when they are not there. */
  read(accountId: string, hash: string): Promise<Readable>;
  /** Nothing happens when it is not there. */
  remove(accountId: string, hash: string): Promise<void>;
}

/** The store cannot be reached, or refuses: the same may succeed later. */
export class BlobsUnavailable extends Error {
  override readonly name = "BlobsUnavailable";
  readonly code = "BLOBS_UNAVAILABLE";
}

const sync = promisify(fsync);

/** Bytes that take less time to write than to hand to another thread. */
const SMALL = 128 * 1024;

/** The address of some bytes: lower-case hex SHA-256. */
export function hashBytes(bytes: Uint8Array): string {
  return digest("sha256", bytes, "hex");
}

/** The blobs of an embedded installation: one file each, `<folder>/<account>/<first two digits>/<hash>`, for the owner only. */
export function openBlobFolder(folder: string): BlobStore {
  const pathOf = (accountId: string, hash: string): string => join(folder, accountId, hash.slice(0, 2), hash);
  /** Folders whose own entry is known to be on the disk. */
  const durable = new Set<string>();
  const isDurable = async (path: string): Promise<void> => {
    if (durable.has(path)) return;
    await syncFolder(dirname(path));
    durable.add(path);
  };
  return {
    async put(accountId, hash, bytes) {
      const path = pathOf(accountId, hash);
      const parent = dirname(path);
      if (!existsSync(path)) {
        mkdirSync(parent, { recursive: true, mode: 0o700 });
        if (bytes.byteLength > SMALL) await writeDurably(path, bytes);
        else await writeSmall(path, bytes);
      }
      // The folder too: a file whose entry is lost is lost. Also when another writer made it and may not be here yet.
      await syncFolder(parent);
      for (const each of [parent, dirname(parent), folder]) await isDurable(each);
    },
    has: async (accountId, hash) => await Promise.resolve(existsSync(pathOf(accountId, hash))),
    async read(accountId, hash) {
      const file = await open(pathOf(accountId, hash));
      return createReadStream("", { fd: file });
    },
    async remove(accountId, hash) {
      await rm(pathOf(accountId, hash), { force: true });
    },
  };
}

/** Whole or not at all: a new file, synced, renamed into place. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * As `writeDurably`, with only the sync off this thread: the rest takes microseconds here, and in the pool of threads it
 * would wait behind the syncs of other files; some transactions wait for it too.
 */
async function writeSmall(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      for (let written = 0; written < bytes.byteLength;) written += writeSync(file, bytes, written);
      await sync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = openSync(path, "r");
  try {
    await sync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Records that the account refers to these bytes, and makes sure that they are there: a sweep that took an unreferenced
 * blob away holds its row until it has removed the file, so after this insert the file is either kept or written again.
 */
export async function recordBlob(
  tx: Tx,
  store: BlobStore,
  blob: { accountId: string; hash: string; bytes: Uint8Array; at: number },
): Promise<void> {
  await tx.query
    .insertInto("blobs")
    .values({ account_id: blob.accountId, hash: blob.hash, size: blob.bytes.byteLength, created_at: blob.at })
    .onConflict((conflict) => conflict.columns(["account_id", "hash"]).doUpdateSet({ created_at: blob.at }))
    .execute();
  // The caller stored them before its transaction; only a sweep may have come in between.
  if (!(await store.has(blob.accountId, blob.hash))) await store.put(blob.accountId, blob.hash, blob.bytes);
}

/**
 * Removes a blob, row and bytes, unless something refers to it. The row is locked first and the bytes go before the
 * commit, so that `recordBlob` of the same bytes waits and then finds them gone, never half gone.
 */
export async function removeUnreferencedBlob(tx: Tx, store: BlobStore, accountId: string, hash: string): Promise<void> {
  const blob = await tx.query
    .selectFrom("blobs")
    .select("hash")
    .where("account_id", "=", accountId)
    .where("hash", "=", hash)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
  if (blob === undefined) return;
  const attachment = await tx.query
    .selectFrom("attachments")
    .select("id")
    .where("account_id", "=", accountId)
    .where("hash", "=", hash)
    .limit(1)
    .executeTakeFirst();
  const raw = await tx.query
    .selectFrom("received_messages")
    .select("id")
    .where("account_id", "=", accountId)
    .where("hash", "=", hash)
    .limit(1)
    .executeTakeFirst();
  if (attachment !== undefined || raw !== undefined) return;
  await tx.query.deleteFrom("blobs").where("account_id", "=", accountId).where("hash", "=", hash).execute();
  await store.remove(accountId, hash);
}
