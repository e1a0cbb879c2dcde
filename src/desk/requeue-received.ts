import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import { now } from "../domain/time.ts";
import { hashBytes } from "../storage/blobs.ts";
import { findMailbox } from "../storage/mailboxes.ts";
import type { Storage } from "../storage/open.ts";
import { findReceivedMessage, reopenQuarantined } from "../storage/received-messages.ts";
import { fitsRow } from "../storage/row-blobs.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import type { Judge } from "./judge-sender.ts";
import { openToLook } from "./open-mailbox.ts";
import { recordBytes } from "./store-received.ts";
import { type Stores, processReceivedMessage } from "./receive-message.ts";
import type { ReceivedResult } from "./received-result.ts";

/** What the server has to take up mail again with. */
export interface IncomingMail {
  judge?: Judge;
  /** Null: mailboxes cannot be opened. */
  mailboxes: MailboxMeans | null;
}

/**
 * Takes up a message that was put aside once more; one that could not be fetched is fetched again. Null when no such
 * message was put aside. Rejects when it cannot be fetched still; it then stays where it was.
 */
export async function requeueReceivedMessage(
  storage: Stores,
  means: MailboxMeans | null,
  accountId: string,
  id: string,
): Promise<ReceivedResult | null> {
  const { db, blobs } = storage;
  const row = await findReceivedMessage(db, accountId, id);
  if (row?.outcome !== "quarantine") return null;
  const raw = await fetchMissing(storage, means, row);
  if (raw !== null && !fitsRow(raw)) await blobs.put(accountId, hashBytes(raw), raw);
  const reopened = await db.transact(async (tx) => {
    if (raw === null) return await reopenQuarantined(tx, accountId, id);
    const hash = hashBytes(raw);
    await recordBytes(tx, blobs, { accountId, hash, bytes: raw, at: now() });
    return await reopenQuarantined(tx, accountId, id, { hash, size: raw.byteLength });
  });
  return reopened ? await processReceivedMessage(storage, accountId, id) : null;
}

/** The message as its mailbox has it, when nothing of it is here; null when it is here, or came another way. */
async function fetchMissing(
  { db }: Pick<Storage, "db">,
  means: MailboxMeans | null,
  { account_id, size, mailbox_id, uid, uid_validity }: ReceivedMessageRow,
): Promise<Buffer | null> {
  if (size > 0 || mailbox_id === null || uid === null) return null;
  const mailbox = await findMailbox(db, account_id, mailbox_id);
  if (mailbox === undefined) throw new MessageMissing("its mailbox was removed");
  if (means === null) throw new MessageMissing("this server opens no mailboxes");
  const session = await openToLook(db, mailbox, means);
  try {
    if (session.uidValidity !== uid_validity) {
      throw new MessageMissing("its mailbox has given all messages new UIDs since");
    }
    let found: Buffer | null = null;
    await session.fetch([uid], {
      onMessage: async (_, raw) => {
        found = raw;
        await Promise.resolve();
      },
      onTooLarge: async (_, bytes) => {
        await Promise.resolve();
        throw new MessageMissing(`it has ${bytes} bytes, more than CANTRIP_MAIL_LIMIT`);
      },
    });
    if (found === null) throw new MessageMissing("it is not in its mailbox any more");
    return found;
  } finally {
    session.close();
  }
}

/** Nothing of a message is here, nor can be had. */
export class MessageMissing extends Error {
  override readonly name = "MessageMissing";
  /** What the command line shows without a stack. */
  readonly code = "MESSAGE_MISSING";

  constructor(why: string) {
    super(`the message is not here: ${why}`);
  }
}
