import { type MailboxMeans, openMailbox } from "../channels/email/mailbox-connection.ts";
import type { ImapSession } from "../mail/imap.ts";
import type { Db } from "../storage/database.ts";
import { replaceSecret } from "../storage/mailboxes.ts";
import type { MailboxRow } from "../storage/schema.ts";

/**
 * Opens a mailbox to look at it. A refresh token that the authorization server gives in place of the mailbox's is stored
 * where the mailbox is, which could not be fetched any more without it; one that is not stored changes nothing.
 */
export async function openToLook(db: Db, mailbox: MailboxRow, means: MailboxMeans): Promise<ImapSession> {
  const keep = async (secret: string): Promise<void> =>
    await db.transact(async (tx) => await replaceSecret(tx, mailbox, secret));
  return await openMailbox({ ...mailbox, after_import: "leave" }, means, keep);
}
