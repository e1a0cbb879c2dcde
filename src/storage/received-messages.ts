import { sql } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import { countUp } from "../domain/tallies.ts";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import type { MailboxPosition } from "./mailboxes.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { Outcome, ReceivedMessageRow } from "./schema.ts";

/**
 * Adds a row to the ledger. A message of a mailbox has one row, whoever fetches it, however often: returns false when it
 * has it already.
 */
export async function insertReceivedMessage(tx: Tx, received: ReceivedMessageRow): Promise<boolean> {
  return (await insert.run(tx, received)) === 1;
}

const insert = preparedWrite((db: WriteQueries, received: ReceivedMessageRow) =>
  db
    .insertInto("received_messages")
    .values(received)
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "mailbox_id", "uid_validity", "uid"])
        .where("mailbox_id", "is not", null)
        .doNothing(),
    ),
);

/** Adds rows of messages that came from no mailbox. */
export async function insertReceivedMessages(tx: Tx, rows: readonly ReceivedMessageRow[]): Promise<void> {
  await insertMany.run(tx, { rows });
}

const insertMany = preparedWrite((db: WriteQueries, { rows }: { rows: readonly ReceivedMessageRow[] }) =>
  db.insertInto("received_messages").values(rows),
);

/** The ledger's row of a message of a mailbox. */
export async function findReceivedFromMailbox(
  reader: Reader,
  accountId: string,
  { mailboxId, uidValidity, uid }: MailboxPosition,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("mailbox_id", "=", mailboxId)
    .where("uid_validity", "=", uidValidity)
    .where("uid", "=", uid)
    .executeTakeFirst();
}

/** The UIDs of a mailbox that the ledger has, each with what became of the message. */
export async function listReceivedUids(
  reader: Reader,
  accountId: string,
  mailboxId: string,
  uidValidity: number,
): Promise<Map<number, Outcome>> {
  const rows = await reader.query
    .selectFrom("received_messages")
    .select(["uid", "outcome"])
    .where("account_id", "=", accountId)
    .where("mailbox_id", "=", mailboxId)
    .where("uid_validity", "=", uidValidity)
    .execute();
  return new Map(rows.map(({ uid, outcome }) => [uid ?? 0, outcome]));
}

export async function findReceivedMessage(
  reader: Reader,
  accountId: string,
  id: string,
): Promise<ReceivedMessageRow | undefined> {
  return await byId.first(reader, { accountId, id });
}

const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db.selectFrom("received_messages").selectAll().where("account_id", "=", accountId).where("id", "=", id),
);

/** As `findReceivedMessage`, and nobody else processes it until the transaction ends. */
export async function lockReceivedMessage(
  tx: Tx,
  accountId: string,
  id: string,
): Promise<ReceivedMessageRow | undefined> {
  return await byIdLocked.first(tx, { accountId, id });
}

const byIdLocked = preparedWrite((db: WriteQueries, { accountId, id }: { accountId: string; id: string }, engine) =>
  db
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(engine === "postgres", (query) => query.forUpdate()),
);

/** The ledger's row of the mail that became a message; undefined for one that did not come by mail. */
export async function findReceivedOfMessage(
  reader: Reader,
  accountId: string,
  messageId: string,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("message_id", "=", messageId)
    // The mail itself, before another copy of it.
    .orderBy((row) => row.case().when("outcome", "=", "duplicate").then(1).else(0).end())
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

/** The message of the same inbox that became a ticket or a reply and has this fingerprint. */
export async function findReceivedByFingerprint(
  reader: Reader,
  accountId: string,
  inboxId: string,
  fingerprint: string,
): Promise<ReceivedMessageRow | undefined> {
  return await byFingerprint.first(reader, { accountId, inboxId, fingerprint });
}

const byFingerprint = prepared(
  (db, { accountId, inboxId, fingerprint }: { accountId: string; inboxId: string; fingerprint: string }) =>
    db
      .selectFrom("received_messages")
      .selectAll()
      .where("account_id", "=", accountId)
      .where("inbox_id", "=", inboxId)
      .where("fingerprint", "=", fingerprint)
      // Word for word as in the index `received_once`: SQLite uses a partial one only then, and goes through all mail otherwise.
      .where(sql<boolean>`outcome in ('ticket', 'reply', 'bounce', 'auto-reply', 'spam')`),
);

/** What an import already took from one place of a file, so that a second run passes over it. */
export async function findImported(
  reader: Reader,
  accountId: string,
  inboxId: string,
  hash: string,
  position: string,
): Promise<ReceivedMessageRow | undefined> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("inbox_id", "=", inboxId)
    .where("hash", "=", hash)
    .where("source_position", "=", position)
    .executeTakeFirst();
}

