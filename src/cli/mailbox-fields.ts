import { mailboxTrouble } from "../desk/try-mail.ts";
import { MailError } from "../mail/mail-error.ts";
import type { MailboxRow } from "../storage/schema.ts";
import { CommandFailure } from "./failure.ts";
import { timeOrNull } from "./output.ts";

/** A mailbox as commands show it: never its secret. */
export function mailboxFields(mailbox: MailboxRow): object {
  const { id, inbox_id, host, port, security, username, auth, folder, after_import } = mailbox;
  return {
    id,
    inbox_id,
    host,
    port,
    security,
    user: username,
    auth,
    folder,
    after: after_import,
    authserv_id: mailbox.authserv_id,
    last_uid: mailbox.last_uid,
    last_fetched_at: timeOrNull(mailbox.last_fetched_at),
    last_error: mailbox.last_error,
    next_try_at: timeOrNull(mailbox.next_try_at),
    created_at: timeOrNull(mailbox.created_at),
  };
}

export function noSuchMailbox(): CommandFailure {
  return new CommandFailure('there is no such mailbox; "cantrip mailbox list" shows those there are');
}

/** Opens a mailbox; where that fails, what to do about it is said too. */
export async function saying<T>(mailbox: MailboxRow, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    const orSay = error.code === "host_refused" ? ", or say --allow-private" : "";
    throw new CommandFailure(mailboxTrouble(mailbox, error) + orSay);
  }
}
