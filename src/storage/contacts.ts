import { sql } from "kysely";
import type { ContactType } from "../domain/states.ts";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { ContactRow } from "./schema.ts";

/** Inserts a contact. Returns false when the account already has it, whoever holds it (U1). */
export async function insertContact(tx: Tx, contact: ContactRow): Promise<boolean> {
  return (await insert.run(tx, contact)) === 1;
}

const insert = preparedWrite((db: WriteQueries, contact: ContactRow) =>
  db
    .insertInto("contacts")
    .values(contact)
    .onConflict((conflict) => conflict.columns(["account_id", "value_key", "type"]).doNothing()),
);

export async function findContactByKey(
  reader: Reader,
  accountId: string,
  type: ContactType,
  key: string,
): Promise<ContactRow | undefined> {
  return await byKey.first(reader, { accountId, type, key });
}

const byKey = prepared((db, { accountId, type, key }: { accountId: string; type: ContactType; key: string }) =>
  db
    .selectFrom("contacts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("value_key", "=", key)
    .where("type", "=", type),
);

export async function findContact(
  reader: Reader,
  accountId: string,
  customerId: string,
  id: string,
): Promise<ContactRow | undefined> {
  return await reader.query
    .selectFrom("contacts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("customer_id", "=", customerId)
    .where("id", "=", id)
    .executeTakeFirst();
}

interface OfCustomers {
  accountId: string;
  customerIds: readonly string[];
}

const ofCustomers = prepared((db, { accountId, customerIds }: OfCustomers) =>
  db
    .selectFrom("contacts")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("customer_id", "in", customerIds)
    .orderBy("customer_id")
    .orderBy("position")
    .orderBy("id"),
);

/** The contacts of some customers, each customer's in their order. */
export async function listContacts(
  reader: Reader,
  accountId: string,
  customerIds: readonly string[],
): Promise<ContactRow[]> {
  return customerIds.length === 0 ? [] : await ofCustomers.all(reader, { accountId, customerIds });
}

const emailsOfCustomers = prepared((db, { accountId, customerIds }: OfCustomers) =>
  db
    .selectFrom("contacts")
    .select(["customer_id", "value"])
    .where("account_id", "=", accountId)
    .where("customer_id", "in", customerIds)
    .where("type", "=", sql.lit("email" as const))
    .orderBy("customer_id")
    .orderBy("position")
    .orderBy("id"),
);

/** The email addresses of some customers, each customer's in their order. */
export async function listEmailAddresses(
  reader: Reader,
  accountId: string,
  customerIds: readonly string[],
): Promise<Pick<ContactRow, "customer_id" | "value">[]> {
  return customerIds.length === 0 ? [] : await emailsOfCustomers.all(reader, { accountId, customerIds });
}

/** A contact that stays keeps its id; its place and its spelling may change (U3). */
export async function updateContact(
  tx: Tx,
  accountId: string,
  id: string,
  changes: Pick<ContactRow, "position" | "value">,
): Promise<void> {
  await tx.query
    .updateTable("contacts")
    .set(changes)
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

export async function deleteContacts(tx: Tx, accountId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query.deleteFrom("contacts").where("account_id", "=", accountId).where("id", "in", ids).execute();
}
