import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { createInbox, deleteInbox, updateInbox } from "../../desk/inboxes.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { findInbox, listInboxes } from "../../storage/inboxes.ts";
import { pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentInbox } from "../present/inbox.ts";
import type { Router } from "../router.ts";
import { CreateInbox, Inbox, UpdateInbox } from "../schemas/inboxes.ts";

export function declareInboxes(router: Router): void {
  const { db } = router.context;
  const tag = "Inboxes";
  const path = "/inboxes/:inbox_id";

  router.read(
    "/inboxes",
    { tag, summary: "List inboxes", parameters: OF_WHOLE, collection: true, answer: Type.Array(Inbox), status: 200 },
    async ({ account, query, user }) => {
      const within = user?.inboxIds ?? null;
      const all = await listInboxes(db, account.id);
      const inboxes = within === null ? all : all.filter(({ id }) => within.includes(id));
      const asked = readFields(query);
      const body = inboxes.map((inbox) => presentInbox(inbox, asked));
      return query.isTrue("count") ? { status: 200, body, total: inboxes.length } : ok(body);
    },
  );

  router.read(
    path,
    { tag, summary: "Get an inbox", parameters: OF_RESOURCE, answer: Inbox, status: 200 },
    async (call) => {
      const inbox = await findInbox(db, call.account.id, pathId(call, "inbox_id"));
      if (inbox === undefined) throw new NotFound();
      return ok(presentInbox(inbox, readFields(call.query)), inbox.version);
    },
  );

  router.write(
    "POST",
    "/inboxes",
    {
      tag,
      summary: "Create an inbox",
      parameters: OF_RESOURCE,
      body: CreateInbox,
      answer: Inbox,
      status: 201,
      least: "admin",
    },
    async (tx, call) => {
      const { account, query, request } = call;
      const faults = new Faults();
      const inbox = await createInbox(tx, account.id, checkBody(CreateInbox, request.body, faults), faults);
      await recordAudit(tx, call, { action: "inbox.created", subject: inbox.id, details: { name: inbox.name } });
      return created(presentInbox(inbox, readFields(query)), `/inboxes/${inbox.id}`, inbox.version);
    },
  );

  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change an inbox",
      parameters: OF_RESOURCE,
      body: UpdateInbox,
      answer: Inbox,
      status: 200,
      least: "admin",
    },
    async (tx, call) => {
      const { account, query, request } = call;
      const faults = new Faults();
      const input = checkBody(UpdateInbox, request.body, faults);
      const condition = readPrecondition(request.headers["if-match"]);
      const before = await findInbox(tx, account.id, pathId(call, "inbox_id"));
      const inbox = await updateInbox(tx, account.id, pathId(call, "inbox_id"), input, faults, condition);
      if (inbox.version !== before?.version) {
        const details = { name: inbox.name, changed: Object.keys(input) };
        await recordAudit(tx, call, { action: "inbox.updated", subject: inbox.id, details });
      }
      return ok(presentInbox(inbox, readFields(query)), inbox.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Delete an inbox that nothing belongs to", parameters: [ENVELOPE], status: 204, least: "admin" },
    async (tx, call) => {
      const inbox = await findInbox(tx, call.account.id, pathId(call, "inbox_id"));
      await deleteInbox(tx, call.account.id, pathId(call, "inbox_id"), new Faults());
      await recordAudit(tx, call, { action: "inbox.deleted", subject: inbox?.id, details: { name: inbox?.name } });
      return NO_CONTENT;
    },
  );
}
