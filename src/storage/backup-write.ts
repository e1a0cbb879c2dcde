import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Pack, pack as createPack } from "tar-stream";
import { BACKUP_FORMAT, BACKUP_TABLES, CHECKSUMS, type Checksums, MANIFEST, type Manifest } from "./backup-format.ts";
import { BACKUP_PROPERTIES } from "./backup-lease.ts";
import type { Snapshot } from "./backup-snapshot.ts";
import type { BlobStore } from "./blobs.ts";
import type { Row } from "./bulk-insert.ts";

/** Characters of a chunk of rows. A chunk is in memory whole, as a tar entry begins with its size. */
const CHUNK = 1_000_000;

/** Half the time of the default level for archives a tenth larger. */
const COMPRESSION = 3;

export interface BackupSource {
  snapshot: Snapshot;
  blobs: BlobStore;
  /** The version of Cantrip that writes. */
  version: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Writes a backup to `output` and ends it. Memory does not grow with what there is to copy. */
export async function writeBackup(source: BackupSource, output: Writable): Promise<Checksums> {
  const pack = createPack();
  const bytes = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of pack) yield chunk as Buffer;
  };
  const filled = fillArchive(pack, source).catch((error: unknown) => {
    pack.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  });
  // Heard below, unless the output fails first (a full disk): then its error says more than the one of what fills it.
  filled.catch(() => undefined);
  await pipeline(bytes, createGzip({ level: COMPRESSION }), output);
  return await filled;
}

async function fillArchive(pack: Pack, { snapshot, blobs, version, at }: BackupSource): Promise<Checksums> {
  const migrations: string[] = [];
  for await (const { name } of snapshot.rows("migrations", ["name"])) migrations.push(String(name));
  const created_at = new Date(at).toISOString();
  const manifest: Manifest = {
    format: BACKUP_FORMAT,
    cantrip: version,
    engine: snapshot.engine,
    created_at,
    migrations,
  };
  const archive = new Archive(pack, new Date(at));
  await archive.addText(MANIFEST, JSON.stringify(manifest, null, 2));
  const checksums: Checksums = { tables: {}, attachments: { files: 0, bytes: 0 }, missing: [] };
  for (const { name, order } of BACKUP_TABLES) {
    checksums.tables[name] = await addTable(archive, name, snapshot.rows(name, order));
  }
  for await (const { account_id, hash, size } of snapshot.rows("blobs", ["account_id", "hash"])) {
    const blob = { accountId: String(account_id), hash: String(hash), size: Number(size) };
    if (await addBlob(archive, blobs, blob)) {
      checksums.attachments.files += 1;
      checksums.attachments.bytes += blob.size;
    } else {
      checksums.missing.push(`${blob.accountId}/${blob.hash}`);
    }
  }
  await archive.addText(CHECKSUMS, JSON.stringify(checksums, null, 2));
  pack.finalize();
  return checksums;
}

async function addTable(
  archive: Archive,
  name: string,
  rows: AsyncIterable<Row>,
): Promise<Checksums["tables"][string]> {
  const sum = createHash("sha256");
  let lines: string[] = [];
  let characters = 0;
  let count = 0;
  let chunks = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(lines.join(""));
    sum.update(bytes);
    chunks += 1;
    await archive.add(`tables/${name}/${String(chunks).padStart(6, "0")}.ndjson`, bytes.byteLength, [bytes]);
    lines = [];
    characters = 0;
  };
  for await (const row of rows) {
    if (name === "properties" && String(row["name"]).startsWith(BACKUP_PROPERTIES)) continue;
    // Whoever fetches a mailbox now does not where this is restored.
    const kept = name === "mailboxes" ? { ...row, leased_by: null, leased_until: null } : row;
    const line = `${JSON.stringify(kept)}\n`;
    lines.push(line);
    characters += line.length;
    count += 1;
    if (characters >= CHUNK) await flush();
  }
  if (lines.length > 0) await flush();
  return { rows: count, sha256: sum.digest("hex") };
}

/** Read twice, as an entry that has begun cannot be taken back: first to see that the bytes are whole. False when not. */
async function addBlob(
  archive: Archive,
  blobs: BlobStore,
  { accountId, hash, size }: { accountId: string; hash: string; size: number },
): Promise<boolean> {
  const sum = createHash("sha256");
  let read = 0;
  try {
    for await (const chunk of (await blobs.read(accountId, hash)) as AsyncIterable<Buffer>) {
      sum.update(chunk);
      read += chunk.byteLength;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
  if (read !== size || sum.digest("hex") !== hash) return false;
  await archive.add(`attachments/${accountId}/${hash}`, size, await blobs.read(accountId, hash));
  return true;
}

class Archive {
  readonly #pack: Pack;
  readonly #mtime: Date;

  constructor(pack: Pack, mtime: Date) {
    this.#pack = pack;
    this.#mtime = mtime;
  }

  async addText(name: string, text: string): Promise<void> {
    const bytes = Buffer.from(`${text}\n`);
    await this.add(name, bytes.byteLength, [bytes]);
  }

  /** Adds one entry, no faster than the output takes it. */
  async add(name: string, size: number, chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const entry = this.#pack.entry({ name, size, mode: 0o600, mtime: this.#mtime }, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
    for await (const chunk of chunks) {
      if (!entry.write(chunk)) await Promise.race([once(entry, "drain"), promise]);
    }
    entry.end(undefined);
    await promise;
  }
}
