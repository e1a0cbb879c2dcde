import { buffer } from "node:stream/consumers";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { fingerprint } from "../mail/fingerprint.ts";
import { parseMessage } from "../mail/parse.ts";
import { listAccounts } from "../storage/accounts.ts";
import { hashBytes, recordBlob } from "../storage/blobs.ts";
import { type MailboxPosition, advanceMailbox } from "../storage/mailboxes.ts";
import type { Storage } from "../storage/open.ts";
import {
  type Processed,
  countAttempt,
  findReceivedByFingerprint,
  findReceivedFromMailbox,
  findReceivedMessage,
  finishReceivedMessage,
  insertReceivedMessage,
  listPendingMessages,
  lockReceivedMessage,
  noteFailedAttempt,
} from "../storage/received-messages.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import type { Tx } from "../storage/database.ts";
import { isStorageFailure } from "../storage/storage-failures.ts";
import { mailKey } from "./mail-key.ts";
import { type ReadMail, threadMail } from "./thread-mail.ts";

type Stores = Pick<Storage, "db" | "blobs">;

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
}

export interface ReceivedResult {
  outcome: Exclude<ReceivedMessageRow["outcome"], "pending">;
  reason: string | null;
  ticketId: string | null;
  messageId: string | null;
}

/**
 * Takes a raw message in, before anything is made of it: when this resolves, its bytes and its row of the ledger are
 * durable, whatever happens next. Returns the row's id, for `processReceivedMessage`. A message of a mailbox is taken
 * once: the second time, the id is that of the first.
 */
export async function storeReceivedMessage({ db, blobs }: Stores, received: Received): Promise<string> {
  const { accountId, inboxId, source, sourcePosition, raw, mailbox, refused } = received;
  const hash = hashBytes(raw);
  await blobs.put(accountId, hash, raw);
  const id = newId();
  const at = now();
  return await db.transact(async (tx) => {
    await recordBlob(tx, blobs, { accountId, hash, bytes: raw, at });
    const isNew = await insertReceivedMessage(tx, {
      account_id: accountId,
      id,
      inbox_id: inboxId,
      source,
      source_position: sourcePosition,
      hash,
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
    });
    if (mailbox === undefined) return id;
    await advanceMailbox(tx, accountId, mailbox);
    return isNew ? id : ((await findReceivedFromMailbox(tx, accountId, mailbox))?.id ?? id);
  });
}

/**
 * Makes of a stored message what it is: a new ticket, a reply, a duplicate, or a case for a person (quarantine), with the
 * reason. Idempotent: a message that was processed stays as it is. Rejects only when the storage fails; the row is then
 * still pending, and `processPendingMessages` takes it up.
 *
 * An import keeps the dates of its messages for the ticket too; live mail makes a ticket of now.
 */
export async function processReceivedMessage(
  stores: Stores,
  accountId: string,
  receivedId: string,
): Promise<ReceivedResult> {
  const { db, blobs } = stores;
  const row = await findReceivedMessage(db, accountId, receivedId);
  if (row === undefined) throw new Error(`there is no received message ${receivedId}`);
  if (row.outcome !== "pending") return resultOf(row);
  const raw = await buffer(await blobs.read(accountId, row.hash));
  let mail: ReadMail;
  try {
    const parsed = await parseMessage(raw);
    mail = { parsed, fingerprint: fingerprint(parsed) };
  } catch (error) {
    return await quarantine(stores, row, `it could not be read: ${reasonOf(error)}`);
  }
  for (const { content } of mail.parsed.attachments) await blobs.put(accountId, hashBytes(content), content);
  try {
    return await db.transact(async (tx) => await settle(tx, stores, row, mail));
  } catch (error) {
    if (isStorageFailure(error)) throw error;
    return await quarantine(stores, row, `it could not be filed: ${reasonOf(error)}`);
  }
}

