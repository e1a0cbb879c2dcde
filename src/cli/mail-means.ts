import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import type { Config } from "../config.ts";
import { openVault } from "../storage/secrets.ts";

/** What a command needs to open mailboxes. */
export function mailboxMeans({ data, secretKey, allowPrivateHosts, mailLimit }: Config): MailboxMeans {
  return { vault: openVault({ data, key: secretKey }), allowPrivateHosts, mailLimit };
}
