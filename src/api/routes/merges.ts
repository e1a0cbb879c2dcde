import { Faults } from "../../domain/faults.ts";
import { mergeCustomers } from "../../desk/merge-customers.ts";
import { mergeTickets } from "../../desk/merge-tickets.ts";
import { splitTicket } from "../../desk/split-ticket.ts";
import { pathId } from "../call.ts";
import { created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readFields } from "../conventions/fields.ts";
import { OF_RESOURCE } from "../parameters.ts";
import { presentCustomer } from "../present/customer.ts";
import { presentTicket } from "../present/ticket.ts";
import type { Router } from "../router.ts";
import { Customer } from "../schemas/customers.ts";
import { MergeCustomers, MergeTickets, SplitTicket } from "../schemas/surgery.ts";
import { Ticket } from "../schemas/tickets.ts";

/** Names what `POST /undos/{id}` takes back. */
const UNDO = "Undo-Id";

export function declareMerges(router: Router): void {
  const parameters = OF_RESOURCE;

  router.write(
    "POST",
    "/tickets/:ticket_id/merge",
    {
      tag: "Tickets",
      summary: "Make other tickets part of this one; Undo-Id takes it back",
      parameters,
      body: MergeTickets,
      answer: Ticket,
      status: 200,
    },
    async (tx, call) => {
      const { account, actor, user, query, request } = call;
      const faults = new Faults();
      const { ticket_ids = [] } = checkBody(MergeTickets, request.body, faults);
      const within = user?.inboxIds ?? null;
      const id = pathId(call, "ticket_id");
      const { ticket, undoId } = await mergeTickets(tx, account.id, actor, id, ticket_ids, within, faults);
      const body = await presentTicket(tx, account.id, ticket, new Set(), readFields(query));
      return { ...ok(body, ticket.version), headers: { [UNDO]: undoId } };
    },
  );

  router.write(
    "POST",
    "/tickets/:ticket_id/split",
    {
      tag: "Tickets",
      summary: "Take messages of a ticket to a new one; Undo-Id takes it back",
      parameters,
      body: SplitTicket,
      answer: Ticket,
      status: 201,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const input = checkBody(SplitTicket, request.body, faults);
      const { ticket, undoId } = await splitTicket(tx, account.id, actor, pathId(call, "ticket_id"), input, faults);
      const body = await presentTicket(tx, account.id, ticket, new Set(), readFields(query));
      return { ...created(body, `/tickets/${ticket.id}`, ticket.version), headers: { [UNDO]: undoId } };
    },
  );

  router.write(
    "POST",
    "/customers/:customer_id/merge",
    {
      tag: "Customers",
      summary: "Make other customers part of this one; Undo-Id takes it back",
      parameters,
      body: MergeCustomers,
      answer: Customer,
      status: 200,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const { customer_ids = [] } = checkBody(MergeCustomers, request.body, faults);
      const id = pathId(call, "customer_id");
      const { customer, undoId } = await mergeCustomers(tx, account.id, actor, id, customer_ids, faults);
      const body = await presentCustomer(tx, account.id, customer, readFields(query));
      return { ...ok(body, customer.version), headers: { [UNDO]: undoId } };
    },
  );
}
