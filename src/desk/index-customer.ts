import { listContacts } from "../storage/contacts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { indexEntry } from "../storage/search.ts";

/** Brings the search index up to date with a customer's names, summary and contacts. */
export async function indexCustomer(tx: Tx, accountId: string, customerId: string): Promise<void> {
  const customer = await findCustomer(tx, accountId, customerId);
  if (customer === undefined) return;
  const contacts = await listContacts(tx, accountId, [customerId]);
  const texts = [customer.first_name, customer.last_name, customer.summary, ...contacts.map(({ value }) => value)];
  await indexEntry(tx, accountId, { id: customerId, ticketId: null, text: texts.filter(Boolean).join("\n") });
}
