import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { countEventsOfTicket, listEventsOfTicket } from "../../storage/events.ts";
import { findMessage } from "../../storage/messages.ts";
import { findReceivedOfMessage } from "../../storage/received-messages.ts";
import { findTicket } from "../../storage/tickets.ts";
import { pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { readPaging, readSort } from "../conventions/paging.ts";
import { OF_PAGES, parameter, sortParameter } from "../parameters.ts";
import { presentEvent } from "../present/event.ts";
import type { Router } from "../router.ts";
import { TicketEvent } from "../schemas/surgery.ts";

/** Oldest first, as messages are. */
const SORTS = new Map([
  ["created_at", "asc"],
  ["-created_at", "desc"],
] as const);

export function declareHistory(router: Router): void {
  const { db, blobs } = router.context;

  router.read(
    "/tickets/:ticket_id/events",
    {
      tag: "Tickets",
      summary: "List what happened to a ticket",
      parameters: [sortParameter(SORTS.keys()), ...OF_PAGES],
      collection: true,
      answer: Type.Array(TicketEvent),
      status: 200,
    },
    async (call) => {
      const { account, query } = call;
      const slice = readPaging(query);
      const direction = readSort(query, SORTS);
      const ticket = await findTicket(db, account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      const events = await listEventsOfTicket(db, account.id, ticket.id, direction, slice);
      const asked = readFields(query);
      const body = events.map((event) => presentEvent(event, asked));
      if (!query.isTrue("count")) return ok(body);
      return { status: 200, body, total: await countEventsOfTicket(db, account.id, ticket.id) };
    },
  );

  router.bytes(
    "/tickets/:ticket_id/messages/:message_id/original",
    {
      tag: "Messages",
      summary: "Get the mail that a message came as, byte for byte",
      parameters: [parameter("view", "`1` to read it as plain text in a browser, in place of a download")],
      status: 200,
    },
    async (call) => {
      const { account, query } = call;
      const message = await findMessage(db, account.id, pathId(call, "ticket_id"), pathId(call, "message_id"));
      const received = message === undefined ? undefined : await findReceivedOfMessage(db, account.id, message.id);
      if (received === undefined) throw new NotFound();
      const view = query.text("view") === "1";
      return {
        stream: await blobs.read(account.id, received.hash),
        headers: {
          "Content-Type": view ? "text/plain; charset=utf-8" : "message/rfc822",
          "Content-Length": String(received.size),
          "Content-Disposition": `${view ? "inline" : "attachment"}; filename="${received.message_id}.eml"`,
          // As an attachment's (F3): whatever it holds, a browser gives it no right.
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "sandbox; default-src 'none'",
        },
      };
    },
  );
}
