import { formatTime } from "../../domain/time.ts";
import { listContacts } from "../../storage/contacts.ts";
import type { Reader } from "../../storage/database.ts";
import type { ContactRow, CustomerRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "first_name", "last_name", "summary", "contacts"],
  extra: ["version", "created_at", "updated_at"],
};

const CONTACT_FIELDS: ResourceFields = { documented: ["id", "type", "value"], extra: [] };

/** Customers as the API shows them, their contacts with them. */
export async function presentCustomers(
  reader: Reader,
  accountId: string,
  customers: readonly CustomerRow[],
  asked: ReadonlySet<string> | null,
): Promise<Resource[]> {
  const ids = customers.map(({ id }) => id);
  const wantsContacts = asked === null || asked.has("contacts");
  const contacts = wantsContacts ? await listContacts(reader, accountId, ids) : [];
  const byCustomer = Map.groupBy(contacts, ({ customer_id }) => customer_id);
  return customers.map((customer) => {
    const resource = {
      id: customer.id,
      first_name: customer.first_name,
      last_name: customer.last_name,
      summary: customer.summary,
      contacts: (byCustomer.get(customer.id) ?? []).map((contact) => presentContact(contact, null)),
      version: customer.version,
      created_at: formatTime(customer.created_at),
      updated_at: formatTime(customer.updated_at),
    };
    return pickFields(resource, FIELDS, asked);
  });
}

export async function presentCustomer(
  reader: Reader,
  accountId: string,
  customer: CustomerRow,
  asked: ReadonlySet<string> | null,
): Promise<Resource> {
  const [resource = {}] = await presentCustomers(reader, accountId, [customer], asked);
  return resource;
}

export function presentContact({ id, type, value }: ContactRow, asked: ReadonlySet<string> | null): Resource {
  return pickFields({ id, type, value }, CONTACT_FIELDS, asked);
}
