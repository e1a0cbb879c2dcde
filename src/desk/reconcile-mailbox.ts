import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import type { Storage } from "../storage/open.ts";
import { listReceivedUids } from "../storage/received-messages.ts";
import type { MailboxRow, Outcome } from "../storage/schema.ts";
import { openToLook } from "./open-mailbox.ts";

/** How a mailbox and the ledger compare. Nothing differs when `missing` and `waiting` are empty. */
export interface Reconciliation {
  /** Messages in the mailbox. */
  messages: number;
  /** Of these, those that the ledger has, by what became of them. */
  taken: Partial<Record<Outcome, number>>;
  /** UIDs that were passed and are not in the ledger: this must not happen. */
  missing: number[];
  /** UIDs above the last one taken: the next fetch takes them. */
  waiting: number[];
  /** The folder has other UIDs than when it was last fetched: the next fetch reads all of it again. */
  renumbered: boolean;
}

/** Compares all that a mailbox has now with the ledger. Changes no message, in either. */
export async function reconcileMailbox(
  { db }: Pick<Storage, "db">,
  means: MailboxMeans,
  mailbox: MailboxRow,
): Promise<Reconciliation> {
  const session = await openToLook(db, mailbox, means);
  try {
    const uids = await session.uidsAfter(0);
    const known = await listReceivedUids(db, mailbox.account_id, mailbox.id, session.uidValidity);
    const renumbered = mailbox.uid_validity !== null && mailbox.uid_validity !== session.uidValidity;
    const last = mailbox.uid_validity === session.uidValidity ? mailbox.last_uid : 0;
    const taken: Partial<Record<Outcome, number>> = {};
    for (const uid of uids) {
      const outcome = known.get(uid);
      if (outcome !== undefined) taken[outcome] = (taken[outcome] ?? 0) + 1;
    }
    const unknown = uids.filter((uid) => !known.has(uid));
    return {
      messages: uids.length,
      taken,
      missing: unknown.filter((uid) => uid <= last),
      waiting: unknown.filter((uid) => uid > last),
      renumbered,
    };
  } finally {
    session.close();
  }
}
