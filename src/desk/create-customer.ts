import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { findContactByKey, insertContact } from "../storage/contacts.ts";
import { insertCustomer } from "../storage/customers.ts";
import { RunAgain, type Tx } from "../storage/database.ts";
import { customerEntry } from "../storage/search-entries.ts";
import { indexNewEntry } from "../storage/search.ts";
import type { CustomerRow } from "../storage/schema.ts";
import { ALREADY_USED, type ContactInput, type KeyedContact, keyContacts } from "./contacts.ts";

export interface CustomerInput {
  first_name?: string | null;
  last_name?: string | null;
  summary?: string | null;
  contacts?: readonly Partial<ContactInput>[] | null;
}

/** Creates a customer; a contact that anyone in the account holds is a fault (U1). */
export async function createCustomer(
  tx: Tx,
  accountId: string,
  input: CustomerInput,
  faults: Faults,
): Promise<CustomerRow> {
  const contacts = keyContacts(input.contacts ?? [], faults, "contacts");
  for (const { type, key, field } of contacts) {
    const holder = await findContactByKey(tx, accountId, type, key);
    if (holder !== undefined) faults.add(`${field} ${ALREADY_USED}`);
  }
  faults.throwIfAny();
  return await writeCustomer(tx, accountId, input, contacts);
}

/** Writes a customer whose contacts were looked for and not found. If another request took one since, all starts again. */
export async function writeCustomer(
  tx: Tx,
  accountId: string,
  input: CustomerInput,
  contacts: readonly KeyedContact[],
): Promise<CustomerRow> {
  const at = now();
  const customer: CustomerRow = {
    account_id: accountId,
    id: newId(),
    first_name: input.first_name ?? null,
    last_name: input.last_name ?? null,
    summary: input.summary ?? null,
    version: 1,
    created_at: at,
    updated_at: at,
    merged_into: null,
  };
  await insertCustomer(tx, customer);
  await addContactRows(tx, accountId, customer.id, contacts);
  await indexNewEntry(tx, accountId, customerEntry(customer, contacts));
  return customer;
}

/**
 * Inserts contacts in the order of their keys, whatever their positions: two requests that bring the same ones in another
 * order wait for each other in turn, where PostgreSQL would find a deadlock, after a second for each.
 */
async function addContactRows(
  tx: Tx,
  accountId: string,
  customerId: string,
  contacts: readonly KeyedContact[],
): Promise<void> {
  const placed = contacts.map((contact, position) => ({ contact, position }));
  const order = ({ contact }: { contact: KeyedContact }): string => `${contact.type} ${contact.key}`;
  for (const { contact, position } of placed.toSorted((a, b) => (order(a) < order(b) ? -1 : 1))) {
    await addContactRow(tx, accountId, customerId, contact, position);
  }
}

/** Inserts a contact that nobody held a moment ago. Returns its id. */
export async function addContactRow(
  tx: Tx,
  accountId: string,
  customerId: string,
  { type, value, key }: KeyedContact,
  position: number,
): Promise<string> {
  const id = newId();
  const contact = { account_id: accountId, id, customer_id: customerId, position, type, value, value_key: key };
  if (!(await insertContact(tx, contact))) throw new RunAgain();
  return id;
}
