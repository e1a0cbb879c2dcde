import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { addContact, removeContact } from "../../desk/add-contact.ts";
import type { Tx } from "../../storage/database.ts";
import { findContact } from "../../storage/contacts.ts";
import { type Call, pathId } from "../call.ts";
import { type Answer, NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE } from "../parameters.ts";
import { presentContact } from "../present/customer.ts";
import type { Router } from "../router.ts";
import { ContactInput } from "../schemas/shapes.ts";
import { Contact } from "../schemas/customers.ts";

const tag = "Contacts";

export function declareContacts(router: Router): void {
  const { db } = router.context;
  const options = { tag, parameters: OF_RESOURCE, body: ContactInput, answer: Contact, status: 201 } as const;
  const summary = "Give a customer a contact";

  router.write("POST", "/customers/:customer_id/contacts", { ...options, summary }, answerNewContact);

  // As the document's sample prints it (U4).
  router.write("POST", "/customers/:customer_id", { ...options, summary: `${summary} (short form)` }, answerNewContact);

  router.read(
    "/customers/:customer_id/contacts/:contact_id",
    { tag, summary: "Get a contact", parameters: OF_RESOURCE, answer: Contact, status: 200 },
    async (call) => {
      const contact = await findContact(db, call.account.id, pathId(call, "customer_id"), pathId(call, "contact_id"));
      if (contact === undefined) throw new NotFound();
      return ok(presentContact(contact, readFields(call.query)), 1);
    },
  );

  router.write(
    "DELETE",
    "/customers/:customer_id/contacts/:contact_id",
    { tag, summary: "Take a contact from a customer", parameters: [ENVELOPE], status: 204 },
    async (tx, call) => {
      await removeContact(tx, call.account.id, pathId(call, "customer_id"), pathId(call, "contact_id"));
      return NO_CONTENT;
    },
  );
}

async function answerNewContact(tx: Tx, call: Call): Promise<Answer> {
  const faults = new Faults();
  const input = checkBody(ContactInput, call.request.body, faults);
  const contact = await addContact(tx, call.account.id, pathId(call, "customer_id"), input, faults);
  const location = `/customers/${contact.customer_id}/contacts/${contact.id}`;
  return created(presentContact(contact, readFields(call.query)), location, 1);
}
