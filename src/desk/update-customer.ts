import { NotFound } from "../domain/errors.ts";
import { SYSTEM } from "../domain/events.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import { deleteContacts, findContactByKey, listContacts, updateContact } from "../storage/contacts.ts";
import { findCustomer, lockCustomer, updateCustomer as updateRow } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { recordChange } from "../storage/events.ts";
import type { ContactRow, CustomerRow } from "../storage/schema.ts";
import { ALREADY_USED, type KeyedContact, keyContacts } from "./contacts.ts";
import { type CustomerInput, addContactRow } from "./create-customer.ts";
import { indexCustomer } from "./index-customer.ts";
import type { Precondition } from "./precondition.ts";

/** Changes what is given and leaves the rest. `contacts` sets the whole list (U3). */
export async function updateCustomer(
  tx: Tx,
  accountId: string,
  id: string,
  input: CustomerInput,
  faults: Faults,
  precondition: Precondition,
): Promise<CustomerRow> {
  const customer = await lockCustomer(tx, accountId, id);
  if (customer === undefined) throw new NotFound();
  precondition(customer.version);
  const held = await listContacts(tx, accountId, [id]);
  const wanted = input.contacts == null ? null : await claimContacts(tx, accountId, id, input.contacts, faults);
  faults.throwIfAny();
  const changes = changedFields(customer, input);
  const contactsChanged = wanted !== null && (await setContacts(tx, accountId, id, held, wanted));
  if (Object.keys(changes).length === 0 && !contactsChanged) return customer;
  await updateRow(tx, accountId, id, changes, now());
  await indexCustomer(tx, accountId, id);
  await recordChange(tx, accountId, SYSTEM, { kind: "customer.updated", resource: "customer", id });
  return (await findCustomer(tx, accountId, id)) ?? customer;
}

async function claimContacts(
  tx: Tx,
  accountId: string,
  customerId: string,
  contacts: NonNullable<CustomerInput["contacts"]>,
  faults: Faults,
): Promise<KeyedContact[]> {
  const keyed = keyContacts(contacts, faults, "contacts");
  for (const { type, key, field } of keyed) {
    const holder = await findContactByKey(tx, accountId, type, key);
    if (holder !== undefined && holder.customer_id !== customerId) faults.add(`${field} ${ALREADY_USED}`);
  }
  return keyed;
}

const EDITABLE = ["first_name", "last_name", "summary"] as const;

function changedFields(
  customer: CustomerRow,
  input: CustomerInput,
): Partial<Record<(typeof EDITABLE)[number], string | null>> {
  const changed = EDITABLE.filter((field) => input[field] !== undefined && input[field] !== customer[field]);
  return Object.fromEntries(changed.map((field) => [field, input[field]]));
}

/** Returns whether anything changed. A contact that stays keeps its id. */
async function setContacts(
  tx: Tx,
  accountId: string,
  customerId: string,
  held: readonly ContactRow[],
  wanted: readonly KeyedContact[],
): Promise<boolean> {
  const stays = (contact: ContactRow): boolean =>
    wanted.some(({ type, key }) => type === contact.type && key === contact.value_key);
  const gone = held.filter((contact) => !stays(contact));
  await deleteContacts(
    tx,
    accountId,
    gone.map(({ id }) => id),
  );
  let changed = gone.length > 0;
  for (const [position, contact] of wanted.entries()) {
    const kept = held.find(({ type, value_key }) => type === contact.type && value_key === contact.key);
    if (kept === undefined) {
      await addContactRow(tx, accountId, customerId, contact, position);
      changed = true;
    } else if (kept.position !== position || kept.value !== contact.value) {
      await updateContact(tx, accountId, kept.id, { position, value: contact.value });
      changed = true;
    }
  }
  return changed;
}
