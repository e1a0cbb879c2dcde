import { newId } from "../domain/ids.ts";
import type { Reach } from "../domain/fail-points.ts";
import { now } from "../domain/time.ts";
import type { SmtpEnvelope } from "../mail/smtp-server.ts";
import { type BlobStore, hashBytes, recordBlob } from "../storage/blobs.ts";
import type { Tx } from "../storage/database.ts";
import { type MailboxPosition, advanceMailbox } from "../storage/mailboxes.ts";
import type { Storage } from "../storage/open.ts";
import {
  findReceivedFromMailbox,
  insertReceivedMessage,
  insertReceivedMessages,
} from "../storage/received-messages.ts";
import { fitsRow, recordInRow, recordInRows } from "../storage/row-blobs.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";

/** Where raw messages go; `reach` is told of each step on their way. */
export type Keep = Pick<Storage, "db" | "blobs"> & { reach?: Reach };

export interface Received {
  accountId: string;
  inboxId: string;
  source: "pipe" | "import" | "imap" | "smtp" | "lmtp" | "http";
  /** Where an import found it; null for live mail. */
  sourcePosition: string | null;
  raw: Uint8Array;
  /** Where it stands in a mailbox that is fetched; the mailbox moves on past it with the same commit. */
  mailbox?: MailboxPosition;
  /** Why it cannot be processed: it is put aside at once. */
  refused?: string;
  /** Of what came by SMTP: what it is judged by, also when that is after a crash. */
  envelope?: SmtpEnvelope;
}

/**
 * Takes a raw message in, before anything is made of it: when this resolves, its bytes and its row of the ledger are
 * durable, whatever happens next. Returns the row's id, for `processReceivedMessage`. A message of a mailbox is taken
 * once: the second time, the id is that of the first.
 */
export async function storeReceivedMessage(keep: Keep, received: Received): Promise<string> {
  const [row] = await storeReceivedMessages(keep, [received]);
  if (row === undefined) throw new Error("what was stored has a row");
  return row.id;
}

/** As `storeReceivedMessage` of each, with one commit for all: if one fails, all do. Returns their rows, in the order given. */
export async function storeReceivedMessages(keep: Keep, all: readonly Received[]): Promise<ReceivedMessageRow[]> {
  const { db, blobs, reach } = keep;
  const at = now();
  const rows = all.map((received) => rowOf(received, at));
  for (const [index, { accountId, raw }] of all.entries()) {
    if (!fitsRow(raw)) await blobs.put(accountId, rows[index]?.hash ?? "", raw);
    reach?.("receive.bytes-put");
  }
  const taken = await db.transact(async (tx) => {
    if (all.every(isPlain)) return await recordTogether(tx, keep, rows, all);
    // Given to PostgreSQL in one go, each before the one before it is answered.
    return await Promise.all(rows.map(async (row, index) => await record(tx, keep, row, all[index])));
  });
  for (const _ of rows) reach?.("receive.recorded");
  return taken;
}

/** One whose bytes go into a row, and of which there is none yet. */
function isPlain({ raw, mailbox }: Received): boolean {
  return mailbox === undefined && fitsRow(raw);
}

/** So many rows a statement, so that there are few texts to prepare: what is left over goes into the next smaller one. */
const TOGETHER = [16, 4, 1];

/** In few statements: what a statement costs by itself is as much as a row. */
async function recordTogether(
  tx: Tx,
  { reach }: Keep,
  rows: readonly ReceivedMessageRow[],
  all: readonly Received[],
): Promise<ReceivedMessageRow[]> {
  const written: Promise<void>[] = [];
  for (let from = 0; from < rows.length;) {
    const left = rows.length - from;
    const until = from + (TOGETHER.find((size) => size <= left) ?? 1);
    const some = rows.slice(from, until);
    const blobs = some.map(({ account_id, hash, created_at }, index) => ({
      accountId: account_id,
      hash,
      bytes: all[from + index]?.raw ?? NOTHING,
      at: created_at,
    }));
    written.push(recordInRows(tx, blobs), insertReceivedMessages(tx, some));
    from = until;
  }
  await Promise.all(written);
  for (const _ of rows) reach?.("receive.recording");
  return [...rows];
}

const NOTHING = new Uint8Array();

async function record(
  tx: Tx,
  { blobs, reach }: Keep,
  row: ReceivedMessageRow,
  received: Received | undefined,
): Promise<ReceivedMessageRow> {
  if (received === undefined) return row;
  const { accountId, mailbox, raw } = received;
  const kept = recordBytes(tx, blobs, { accountId, hash: row.hash, bytes: raw, at: row.created_at });
  // The ledger's row refers to it. What goes into a row is on its way by now, and nothing overtakes it.
  if (!fitsRow(raw)) await kept;
  const [, isNew] = await Promise.all([kept, insertReceivedMessage(tx, row)]);
  if (mailbox !== undefined) await advanceMailbox(tx, accountId, mailbox);
  reach?.("receive.recording");
  if (mailbox === undefined || isNew) return row;
  return (await findReceivedFromMailbox(tx, accountId, mailbox)) ?? row;
}

/** Records bytes of mail: in their row, or, of many, those that `blobs.put` has stored before the transaction. */
export async function recordBytes(
  tx: Tx,
  blobs: BlobStore,
  blob: { accountId: string; hash: string; bytes: Uint8Array; at: number },
): Promise<void> {
  if (fitsRow(blob.bytes)) await recordInRow(tx, blob);
  else await recordBlob(tx, blobs, blob);
}

function rowOf(received: Received, at: number): ReceivedMessageRow {
  const { accountId, inboxId, source, sourcePosition, raw, mailbox, refused, envelope } = received;
  return {
    account_id: accountId,
    id: newId(),
    inbox_id: inboxId,
    source,
    source_position: sourcePosition,
    hash: hashBytes(raw),
    size: raw.byteLength,
    fingerprint: null,
    mail_id: null,
    outcome: refused === undefined ? "pending" : "quarantine",
    reason: refused ?? null,
    ticket_id: null,
    message_id: null,
    created_at: at,
    processed_at: refused === undefined ? null : at,
    mailbox_id: mailbox?.mailboxId ?? null,
    uid_validity: mailbox?.uidValidity ?? null,
    uid: mailbox?.uid ?? null,
    attempts: 0,
    next_try_at: null,
    envelope: envelope === undefined ? null : JSON.stringify(envelope),
  };
}
