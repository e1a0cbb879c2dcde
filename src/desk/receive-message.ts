import { buffer } from "node:stream/consumers";
import { now } from "../domain/time.ts";
import { type Verdicts, fromDomain } from "../mail/authentication.ts";
import { fingerprint } from "../mail/fingerprint.ts";
import { parseMessage } from "../mail/parse.ts";
import { hashBytes } from "../storage/blobs.ts";
import {
  type Processed,
  findReceivedByFingerprint,
  findReceivedMessage,
  finishReceivedMessage,
  lockReceivedMessage,
} from "../storage/received-messages.ts";
import { fitsRow } from "../storage/row-blobs.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import type { Tx } from "../storage/database.ts";
import { isStorageFailure } from "../storage/storage-failures.ts";
import { type Judge, judgeMailboxes } from "./judge-sender.ts";
import { mailKey } from "./mail-key.ts";
import type { ReceivedResult } from "./received-result.ts";
import type { Keep } from "./store-received.ts";
import { type ReadMail, threadMail } from "./thread-mail.ts";

/**
 * Where messages go; `reach` is told of each step on their way, and `judge` says who sent them. Without a judge that is known
 * only of mailboxes with a trusted server.
 */
export type Stores = Keep & { judge?: Judge };

/**
 * Makes of a stored message what it is: a new ticket, a reply, a duplicate, or a case for a person (quarantine), with the
 * reason. Idempotent: a message that was processed stays as it is. Rejects only when the storage fails; the row is then
 * still pending, and `processPendingMessages` takes it up. `judging` is what the judge says, where it was asked before.
 *
 * An import keeps the dates of its messages for the ticket too; live mail makes a ticket of now.
 */
export async function processReceivedMessage(
  stores: Stores,
  accountId: string,
  receivedId: string,
  judging?: Promise<Verdicts | null>,
): Promise<ReceivedResult> {
  const read = await readReceived(stores, { accountId, receivedId, judging });
  if (!("mail" in read)) return read;
  try {
    return await fileTogether(stores, [read]).then(([result]) => result ?? resultOf(read.row));
  } catch (error) {
    if (isStorageFailure(error)) throw error;
    return await quarantine(stores, read.row, `it could not be filed: ${reasonOf(error)}`);
  }
}

/** A message that was stored, and what the judge says, where it was asked. */
export interface Stored {
  accountId: string;
  receivedId: string;
  judging?: Promise<Verdicts | null> | undefined;
  /** Its row, where it is at hand: as it was stored. */
  row?: ReceivedMessageRow | undefined;
}

/**
 * As `processReceivedMessage` of each, in their order and with one transaction for each account. If that fails, each is processed alone,
 * so that the one at fault takes nothing of the others with it. They are held in memory together: give it a few at a time.
 */
export async function processReceivedMessages(stores: Stores, stored: readonly Stored[]): Promise<void> {
  try {
    const read = await Promise.all(stored.map(async (each) => await readReceived(stores, each)));
    const left = read.filter((each): each is Read => "mail" in each);
    const byAccount = Map.groupBy(left, ({ row }) => row.account_id);
    await Promise.all([...byAccount.values()].map(async (own) => await fileTogether(stores, own)));
  } catch {
    const failures: unknown[] = [];
    for (const { accountId, receivedId, judging } of stored) {
      await processReceivedMessage(stores, accountId, receivedId, judging).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(reasonOf).join("; "));
  }
}

/** A message that was read, and whose attachments are on the disk. */
interface Read {
  row: ReceivedMessageRow;
  mail: ReadMail;
}

/** Reads a message that is pending; or says what it became, also when it cannot be read and is put aside. */
async function readReceived(
  stores: Stores,
  { accountId, receivedId, judging, row: stored }: Stored,
): Promise<Read | ReceivedResult> {
  const { db, blobs, reach, judge = judgeMailboxes } = stores;
  const row = stored ?? (await findReceivedMessage(db, accountId, receivedId));
  if (row === undefined) throw new Error(`there is no received message ${receivedId}`);
  if (row.outcome !== "pending") return resultOf(row);
  // Never inside the transaction: others would wait for the sender's DNS.
  const verdicts = await (judging ?? judge(stores, row));
  const raw = await buffer(await blobs.read(accountId, row.hash));
  reach?.("receive.read");
  let mail: ReadMail;
  try {
    const parsed = await parseMessage(raw);
    // Where the DNS did not answer, From is known all the same.
    const judged = verdicts === null ? null : { ...verdicts, domain: verdicts.domain ?? fromDomain(parsed) };
    mail = { parsed, fingerprint: fingerprint(parsed), verdicts: judged };
  } catch (error) {
    return await quarantine(stores, row, `it could not be read: ${reasonOf(error)}`);
  }
  reach?.("receive.parsed");
  for (const { content } of mail.parsed.attachments) {
    if (!fitsRow(content)) await blobs.put(accountId, hashBytes(content), content);
  }
  reach?.("receive.attachments-put");
  return { row, mail };
}

/** All of them, of one account, in one transaction, one after the other: an answer finds what it answers. */
async function fileTogether(stores: Stores, all: readonly Read[]): Promise<ReceivedResult[]> {
  const { db, reach } = stores;
  const results = await db.transact(async (tx) => {
    const settled: ReceivedResult[] = [];
    for (const { row, mail } of all) {
      settled.push(await settle(tx, stores, row, mail));
      reach?.("receive.settling");
    }
    return settled;
  });
  reach?.("receive.settled");
  return results;
}

async function settle(tx: Tx, stores: Stores, row: ReceivedMessageRow, mail: ReadMail): Promise<ReceivedResult> {
  const { account_id, id } = row;
  const current = await lockReceivedMessage(tx, account_id, id);
  if (current === undefined || current.outcome !== "pending") return resultOf(current ?? row);
  const first = await findReceivedByFingerprint(tx, account_id, row.inbox_id, mail.fingerprint);
  const result =
    first === undefined
      ? await threadMail(tx, stores, row, mail)
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
export async function quarantine(
  { db, reach }: Stores,
  row: ReceivedMessageRow,
  reason: string,
): Promise<ReceivedResult> {
  const result: ReceivedResult = { outcome: "quarantine", reason, ticketId: null, messageId: null };
  await db.transact(async (tx) => {
    const current = await lockReceivedMessage(tx, row.account_id, row.id);
    if (current?.outcome !== "pending") return;
    await finishReceivedMessage(tx, row.account_id, row.id, { ...processed(result), fingerprint: null, mail_id: null });
    reach?.("receive.quarantining");
  });
  reach?.("receive.quarantined");
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
