import { type Hash, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { extract as createExtract } from "tar-stream";
import {
  ATTACHMENT_ENTRY,
  BACKUP_FORMAT,
  BackupRefused,
  CHECKSUMS,
  type Checksums,
  MANIFEST,
  type Manifest,
  TABLE_ENTRY,
} from "./backup-format.ts";

/** One entry of an archive. Its bytes are to be read before the next one is asked for. */
export type ArchiveEntry =
  | { kind: "manifest"; bytes: AsyncIterable<Buffer> }
  | { kind: "checksums"; bytes: AsyncIterable<Buffer> }
  | { kind: "rows"; table: string; bytes: AsyncIterable<Buffer> }
  | { kind: "attachment"; accountId: string; hash: string; bytes: AsyncIterable<Buffer> };

/** The entries of a backup, in the order of the file. Throws `BackupRefused` where the file is no archive, or cut off. */
export async function* readArchive(file: string): AsyncGenerator<ArchiveEntry> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  const extract = createExtract();
  source.on("error", (error) => extract.destroy(error));
  gunzip.on("error", (error) => extract.destroy(error));
  source.pipe(gunzip).pipe(extract);
  try {
    for await (const entry of extract) {
      yield readEntry(entry.header.name, readBytes(entry as AsyncIterable<Buffer>));
    }
  } catch (error) {
    throw refusal(error);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function readEntry(name: string, bytes: AsyncIterable<Buffer>): ArchiveEntry {
  if (name === MANIFEST) return { kind: "manifest", bytes };
  if (name === CHECKSUMS) return { kind: "checksums", bytes };
  const table = TABLE_ENTRY.exec(name)?.[1];
  if (table !== undefined) return { kind: "rows", table, bytes };
  const [, accountId, hash] = ATTACHMENT_ENTRY.exec(name) ?? [];
  if (accountId !== undefined && hash !== undefined) return { kind: "attachment", accountId, hash, bytes };
  throw new BackupRefused(`the backup holds something that does not belong there: ${JSON.stringify(name)}`);
}

/** An error in the middle of an entry reaches whoever reads the entry. */
async function* readBytes(entry: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* entry;
  } catch (error) {
    throw refusal(error);
  }
}

/** What zlib and tar say of a damaged file is not for whoever wants it back; what the file system says is. */
function refusal(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof BackupRefused || /^E[A-Z]+$/.test(code)) return error;
  if (code.startsWith("Z_") || (error instanceof Error && /tar|end of data|header/i.test(error.message))) {
    return new BackupRefused("the backup is damaged or cut off; nothing was restored");
  }
  return error;
}

export async function readAll(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export interface Verified {
  manifest: Manifest;
  checksums: Checksums;
}

/** Reads a whole archive and compares everything in it with its checksums. Throws `BackupRefused` when something differs. */
export async function verifyArchive(file: string): Promise<Verified> {
  let manifest: Manifest | undefined;
  let checksums: Checksums | undefined;
  const tables = new Map<string, Hash>();
  const found = { files: 0, bytes: 0 };
  for await (const entry of readArchive(file)) {
    if (checksums !== undefined) throw new BackupRefused("the backup goes on after its end");
    if (entry.kind === "manifest") manifest = readManifest(await readAll(entry.bytes));
    else if (manifest === undefined) throw notOurs();
    else if (entry.kind === "checksums") checksums = parse(await readAll(entry.bytes)) as Checksums;
    else if (entry.kind === "rows") await addTo(tables, entry.table, entry.bytes);
    else {
      found.files += 1;
      found.bytes += await checkAttachment(entry.hash, entry.bytes);
    }
  }
  if (manifest === undefined) throw notOurs();
  if (checksums === undefined) {
    throw new BackupRefused("the backup is cut off: its end is missing; nothing was restored");
  }
  compare(checksums, tables, found);
  return { manifest, checksums };
}

function notOurs(): BackupRefused {
  return new BackupRefused("this is no backup of Cantrip: it does not begin with a manifest");
}

function readManifest(bytes: Buffer): Manifest {
  const manifest = parse(bytes) as Manifest;
  if (manifest.format > BACKUP_FORMAT) {
    throw new BackupRefused(
      `this backup has format ${manifest.format}, made by Cantrip ${manifest.cantrip}; this version reads up to ${BACKUP_FORMAT}: restore it with the newer version`,
    );
  }
  return manifest;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new BackupRefused("the backup is damaged; nothing was restored");
  }
}

async function addTo(tables: Map<string, Hash>, table: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  const sum = tables.get(table) ?? createHash("sha256");
  tables.set(table, sum);
  for await (const chunk of bytes) sum.update(chunk);
}

/** Returns the size. */
async function checkAttachment(hash: string, bytes: AsyncIterable<Buffer>): Promise<number> {
  const sum = createHash("sha256");
  let size = 0;
  for await (const chunk of bytes) {
    sum.update(chunk);
    size += chunk.byteLength;
  }
  if (sum.digest("hex") !== hash) {
    throw new BackupRefused(`the attachment ${hash} is damaged in the backup; nothing was restored`);
  }
  return size;
}

function compare(checksums: Checksums, tables: ReadonlyMap<string, Hash>, found: Checksums["attachments"]): void {
  const empty = createHash("sha256").digest("hex");
  const sums = new Map([...tables].map(([table, sum]) => [table, sum.digest("hex")]));
  const names = new Set([...Object.keys(checksums.tables), ...sums.keys()]);
  const damaged = [...names].filter((name) => checksums.tables[name]?.sha256 !== (sums.get(name) ?? empty));
  if (damaged.length > 0) {
    throw new BackupRefused(`the backup is damaged in ${damaged.join(", ")}; nothing was restored`);
  }
  const { files, bytes } = checksums.attachments;
  if (files !== found.files || bytes !== found.bytes) {
    throw new BackupRefused("the backup lacks attachments; nothing was restored");
  }
}
