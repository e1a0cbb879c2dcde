import { NotFound } from "../domain/errors.ts";
import { SYSTEM } from "../domain/events.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import { deleteContacts, findContact, findContactByKey, listContacts } from "../storage/contacts.ts";
import { lockCustomer, updateCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { recordChange } from "../storage/events.ts";
import type { ContactRow } from "../storage/schema.ts";
import { ALREADY_USED, type ContactInput, keyContact } from "./contacts.ts";
import { addContactRow } from "./create-customer.ts";
import { indexCustomer } from "./index-customer.ts";

/** Gives a customer one more contact, after those it has (U4). */
export async function addContact(
  tx: Tx,
  accountId: string,
  customerId: string,
  input: Partial<ContactInput>,
  faults: Faults,
): Promise<ContactRow> {
  if ((await lockCustomer(tx, accountId, customerId)) === undefined) throw new NotFound();
  const { type, value } = input;
  const keyed = type === undefined || value === undefined ? null : keyContact({ type, value }, faults, "value");
  if (keyed !== null && (await findContactByKey(tx, accountId, keyed.type, keyed.key)) !== undefined) {
    faults.add(`value ${ALREADY_USED}`);
  }
  faults.throwIfAny();
  if (keyed === null) throw new Error("a contact without faults has a type and a value");
  const held = await listContacts(tx, accountId, [customerId]);
  const position = (held.at(-1)?.position ?? -1) + 1;
  const id = await addContactRow(tx, accountId, customerId, keyed, position);
  await contactsChanged(tx, accountId, customerId);
  return {
    account_id: accountId,
    id,
    customer_id: customerId,
    position,
    type: keyed.type,
    value: keyed.value,
    value_key: keyed.key,
  };
}

/** Takes a contact from a customer. */
export async function removeContact(tx: Tx, accountId: string, customerId: string, contactId: string): Promise<void> {
  if ((await lockCustomer(tx, accountId, customerId)) === undefined) throw new NotFound();
  if ((await findContact(tx, accountId, customerId, contactId)) === undefined) throw new NotFound();
  await deleteContacts(tx, accountId, [contactId]);
  await contactsChanged(tx, accountId, customerId);
}

async function contactsChanged(tx: Tx, accountId: string, customerId: string): Promise<void> {
  await updateCustomer(tx, accountId, customerId, {}, now());
  await indexCustomer(tx, accountId, customerId);
  await recordChange(tx, accountId, SYSTEM, { kind: "customer.updated", resource: "customer", id: customerId });
}
