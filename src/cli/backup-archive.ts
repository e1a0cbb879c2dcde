import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Config } from "../config.ts";
import { now } from "../domain/time.ts";
import { VERSION } from "../domain/version.ts";
import type { Checksums } from "../storage/backup-format.ts";
import { takeBackupLease } from "../storage/backup-lease.ts";
import { openSnapshot } from "../storage/backup-snapshot.ts";
import { writeBackup } from "../storage/backup-write.ts";
import type { Storage } from "../storage/open.ts";
import { CommandFailure } from "./failure.ts";

export interface BackedUp extends Checksums {
  bytes: number;
}

/**
 * Copies the installation, as it is at one moment, into a new file that only its owner can read. The file appears under
 * its name when it is whole and on the disk; until then it is `FILE.partial`.
 */
export async function backUp(
  { db, blobs }: Pick<Storage, "db" | "blobs">,
  settings: Pick<Config, "data" | "databaseUrl">,
  file: string,
  { force = false } = {},
): Promise<BackedUp> {
  if (!force && (await exists(file))) throw new CommandFailure(`${file} is already there; --force replaces it`);
  const partial = `${file}.partial`;
  const lease = await takeBackupLease(db);
  try {
    const snapshot = await openSnapshot(settings);
    try {
      const output = createWriteStream(partial, { mode: 0o600, flush: true });
      const checksums = await writeBackup({ snapshot, blobs, version: VERSION, at: now() }, output);
      const { size } = await stat(partial);
      await rename(partial, file);
      await syncFolder(dirname(file));
      return { ...checksums, bytes: size };
    } finally {
      await snapshot.close();
    }
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    lease.release();
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

/** The new name too must survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
