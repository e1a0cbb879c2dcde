import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
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

/** The address of some bytes: lower-case hex SHA-256. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The blobs of an embedded installation: one file each, `<folder>/<account>/<first two digits>/<hash>`, for the owner only. */
export function openBlobFolder(folder: string): BlobStore {
  const pathOf = (accountId: string, hash: string): string => join(folder, accountId, hash.slice(0, 2), hash);
  /** The accounts whose own folder is known to be on the disk. */
  const durable = new Set<string>();
  return {
    async put(accountId, hash, bytes) {
      const path = pathOf(accountId, hash);
      if (!(await exists(path))) {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeDurably(path, bytes);
      }
      // The folders too: a file whose entry is lost is lost. Also when another writer made it and may not be here yet.
      for (const parent of [dirname(path), dirname(dirname(path))]) await syncFolder(parent);
      if (durable.has(accountId)) return;
      for (const parent of [folder, dirname(folder)]) await syncFolder(parent);
      durable.add(accountId);
    },
    has: async (accountId, hash) => await exists(pathOf(accountId, hash)),
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

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
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