async function settle(tx: Tx, { blobs }: Stores, row: ReceivedMessageRow, mail: ReadMail): Promise<ReceivedResult> {
  const { account_id, id } = row;
  const current = await lockReceivedMessage(tx, account_id, id);
  if (current === undefined || current.outcome !== "pending") return resultOf(current ?? row);
  const first = await findReceivedByFingerprint(tx, account_id, row.inbox_id, mail.fingerprint);
  const result =
    first === undefined
      ? await threadMail(tx, blobs, row, mail)
      : {
          outcome: "duplicate" as const,
          reason: `it was received before, as ${first.id}`,
          ticketId: first.ticket_id,
          messageId: first.message_id,
        };
  await finishReceivedMessage(tx, account_id, id, {
    ...processed(result),
    fingerprint: mail.fingerprint,
    mail_id: mailKey(mail.parsed.messageId),
  });
  return result;
}

/** Puts a message aside, with the reason, for a person to look at; nothing of it is lost. */
async function quarantine({ db }: Stores, row: ReceivedMessageRow, reason: string): Promise<ReceivedResult> {
  const result: ReceivedResult = { outcome: "quarantine", reason, ticketId: null, messageId: null };
  await db.transact(async (tx) => {
    const current = await lockReceivedMessage(tx, row.account_id, row.id);
    if (current?.outcome !== "pending") return;
    await finishReceivedMessage(tx, row.account_id, row.id, { ...processed(result), fingerprint: null, mail_id: null });
  });
  return result;
}

function processed({
  outcome,
  reason,
  ticketId,
  messageId,
}: ReceivedResult): Omit<Processed, "fingerprint" | "mail_id"> {
  return { outcome, reason, ticket_id: ticketId, message_id: messageId, processed_at: now() };
}

function resultOf(row: ReceivedMessageRow): ReceivedResult {
  if (row.outcome === "pending") throw new Error(`the received message ${row.id} is still pending`);
  return { outcome: row.outcome, reason: row.reason, ticketId: row.ticket_id, messageId: row.message_id };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const BATCH = 100;

/** After so many attempts a message is put aside: it may be what ends the process. */
const MOST_ATTEMPTS = 10;

/** One attempt of the sweep: counted before it is made, so that a message that ends the process is counted too. */
async function attempt(stores: Stores, accountId: string, id: string): Promise<void> {
  const { db } = stores;
  const attempts = await db.transact(async (tx) => await countAttempt(tx, accountId, id));
  if (attempts > MOST_ATTEMPTS) {
    const row = await findReceivedMessage(db, accountId, id);
    const why = `it failed ${MOST_ATTEMPTS} times: ${row?.reason ?? "nobody knows why"}`;
    if (row !== undefined) await quarantine(stores, row, why);
    return;
  }
  try {
    await processReceivedMessage(stores, accountId, id);
  } catch (error) {
    // As far as the storage that fails can write it down.
    await db.transact(async (tx) => await noteFailedAttempt(tx, accountId, id, reasonOf(error))).catch(() => undefined);
    throw error;
  }
}

/**
 * Processes what was stored and not processed, of every account: its process ended in between. Returns how many. Those that
 * the storage fails stay pending and do not hold up the others; rejects at the end with all their errors.
 */
export async function processPendingMessages(stores: Stores): Promise<number> {
  const failures: unknown[] = [];
  let done = 0;
  for (const account of await listAccounts(stores.db)) {
    const failed = new Set<string>();
    for (;;) {
      // Those that failed are listed again: room for them, and past them.
      const pending = await listPendingMessages(stores.db, account.id, BATCH + failed.size);
      const next = pending.filter(({ id }) => !failed.has(id));
      if (next.length === 0) break;
      for (const { id } of next) {
        try {
          await attempt(stores, account.id, id);
          done += 1;
        } catch (error) {
          failed.add(id);
          failures.push(error);
        }
      }
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} received messages are still pending`);
  return done;
}
