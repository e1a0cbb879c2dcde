import { type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { ContactType } from "../domain/states.ts";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";
import type { Slice, SortDirection } from "./paging.ts";
import type { CustomerRow, Schema } from "./schema.ts";
import { matchingCustomers } from "./search.ts";

/** What a list of customers is narrowed to. An absent member does not narrow; an empty list matches nothing. */
export interface CustomerFilter {
  contactTypes?: readonly ContactType[];
  /** As compared: see `contactKey`. */
  contactKeys?: readonly string[];
  since?: number;
  terms?: readonly SearchTerm[];
}

export async function insertCustomer(tx: Tx, customer: CustomerRow): Promise<void> {
  await insert.run(tx, customer);
}

const insert = preparedWrite((db: WriteQueries, customer: CustomerRow) => db.insertInto("customers").values(customer));

/** A customer; one that was merged into another is not there any more. */
export async function findCustomer(reader: Reader, accountId: string, id: string): Promise<CustomerRow | undefined> {
  return await byId.first(reader, { accountId, id });
}

const byId = prepared((db, { accountId, id }: { accountId: string; id: string }) =>
  db
    .selectFrom("customers")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("merged_into", "is", null),
);

/** As `lockCustomer`, also one that was merged into another. */
export async function lockMergedCustomer(tx: Tx, accountId: string, id: string): Promise<CustomerRow | undefined> {
  return await tx.query
    .selectFrom("customers")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** As `findCustomer`, and nobody else changes the customer until the transaction ends. */
export async function lockCustomer(tx: Tx, accountId: string, id: string): Promise<CustomerRow | undefined> {
  return await tx.query
    .selectFrom("customers")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("merged_into", "is", null)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

const byIds = prepared((db, { accountId, ids }: { accountId: string; ids: readonly string[] }) =>
  db.selectFrom("customers").selectAll().where("account_id", "=", accountId).where("id", "in", ids),
);

export async function findCustomers(reader: Reader, accountId: string, ids: readonly string[]): Promise<CustomerRow[]> {
  return ids.length === 0 ? [] : await byIds.all(reader, { accountId, ids });
}

/** Sets the changed columns and moves the version. */
export async function updateCustomer(
  tx: Tx,
  accountId: string,
  id: string,
  changes: Partial<Pick<CustomerRow, "first_name" | "last_name" | "summary" | "merged_into">>,
  at: number,
): Promise<void> {
  await tx.query
    .updateTable("customers")
    .set((customer) => ({ ...changes, version: customer("version", "+", 1), updated_at: at }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .execute();
}

/** By creation; ties by id in the same direction (R7). */
export async function listCustomers(
  reader: Reader,
  accountId: string,
  filter: CustomerFilter,
  direction: SortDirection,
  { limit, offset }: Slice,
): Promise<CustomerRow[]> {
  if (limit === 0) return [];
  return await reader.query
    .selectFrom("customers")
    .selectAll()
    .where("customers.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader, accountId, filter, row)))
    .orderBy("created_at", direction)
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countCustomers(reader: Reader, accountId: string, filter: CustomerFilter): Promise<number> {
  const { total } = await reader.query
    .selectFrom("customers")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("customers.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader, accountId, filter, row)))
    .executeTakeFirstOrThrow();
  return total;
}

type Row = ExpressionBuilder<Schema, "customers">;

function conditions(reader: Reader, accountId: string, filter: CustomerFilter, row: Row) {
  const all = [sql<SqlBool>`customers.merged_into is null`];
  const { contactTypes, contactKeys, since, terms } = filter;
  if (since !== undefined) all.push(sql<SqlBool>`customers.created_at >= ${since}`);
  if (terms !== undefined) all.push(sql<SqlBool>`customers.id in ${matchingCustomers(reader, accountId, terms)}`);
  if (contactTypes?.length === 0 || contactKeys?.length === 0) return [sql<SqlBool>`false`];
  if (contactTypes === undefined && contactKeys === undefined) return all;
  const contact = row
    .selectFrom("contacts")
    .select("contacts.customer_id")
    .where("contacts.account_id", "=", accountId)
    .$if(contactKeys !== undefined, (query) => query.where("contacts.value_key", "in", contactKeys ?? []))
    .$if(contactTypes !== undefined, (query) => query.where("contacts.type", "in", contactTypes ?? []));
  return [...all, row("customers.id", "in", contact)];
}
