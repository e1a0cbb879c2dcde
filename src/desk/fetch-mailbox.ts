import { type FetchOptions, type MailboxSink, fetchMailbox } from "../channels/email/fetch-mailbox.ts";
import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import { preferMemory } from "../domain/heap.ts";
import { MINUTE, now } from "../domain/time.ts";
import { advanceMailbox, noteFetched, noteStuck, releaseMailbox, replaceSecret } from "../storage/mailboxes.ts";
import { listReceivedUids } from "../storage/received-messages.ts";
import type { MailboxRow, Outcome } from "../storage/schema.ts";
import { type Stores, processReceivedMessage } from "./receive-message.ts";
import { storeReceivedMessage } from "./store-received.ts";

export interface FetchParts {
  storage: Stores;
  means: MailboxMeans;
  /** Who holds the mailbox: see `leaseMailbox`. */
  holder: string;
  /** Told of every message that was taken or passed over. */
  onMessage?: (outcome: Exclude<Outcome, "pending">) => void;
}

/** How long a mailbox that failed for the n-th time in a row is left alone: a minute, doubling, at most half an hour. */
export function mailboxRetryDelay(failures: number): number {
  return Math.min(MINUTE * 2 ** (failures - 1), 30 * MINUTE);
}

/** A mailbox that had to make room for others is looked into again after this time. */
const REST = MINUTE;

/**
 * Fetches a mailbox that this process holds (see `fetchMailbox`) and gives it back: to be fetched again at once, or later
 * with its error, when it failed. Returns the error; null when it went well.
 */
export async function fetchHeldMailbox(
  parts: FetchParts,
  mailbox: MailboxRow,
  options: FetchOptions,
): Promise<Error | null> {
  const { storage, means, holder } = parts;
  const progress = { failures: mailbox.error_count };
  const sink = sinkOf(parts, mailbox, () => (progress.failures = 0));
  const failure = await fetchMailbox(mailbox, sink, means, options).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  await sink.idle();
  const failures = progress.failures + 1;
  const ended =
    failure === null
      ? { next_try_at: now() + (options.signal.aborted ? 0 : REST) }
      : {
          next_try_at: now() + mailboxRetryDelay(failures),
          last_error: failure.message.slice(0, 1000),
          error_count: failures,
        };
  await storage.db.transact(async (tx) => await releaseMailbox(tx, mailbox, holder, ended));
  return failure;
}

/** A fetch of more messages than this catches up: what it reads must not pile up until V8 collects it. */
const MANY = 100;

/** Every message goes into the ledger, raw and durable, before anything is made of it. */
function sinkOf({ storage, onMessage }: FetchParts, mailbox: MailboxRow, onFetched: () => void): MailboxSink {
  const { db } = storage;
  const { account_id, id, inbox_id } = mailbox;
  let { secret } = mailbox;
  let processing = Promise.resolve(true);
  let count = 0;
  const origin = { accountId: account_id, inboxId: inbox_id, source: "imap", sourcePosition: null } as const;
  return {
    async take(position, raw) {
      count += 1;
      if (count > MANY) preferMemory();
      const receivedId = await storeReceivedMessage(storage, { ...origin, raw, mailbox: position });
      // In their order, while the next one is stored: a reply must find what it answers.
      processing = processing.then(async () => {
        const { outcome } = await processReceivedMessage(storage, account_id, receivedId);
        onMessage?.(outcome);
        return outcome !== "quarantine";
      });
      return { filed: processing };
    },
    async passOver(position, reason) {
      await storeReceivedMessage(storage, { ...origin, raw: new Uint8Array(), mailbox: position, refused: reason });
      // Also when the ledger had it.
      await db.transact(async (tx) => await advanceMailbox(tx, account_id, position));
      onMessage?.("quarantine");
    },
    stuck: async (uid) => await db.transact(async (tx) => await noteStuck(tx, account_id, id, uid)),
    idle: async () =>
      await processing.then(
        () => undefined,
        () => undefined,
      ),
    async fetched() {
      await db.transact(async (tx) => await noteFetched(tx, mailbox, now()));
      onFetched();
    },
    async keepSecret(sealed) {
      // A person may have given it another password meanwhile.
      await db.transact(async (tx) => await replaceSecret(tx, { account_id, id, secret }, sealed));
      secret = sealed;
    },
    async taken(uidValidity, uids) {
      const known = await listReceivedUids(db, account_id, id, uidValidity);
      return uids.filter((uid) => !["pending", "quarantine"].includes(known.get(uid) ?? "pending"));
    },
  };
}
