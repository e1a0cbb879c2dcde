import { DAY, now } from "../domain/time.ts";
import { deleteUnusedAttachment, listUnusedAttachments } from "../storage/attachments.ts";
import { isBackupRunning } from "../storage/backup-lease.ts";
import { type BlobStore, removeUnreferencedBlob } from "../storage/blobs.ts";
import type { Db } from "../storage/database.ts";

/** How long an upload may wait for its message (F2), or for a draft to hold it. */
const UNUSED_FOR = DAY;
const BATCH = 500;

/**
 * Deletes the uploads that no message used within 24 hours and no draft holds, rows and bytes. Returns how many. While a backup runs nothing
 * is deleted: it may have seen the row and not yet copied the bytes.
 */
export async function sweepAttachments(db: Db, blobs: BlobStore): Promise<number> {
  const unused = await listUnusedAttachments(db, now() - UNUSED_FOR, BATCH);
  let swept = 0;
  for (const { account_id, id, hash } of unused) {
    await db.transact(async (tx) => {
      if (await isBackupRunning(tx)) return;
      if (!(await deleteUnusedAttachment(tx, account_id, id))) return;
      await removeUnreferencedBlob(tx, blobs, account_id, hash);
      swept += 1;
    });
  }
  return swept;
}
