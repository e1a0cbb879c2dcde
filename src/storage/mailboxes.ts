import { sql } from "kysely";
import { acrossAccounts } from "./across-accounts.ts";
import type { Db, Reader, Tx } from "./database.ts";
import type { MailboxRow } from "./schema.ts";

export async function insertMailbox(tx: Tx, mailbox: MailboxRow): Promise<void> {
  await tx.query.insertInto("mailboxes").values(mailbox).execute();
}

/** The account's mailboxes, oldest first. */
export async function listMailboxes(reader: Reader, accountId: string): Promise<MailboxRow[]> {
  return await reader.query
    .selectFrom("mailboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

export async function findMailbox(reader: Reader, accountId: string, id: string): Promise<MailboxRow | undefined> {
  return await reader.query
    .selectFrom("mailboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** As `findMailbox`, and nobody else changes it until the transaction ends. */
export async function lockMailbox(tx: Tx, accountId: string, id: string): Promise<MailboxRow | undefined> {
  return await tx.query
    .selectFrom("mailboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

export async function deleteMailbox(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("mailboxes").where("account_id", "=", accountId).where("id", "=", id).execute();
}

/** A process that fetches, for a while. */
export interface Lease {
  holder: string;
  until: number;
}

/**
 * Takes up to `limit` mailboxes that are due and that nobody fetches, over all accounts, longest due first. They are the
 * holder's until the lease ends; a process that dies loses them then.
 */
export async function claimMailboxes(db: Db, at: number, lease: Lease, limit: number): Promise<MailboxRow[]> {
  const due = await acrossAccounts(db)
    .selectFrom("mailboxes")
    .select(["account_id", "id"])
    .where("next_try_at", "<=", at)
    .where((mailbox) => mailbox.or([mailbox("leased_until", "is", null), mailbox("leased_until", "<=", at)]))
    .orderBy("next_try_at")
    .orderBy("id")
    .limit(limit)
    .execute();
  const claimed: MailboxRow[] = [];
  for (const { account_id, id } of due) {
    const mailbox = await db.transact(async (tx) => await leaseMailbox(tx, account_id, id, at, lease));
    if (mailbox !== undefined) claimed.push(mailbox);
  }
  return claimed;
}

/** Takes one mailbox; undefined when another holds it, or it is gone. */
export async function leaseMailbox(
  tx: Tx,
  accountId: string,
  id: string,
  at: number,
  { holder, until }: Lease,
): Promise<MailboxRow | undefined> {
  return await tx.query
    .updateTable("mailboxes")
    .set({ leased_by: holder, leased_until: until })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where((mailbox) => mailbox.or([mailbox("leased_until", "is", null), mailbox("leased_until", "<=", at)]))
    .returningAll()
    .executeTakeFirst();
}

/** Whether a mailbox waits that nobody holds: a read, so that an idle server writes nothing. */
export async function isMailboxDue(reader: Reader, at: number): Promise<boolean> {
  const due = await acrossAccounts(reader)
    .selectFrom("mailboxes")
    .select("id")
    .where("next_try_at", "<=", at)
    .where((mailbox) => mailbox.or([mailbox("leased_until", "is", null), mailbox("leased_until", "<=", at)]))
    .limit(1)
    .executeTakeFirst();
  return due !== undefined;
}

/** Prolongs the holder's leases of these mailboxes, account by account. Returns the ids of those that are still its own. */
export async function renewLeases(
  db: Db,
  { holder, until }: Lease,
  mailboxes: readonly Pick<MailboxRow, "account_id" | "id">[],
): Promise<Set<string>> {
  const accounts = Map.groupBy(mailboxes, ({ account_id }) => account_id);
  const renewed = await Promise.all(
    [...accounts].map(
      async ([accountId, held]) =>
        await db.transact(
          async (tx) =>
            await tx.query
              .updateTable("mailboxes")
              .set({ leased_until: until })
              .where("account_id", "=", accountId)
              .where(
                "id",
                "in",
                held.map(({ id }) => id),
              )
              .where("leased_by", "=", holder)
              .returning("id")
              .execute(),
        ),
    ),
  );
  return new Set(renewed.flat().map(({ id }) => id));
}

/** How a fetch ended: nothing happens when another process holds the mailbox by now. */
export async function releaseMailbox(
  tx: Tx,
  { account_id, id }: Pick<MailboxRow, "account_id" | "id">,
  holder: string,
  ended: Pick<MailboxRow, "next_try_at"> & Partial<Pick<MailboxRow, "last_error" | "error_count">>,
): Promise<void> {
  await tx.query
    .updateTable("mailboxes")
    .set({ ...ended, leased_by: null, leased_until: null })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("leased_by", "=", holder)
    .execute();
}

/** All that was there at `at` has been taken: the mailbox is well. */
export async function noteFetched(tx: Tx, { account_id, id }: MailboxRow, at: number): Promise<void> {
  await tx.query
    .updateTable("mailboxes")
    .set({ last_fetched_at: at, last_error: null, error_count: 0 })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

/** Where a message stands in a mailbox (RFC 9051 2.3.1.1): the UID holds as long as the folder's UIDVALIDITY does. */
export interface MailboxPosition {
  mailboxId: string;
  uidValidity: number;
  uid: number;
}

/** The next fetch begins behind this message. Never goes back, unless the folder's UIDs are new ones. */
export async function advanceMailbox(tx: Tx, accountId: string, position: MailboxPosition): Promise<void> {
  const { mailboxId, uidValidity, uid } = position;
  await tx.query
    .updateTable("mailboxes")
    .set({ uid_validity: uidValidity, last_uid: uid, stuck_uid: null, stuck_count: 0 })
    .where("account_id", "=", accountId)
    .where("id", "=", mailboxId)
    .where((mailbox) =>
      mailbox.or([
        mailbox("uid_validity", "is", null),
        mailbox("uid_validity", "!=", uidValidity),
        mailbox("last_uid", "<", uid),
      ]),
    )
    .execute();
}

/** Counts that a message could not be fetched, and returns how often in a row. */
export async function noteStuck(tx: Tx, accountId: string, id: string, uid: number): Promise<number> {
  const row = await tx.query
    .updateTable("mailboxes")
    .set({ stuck_uid: uid, stuck_count: sql<number>`case when stuck_uid = ${uid} then stuck_count + 1 else 1 end` })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .returning("stuck_count")
    .executeTakeFirst();
  return row?.stuck_count ?? 0;
}

export async function updateAuthserv(
  tx: Tx,
  { account_id, id }: Pick<MailboxRow, "account_id" | "id">,
  authservId: string | null,
): Promise<void> {
  await tx.query
    .updateTable("mailboxes")
    .set((mailbox) => ({ authserv_id: authservId, version: mailbox("version", "+", 1) }))
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

/** Changes a mailbox's settings; how far it was read stays. */
export async function updateMailbox(
  tx: Tx,
  { account_id, id }: Pick<MailboxRow, "account_id" | "id">,
  changes: Partial<Omit<MailboxRow, "account_id" | "id" | "version" | "created_at" | "uid_validity" | "last_uid">>,
): Promise<void> {
  await tx.query
    .updateTable("mailboxes")
    .set((mailbox) => ({ ...changes, version: mailbox("version", "+", 1) }))
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

/**
 * The secret that replaces one that is used up: a refresh token that the authorization server renewed. Nothing when the mailbox
 * has another one than this row by now: a person's, or a newer one.
 */
export async function replaceSecret(
  tx: Tx,
  { account_id, id, secret: known }: Pick<MailboxRow, "account_id" | "id" | "secret">,
  secret: string,
): Promise<void> {
  await tx.query
    .updateTable("mailboxes")
    .set((mailbox) => ({ secret, version: mailbox("version", "+", 1) }))
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("secret", "=", known)
    .execute();
}
