import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { replyToTicket } from "../../desk/reply-to-ticket.ts";
import { countMessages, findMessage, listMessages } from "../../storage/messages.ts";
import type { SortDirection } from "../../storage/paging.ts";
import { findTicket } from "../../storage/tickets.ts";
import { asAuthor } from "../access.ts";
import { pathId } from "../call.ts";
import { created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { readPaging, readSort } from "../conventions/paging.ts";
import { OF_PAGES, OF_RESOURCE, sortParameter } from "../parameters.ts";
import { messageWith, presentMessage, presentMessages } from "../present/message.ts";
import type { Router } from "../router.ts";
import { Message, NewMessageBody } from "../schemas/messages.ts";

/** Oldest first, as where messages are embedded (M1). */
const SORTS: ReadonlyMap<string, SortDirection> = new Map([
  ["created_at", "asc"],
  ["-created_at", "desc"],
]);

export function declareMessages(router: Router): void {
  const { db } = router.context;

  router.read(
    "/tickets/:ticket_id/messages",
    {
      tag: "Messages",
      summary: "List a ticket's messages",
      parameters: [sortParameter(SORTS.keys()), ...OF_PAGES],
      collection: true,
      answer: Type.Array(Message),
      status: 200,
    },
    async (call) => {
      const { account, query } = call;
      const slice = readPaging(query);
      const direction = readSort(query, SORTS);
      const ticket = await findTicket(db, account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      const messages = await listMessages(db, account.id, ticket.id, direction, slice);
      const body = await presentMessages(db, account.id, messages, readFields(query));
      if (!query.isTrue("count")) return ok(body);
      return { status: 200, body, total: await countMessages(db, account.id, ticket.id) };
    },
  );

  router.read(
    "/tickets/:ticket_id/messages/:message_id",
    { tag: "Messages", summary: "Get a message", parameters: OF_RESOURCE, answer: Message, status: 200 },
    async (call) => {
      const { account, query } = call;
      const message = await findMessage(db, account.id, pathId(call, "ticket_id"), pathId(call, "message_id"));
      if (message === undefined) throw new NotFound();
      return ok(await presentMessage(db, account.id, message, readFields(query)), message.version);
    },
  );

  router.write(
    "POST",
    "/tickets/:ticket_id/messages",
    {
      tag: "Messages",
      summary: "Add a note or a reply; an outbound reply is sent",
      parameters: OF_RESOURCE,
      body: NewMessageBody,
      answer: Message,
      status: 201,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const input = asAuthor(call, checkBody(NewMessageBody, request.body, faults));
      const condition = readPrecondition(request.headers["if-match"]);
      const message = await replyToTicket(tx, account.id, actor, pathId(call, "ticket_id"), input, faults, condition);
      const fields = readFields(query);
      // What has no attachments needs not be asked for them.
      const body =
        (input.attachment_ids ?? []).length === 0
          ? messageWith([], message, fields)
          : await presentMessage(tx, account.id, message, fields);
      return created(body, `/tickets/${message.ticket_id}/messages/${message.id}`, message.version);
    },
  );
}
