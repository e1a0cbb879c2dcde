import { acrossAccounts } from "./across-accounts.ts";
import type { ReadQueries, Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { InboxRow } from "./schema.ts";

/** Returns false when another inbox of the account has that address. */
export async function insertInbox(tx: Tx, inbox: InboxRow): Promise<boolean> {
  const inserted = await tx.query
    .insertInto("inboxes")
    .values(inbox)
    .onConflict((conflict) => conflict.columns(["account_id", "address_key"]).doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** All inboxes, newest first. */
export async function listInboxes(reader: Reader, accountId: string): Promise<InboxRow[]> {
  return await ofAccount.all(reader, { accountId });
}

const ofAccount = prepared((db, { accountId }: { accountId: string }) =>
  db
    .selectFrom("inboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc"),
);

export async function findInbox(reader: Reader, accountId: string, id: string): Promise<InboxRow | undefined> {
  return await byId.first(reader, { accountId, id });
}

const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db.selectFrom("inboxes").selectAll().where("account_id", "=", accountId).where("id", "=", id),
);

/** As `findInbox`, and nobody else changes the inbox until the transaction ends. */
export async function lockInbox(tx: Tx, accountId: string, id: string): Promise<InboxRow | undefined> {
  return await tx.query
    .selectFrom("inboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();
}

const byIds = prepared((db, { accountId, ids }: { accountId: string; ids: readonly string[] }) =>
  db.selectFrom("inboxes").selectAll().where("account_id", "=", accountId).where("id", "in", ids),
);

export async function findInboxes(reader: Reader, accountId: string, ids: readonly string[]): Promise<InboxRow[]> {
  return ids.length === 0 ? [] : await byIds.all(reader, { accountId, ids });
}

/** `addressKey` as `contactKey("email", …)` makes it. */
export async function findInboxByAddress(
  reader: Reader,
  accountId: string,
  addressKey: string,
): Promise<InboxRow | undefined> {
  return await reader.query
    .selectFrom("inboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("address_key", "=", addressKey)
    .executeTakeFirst();
}

/** The inboxes that have an address, of one site or of all accounts: an address is unique within its account only. */
export async function findInboxesByAddress(
  reader: Reader,
  addressKey: string,
  site: string | null,
): Promise<InboxRow[]> {
  return site === null
    ? await byAddress.all(reader, { addressKey })
    : await byAddressOfSite.all(reader, { addressKey, site });
}

const havingAddress = (query: ReadQueries, addressKey: string) =>
  acrossAccounts({ query })
    .selectFrom("inboxes")
    .innerJoin("accounts", "accounts.id", "inboxes.account_id")
    .selectAll("inboxes")
    .where("inboxes.address_key", "=", addressKey)
    .orderBy("inboxes.id");

const byAddress = prepared((db, { addressKey }: { addressKey: string }) => havingAddress(db, addressKey));

const byAddressOfSite = prepared((db, { addressKey, site }: { addressKey: string; site: string }) =>
  havingAddress(db, addressKey).where("accounts.site", "=", site),
);

/** The account's oldest inbox: where a ticket goes that names none (K2). */
export async function findFirstInbox(reader: Reader, accountId: string): Promise<InboxRow | undefined> {
  return await reader.query
    .selectFrom("inboxes")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

export async function updateInbox(
  tx: Tx,
  accountId: string,
  id: string,
  changes: Partial<Omit<InboxRow, "account_id" | "id" | "version" | "created_at">>,
): Promise<void> {
  await tx.query
    .updateTable("inboxes")
    .set((inbox) => ({ ...changes, version: inbox("version", "+", 1) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** Deletes an inbox, and with it where its mail was fetched and handed over. */
export async function deleteInbox(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.query.deleteFrom("mailboxes").where("account_id", "=", accountId).where("inbox_id", "=", id).execute();
  await tx.query.deleteFrom("transports").where("account_id", "=", accountId).where("inbox_id", "=", id).execute();
  await tx.query.deleteFrom("inboxes").where("account_id", "=", accountId).where("id", "=", id).execute();
}

/** Whether anything belongs to the inbox: a ticket, or mail that it received. */
export async function isInboxInUse(reader: Reader, accountId: string, id: string): Promise<boolean> {
  const ticket = await reader.query
    .selectFrom("tickets")
    .select("id")
    .where("account_id", "=", accountId)
    .where("inbox_id", "=", id)
    .limit(1)
    .executeTakeFirst();
  if (ticket !== undefined) return true;
  const received = await reader.query
    .selectFrom("received_messages")
    .select("id")
    .where("account_id", "=", accountId)
    .where("inbox_id", "=", id)
    .limit(1)
    .executeTakeFirst();
  return received !== undefined;
}
