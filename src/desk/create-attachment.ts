import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { insertAttachment } from "../storage/attachments.ts";
import { type BlobStore, recordBlob } from "../storage/blobs.ts";
import type { Tx } from "../storage/database.ts";
import type { AttachmentRow } from "../storage/schema.ts";

export interface AttachmentInput {
  name: string;
  type: string;
  bytes: Uint8Array;
  /** Of `bytes`, as `hashBytes` makes it. */
  hash: string;
  /** Shown inside the HTML body that names it (RFC 2392); null for a file beside it. */
  contentId: string | null;
}

/** Records an uploaded file that waits for its message (F2). The bytes are durable before the row that names them. */
export async function createAttachment(
  tx: Tx,
  blobs: BlobStore,
  accountId: string,
  input: Partial<AttachmentInput>,
  faults: Faults,
): Promise<AttachmentRow> {
  faults.throwIfAny();
  const { name, type, bytes, hash, contentId = null } = input;
  if (name === undefined || type === undefined || bytes === undefined || hash === undefined) {
    throw new Error("an attachment without faults has a name, a type and bytes");
  }
  const at = now();
  await recordBlob(tx, blobs, { accountId, hash, bytes, at });
  const attachment: AttachmentRow = {
    account_id: accountId,
    id: newId(),
    message_id: null,
    position: 0,
    name,
    type,
    size: bytes.byteLength,
    hash,
    content_id: contentId,
    inline: contentId === null ? 0 : 1,
    created_at: at,
  };
  await insertAttachment(tx, attachment);
  return attachment;
}
