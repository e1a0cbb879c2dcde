import { Type } from "typebox";
import { contactKey } from "../../domain/contact-values.ts";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { CONTACT_TYPES } from "../../domain/states.ts";
import { createCustomer } from "../../desk/create-customer.ts";
import { updateCustomer } from "../../desk/update-customer.ts";
import { type CustomerFilter, countCustomers, findCustomer, listCustomers } from "../../storage/customers.ts";
import { pathId } from "../call.ts";
import { created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { BY_CREATION, readPaging, readSort } from "../conventions/paging.ts";
import type { Query } from "../conventions/query.ts";
import { readTerms, readTicketFilter } from "../conventions/ticket-query.ts";
import { OF_PAGES, OF_RESOURCE, QUERY, SINCE_CREATED, parameter, sortParameter } from "../parameters.ts";
import { presentCustomer, presentCustomers } from "../present/customer.ts";
import type { Router } from "../router.ts";
import { Customer, CustomerBody } from "../schemas/customers.ts";
import { TICKET_LIST, answerTicketList, readTicketPage } from "./tickets.ts";

const tag = "Customers";

export function declareCustomers(router: Router): void {
  const { db } = router.context;

  router.read(
    "/customers",
    {
      tag,
      summary: "List customers",
      parameters: [
        parameter("contacts.type", `Comma separated, of: ${CONTACT_TYPES.join(", ")}`),
        parameter("contacts.value", "Comma separated email addresses, phone numbers or screen names"),
        SINCE_CREATED,
        QUERY,
        sortParameter(BY_CREATION.keys()),
        ...OF_PAGES,
      ],
      collection: true,
      answer: Type.Array(Customer),
      status: 200,
    },
    async ({ account, query }) => {
      const filter = readCustomerFilter(query);
      const slice = readPaging(query);
      const direction = readSort(query, BY_CREATION);
      const reads = await db.listReads(account.id);
      const customers = await listCustomers(reads.quick, account.id, filter, direction, slice);
      const body = await presentCustomers(reads.quick, account.id, customers, readFields(query));
      if (!query.isTrue("count")) return ok(body);
      return { status: 200, body, total: await countCustomers(reads.long, account.id, filter) };
    },
  );

  router.read(
    "/customers/:customer_id",
    { tag, summary: "Get a customer", parameters: OF_RESOURCE, answer: Customer, status: 200 },
    async (call) => {
      const { account, query } = call;
      const customer = await findCustomer(db, account.id, pathId(call, "customer_id"));
      if (customer === undefined) throw new NotFound();
      return ok(await presentCustomer(db, account.id, customer, readFields(query)), customer.version);
    },
  );

  router.read(
    "/customers/:customer_id/tickets",
    { ...TICKET_LIST, tag, summary: "List a customer's tickets" },
    async (call) => {
      const filter = readTicketFilter(call.query, call.user);
      const page = readTicketPage(call.query);
      const customer = await findCustomer(db, call.account.id, pathId(call, "customer_id"));
      if (customer === undefined) throw new NotFound();
      return await answerTicketList(db, call, { ...filter, customerIds: [customer.id] }, page);
    },
  );

  router.write(
    "POST",
    "/customers",
    { tag, summary: "Create a customer", parameters: OF_RESOURCE, body: CustomerBody, answer: Customer, status: 201 },
    async (tx, { account, query, request }) => {
      const faults = new Faults();
      const customer = await createCustomer(tx, account.id, checkBody(CustomerBody, request.body, faults), faults);
      const body = await presentCustomer(tx, account.id, customer, readFields(query));
      return created(body, `/customers/${customer.id}`, customer.version);
    },
  );

  router.write(
    "PATCH",
    "/customers/:customer_id",
    { tag, summary: "Change a customer", parameters: OF_RESOURCE, body: CustomerBody, answer: Customer, status: 200 },
    async (tx, call) => {
      const { account, query, request } = call;
      const faults = new Faults();
      const input = checkBody(CustomerBody, request.body, faults);
      const condition = readPrecondition(request.headers["if-match"]);
      const id = pathId(call, "customer_id");
      const customer = await updateCustomer(tx, account.id, id, input, faults, condition);
      return ok(await presentCustomer(tx, account.id, customer, readFields(query)), customer.version);
    },
  );
}

function readCustomerFilter(query: Query): CustomerFilter {
  const contactTypes = query.oneOf("contacts.type", CONTACT_TYPES);
  const values = query.list("contacts.value") === undefined ? undefined : query.text("contacts.value")?.split(",");
  const since = query.time("since_created_at");
  const terms = readTerms(query);
  return {
    ...(contactTypes !== undefined && { contactTypes }),
    ...(values !== undefined && { contactKeys: contactKeys(values, contactTypes ?? CONTACT_TYPES) }),
    ...(since !== undefined && { since }),
    ...(terms !== undefined && { terms }),
  };
}

/**
 * What the values may be stored as. A `+` that arrived as a space is read as `+` (R8), without giving up the value as it
 * reads without it; a NUL matches nothing (T15).
 */
function contactKeys(values: readonly string[], types: readonly (typeof CONTACT_TYPES)[number][]): string[] {
  const readable = values.filter((value) => !value.includes("\u0000"));
  const spellings = readable.flatMap((value) => [
    value,
    // Of a phone number with blanks only the first can have been a +.
    value.replace(/^ (?=\d)/, "+"),
    value.trimEnd().replaceAll(" ", "+"),
  ]);
  return [...new Set(types.flatMap((type) => spellings.map((value) => contactKey(type, value))))].filter(Boolean);
}
