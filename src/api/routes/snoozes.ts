import { Faults } from "../../domain/faults.ts";
import { snoozeTicket, unsnoozeTicket } from "../../desk/snooze-ticket.ts";
import { pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { OF_RESOURCE } from "../parameters.ts";
import { presentTicket } from "../present/ticket.ts";
import type { Router } from "../router.ts";
import { SnoozeTicket, Ticket } from "../schemas/tickets.ts";

export function declareSnoozes(router: Router): void {
  const path = "/tickets/:ticket_id/snooze";

  router.write(
    "POST",
    path,
    {
      tag: "Tickets",
      summary: "Snooze a ticket until a time",
      parameters: OF_RESOURCE,
      body: SnoozeTicket,
      answer: Ticket,
      status: 200,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const input = checkBody(SnoozeTicket, request.body, faults);
      const condition = readPrecondition(request.headers["if-match"]);
      const ticket = await snoozeTicket(tx, account.id, actor, pathId(call, "ticket_id"), input, faults, condition);
      return ok(
        await presentTicket(tx, account.id, ticket, new Set(), readFields(query), call.user?.id),
        ticket.version,
      );
    },
  );

  router.write(
    "DELETE",
    path,
    { tag: "Tickets", summary: "Open a snoozed ticket now", parameters: OF_RESOURCE, answer: Ticket, status: 200 },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const condition = readPrecondition(request.headers["if-match"]);
      const ticket = await unsnoozeTicket(tx, account.id, actor, pathId(call, "ticket_id"), condition);
      return ok(
        await presentTicket(tx, account.id, ticket, new Set(), readFields(query), call.user?.id),
        ticket.version,
      );
    },
  );
}
