import type { Faults } from "../domain/faults.ts";
import { findContactByKey } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { type KeyedContact, keyContacts } from "./contacts.ts";
import { type CustomerInput, writeCustomer } from "./create-customer.ts";

export type FoundOrNew = { found: string } | { create: CustomerInput; contacts: KeyedContact[] };

/**
 * Looks a customer up by its contacts in the order given: the first that anyone holds wins, and that customer is not
 * modified (K2). What is wrong with the input goes to `faults`. Writes nothing yet: see `settleCustomer`.
 */
export async function lookUpCustomer(
  tx: Tx,
  accountId: string,
  input: CustomerInput,
  faults: Faults,
  path: string,
): Promise<FoundOrNew> {
  const contacts = keyContacts(input.contacts ?? [], faults, `${path}.contacts`);
  for (const { type, key } of contacts) {
    const holder = await findContactByKey(tx, accountId, type, key);
    if (holder !== undefined) return { found: holder.customer_id };
  }
  return { create: input, contacts };
}

/** The id of the customer found, or of the one created now. Two at the same moment give one customer: the loser runs again. */
export async function settleCustomer(tx: Tx, accountId: string, customer: FoundOrNew): Promise<string> {
  if ("found" in customer) return customer.found;
  const { id } = await writeCustomer(tx, accountId, customer.create, customer.contacts);
  return id;
}