/** Messages that were stored and not yet made into anything: the process ended in between. Oldest first. */
export async function listPendingMessages(
  reader: Reader,
  accountId: string,
  limit: number,
): Promise<ReceivedMessageRow[]> {
  return await reader.query
    .selectFrom("received_messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("outcome", "=", "pending")
    .orderBy("id")
    .limit(limit)
    .execute();
}

export interface Processed {
  outcome: Exclude<Outcome, "pending">;
  reason: string | null;
  fingerprint: string | null;
  mail_id: string | null;
  ticket_id: string | null;
  message_id: string | null;
  processed_at: number;
}

export async function finishReceivedMessage(
  tx: Tx,
  accountId: string,
  id: string,
  processed: Processed,
): Promise<void> {
  tx.onCommit(() => countUp("mail", processed.outcome));
  await finish.run(tx, { accountId, id, ...processed });
}

const finish = preparedWrite(
  (db: WriteQueries, { accountId, id, ...processed }: Processed & { accountId: string; id: string }) =>
    db.updateTable("received_messages").set(processed).where("account_id", "=", accountId).where("id", "=", id),
);

/** Of all accounts: pending, stored before `before`, and not being tried or put off at `at`. Oldest first. */
export async function listLeftBehind(
  reader: Reader,
  { at, before }: { at: number; before: number },
  limit: number,
): Promise<ReceivedMessageRow[]> {
  return await acrossAccounts(reader)
    .selectFrom("received_messages")
    .selectAll()
    // As text, so that both engines see that their index of what is pending will do.
    .where(sql<boolean>`outcome = 'pending'`)
    .where("created_at", "<=", before)
    .where((received) => received.or([received("next_try_at", "is", null), received("next_try_at", "<=", at)]))
    .orderBy("id")
    .limit(limit)
    .execute();
}

/**
 * Takes up a message that was left behind, until `nextTryAt` for nobody else, and returns how often that was done; undefined
 * when another process has it, or it is not pending any more.
 */
export async function claimAttempt(
  tx: Tx,
  { account_id, id }: Pick<ReceivedMessageRow, "account_id" | "id">,
  at: number,
  nextTryAt: number,
): Promise<number | undefined> {
  const row = await tx.query
    .updateTable("received_messages")
    .set((received) => ({ attempts: received("attempts", "+", 1), next_try_at: nextTryAt }))
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("outcome", "=", "pending")
    .where((received) => received.or([received("next_try_at", "is", null), received("next_try_at", "<=", at)]))
    .returning("attempts")
    .executeTakeFirst();
  return row?.attempts;
}

/** Keeps why an attempt failed, as long as the message is pending. */
export async function noteFailedAttempt(tx: Tx, accountId: string, id: string, reason: string): Promise<void> {
  await tx.query
    .updateTable("received_messages")
    .set({ reason })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("outcome", "=", "pending")
    .execute();
}

/** Makes a message that was put aside pending again; with `raw`, of other bytes. Returns false when it was not put aside. */
export async function reopenQuarantined(
  tx: Tx,
  accountId: string,
  id: string,
  raw?: Pick<ReceivedMessageRow, "hash" | "size">,
): Promise<boolean> {
  const reopened = await tx.query
    .updateTable("received_messages")
    .set({ outcome: "pending", reason: null, processed_at: null, attempts: 0, next_try_at: null, ...raw })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("outcome", "=", "quarantine")
    .returning("id")
    .executeTakeFirst();
  return reopened !== undefined;
}

/** Ids of the messages that were put aside, oldest first, after the one given. */
export async function listQuarantined(
  reader: Reader,
  accountId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await reader.query
    .selectFrom("received_messages")
    .select("id")
    .where("account_id", "=", accountId)
    .where("outcome", "=", "quarantine")
    .where("id", ">", after)
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** How many received messages ended how. */
export async function countOutcomes(reader: Reader, accountId: string): Promise<Partial<Record<Outcome, number>>> {
  const rows = await reader.query
    .selectFrom("received_messages")
    .select((row) => ["outcome", row.fn.countAll<number>().as("total")])
    .where("account_id", "=", accountId)
    .groupBy("outcome")
    .execute();
  return Object.fromEntries(rows.map(({ outcome, total }) => [outcome, total]));
}
