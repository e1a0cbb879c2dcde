import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { MAX_MESSAGE_BYTES } from "./limits.ts";
import { MailError } from "./mail-error.ts";
import { splitMbox } from "./mbox.ts";

/**
 * One message of a file. `position` names it for resuming: the path and the offset of its first byte, the same on
 * every run over an unchanged file. `bytes` is what it takes of `measureMailFiles().bytes`, separators included.
 * `cut` tells that the message went on beyond MAX_MESSAGE_BYTES.
 */
export type MailFileMessage = {
  source: string;
  position: string;
  raw: Uint8Array;
  bytes: number;
  cut: boolean;
};

/**
 * Every message of the given files and folders, in a fixed order: paths as given, folders sorted by name. Knows
 * single messages, mbox (by its first bytes, unless the file is called .eml) and Maildir. Holds one message at a
 * time. An unreadable path throws MailError "unreadable_mail_file" that names it.
 */
export async function* readMailFiles(paths: string[]): AsyncGenerator<MailFileMessage> {
  for await (const file of listFiles(paths)) {
    if (await isMbox(file)) yield* readMbox(file.path);
    else yield await readSingle(file);
  }
}

/** How many files there are and their total size, for showing progress. */
export async function measureMailFiles(paths: string[]): Promise<{ files: number; bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const file of listFiles(paths)) {
    files++;
    bytes += file.size;
  }
  return { files, bytes };
}

type MailFile = { path: string; size: number; inMaildir: boolean };

async function* listFiles(paths: string[]): AsyncGenerator<MailFile> {
  // Folders already walked: a link to a parent folder must not walk in circles.
  const walked = new Set<string>();
  for (const path of paths) yield* walk(path, false, walked);
}

async function* walk(path: string, inMaildir: boolean, walked: Set<string>): AsyncGenerator<MailFile> {
  const info = await naming(path, () => stat(path));
  if (info.isFile()) {
    if (inMaildir || !notMail.test(basename(path))) yield { path, size: info.size, inMaildir };
    return;
  }
  if (!info.isDirectory() || walked.has(`${info.dev}:${info.ino}`)) return;
  walked.add(`${info.dev}:${info.ino}`);
  const entries = await naming(path, () => readdir(path, { withFileTypes: true }));
  const names = entries.map((entry) => entry.name).toSorted();
  const isMaildir = names.includes("cur") && names.includes("new");
  for (const name of names) {
    // A Maildir keeps its messages in cur and new; tmp holds half-written ones, loose files are indexes.
    if (isMaildir && name === "tmp") continue;
    const entry = entries.find((each) => each.name === name);
    if (isMaildir && entry?.isFile()) continue;
    yield* walk(join(path, name), inMaildir || (isMaildir && (name === "cur" || name === "new")), walked);
  }
}

/** What desktops and mail servers leave in folders. */
const notMail =
  /^(?:\.DS_Store|Thumbs\.db|desktop\.ini|dovecot[.-].*|maildirsize|maildirfolder|subscriptions|\.nfs.*)$/i;

async function isMbox(file: MailFile): Promise<boolean> {
  if (file.inMaildir || /\.eml$/i.test(file.path)) return false;
  const handle = await naming(file.path, () => open(file.path, "r"));
  try {
    const { buffer, bytesRead } = await naming(file.path, () => handle.read(Buffer.alloc(5), 0, 5, 0));
    return bytesRead === 5 && buffer.toString("latin1") === "From ";
  } finally {
    await handle.close();
  }
}

async function readSingle(file: MailFile): Promise<MailFileMessage> {
  const { path, size } = file;
  const raw = await naming(path, async () => {
    const chunks: Buffer[] = [];
    const stream = createReadStream(path, { end: MAX_MESSAGE_BYTES - 1 });
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  });
  return { source: path, position: `${path}@0`, raw, bytes: size, cut: size > MAX_MESSAGE_BYTES };
}

async function* readMbox(path: string): AsyncGenerator<MailFileMessage> {
  const chunks = createReadStream(path, { highWaterMark: 1024 * 1024 });
  try {
    for await (const message of splitMbox(chunks as AsyncIterable<Buffer>, MAX_MESSAGE_BYTES)) {
      const { raw, bytes, cut, offset } = message;
      yield { source: path, position: `${path}@${offset}`, raw, bytes, cut };
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    chunks.destroy();
  }
}

async function naming<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): MailError {
  if (cause instanceof MailError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MailError("unreadable_mail_file", `cannot read ${path}: ${reason}`, { retryable: true, cause });
}
