import { listContacts } from "../storage/contacts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { customerEntry } from "../storage/search-entries.ts";
import { indexEntry } from "../storage/search.ts";

/** Brings the search index up to date with a customer's names, summary and contacts. */
export async function indexCustomer(tx: Tx, accountId: string, customerId: string): Promise<void> {
  const customer = await findCustomer(tx, accountId, customerId);
  if (customer === undefined) return;
  const contacts = await listContacts(tx, accountId, [customerId]);
  await indexEntry(tx, accountId, customerEntry(customer, contacts));
}
