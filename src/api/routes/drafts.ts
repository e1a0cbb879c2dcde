import { Type } from "typebox";
import { NotFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { Faults } from "../../domain/faults.ts";
import { createDraft, dropDraft, dropTicketDraft, saveFreeDraft, saveTicketDraft } from "../../desk/drafts.ts";
import { ANY_VERSION, type Precondition } from "../../desk/precondition.ts";
import { countFreeDrafts, findDraft, findTicketDraft, listFreeDrafts } from "../../storage/drafts.ts";
import { type Call, pathId, signedInActor } from "../call.ts";
import { type Answer, NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { readPaging } from "../conventions/paging.ts";
import { ENVELOPE, OF_PAGES, OF_RESOURCE, parameter } from "../parameters.ts";
import { presentDraft, presentDrafts } from "../present/draft.ts";
import type { Router } from "../router.ts";
import { Draft, FreeDraftBody, TicketDraftBody } from "../schemas/drafts.ts";

const tag = "Drafts";
const OF_TICKET = parameter("ticket_id", "What you are writing on this ticket: one draft or none, and never a 404");

export function declareDrafts(router: Router): void {
  declareTicketDrafts(router);
  declareFreeDrafts(router);
}

/** The version that a save follows: that of `If-Match`, else the body's own (B3). */
function follows(call: Call, version: number | null | undefined): Precondition {
  const header = call.request.headers["if-match"];
  return readPrecondition(header ?? (version == null ? undefined : `"${version}"`));
}

function declareTicketDrafts(router: Router): void {
  const { db } = router.context;
  const path = "/tickets/:ticket_id/draft";

  router.read(
    path,
    {
      tag,
      summary: "Get what you are writing on a ticket",
      parameters: OF_RESOURCE,
      answer: Draft,
      status: 200,
      signedIn: true,
    },
    async (call) => {
      const draft = await findTicketDraft(db, call.account.id, signedInActor(call).userId, pathId(call, "ticket_id"));
      if (draft === undefined) throw new NotFound();
      return ok(await presentDraft(db, draft, readFields(call.query)), draft.version);
    },
  );

  router.write(
    "PUT",
    path,
    {
      tag,
      summary: "Save what you are writing on a ticket, whole",
      parameters: OF_RESOURCE,
      body: TicketDraftBody,
      answer: Draft,
      status: 200,
      signedIn: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const { version, ...input } = checkBody(TicketDraftBody, call.request.body, faults);
      const where = { accountId: call.account.id, writer: signedInActor(call), precondition: follows(call, version) };
      const draft = await saveTicketDraft(tx, where, pathId(call, "ticket_id"), input, faults);
      return ok(await presentDraft(tx, draft, readFields(call.query)), draft.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Discard what you are writing on a ticket", parameters: [ENVELOPE], status: 204, signedIn: true },
    async (tx, call) => {
      return gone(await dropTicketDraft(tx, call.account.id, signedInActor(call), pathId(call, "ticket_id")));
    },
  );
}

function declareFreeDrafts(router: Router): void {
  const { db } = router.context;

  router.read(
    "/drafts",
    {
      tag,
      summary: "List the new tickets that you are writing, or what you are writing on one ticket",
      parameters: [OF_TICKET, ...OF_PAGES],
      collection: true,
      answer: Type.Array(Draft),
      status: 200,
      signedIn: true,
    },
    async (call) => {
      const { account, query } = call;
      const slice = readPaging(query);
      const { userId } = signedInActor(call);
      const ticketId = query.text("ticket_id");
      if (ticketId !== undefined) {
        const draft = isId(ticketId) ? await findTicketDraft(db, account.id, userId, ticketId) : undefined;
        const drafts = draft === undefined ? [] : [draft];
        const answer = await presentDrafts(
          db,
          drafts.slice(slice.offset, slice.offset + slice.limit),
          readFields(query),
        );
        return query.isTrue("count") ? { status: 200, body: answer, total: drafts.length } : ok(answer);
      }
      const body = await presentDrafts(db, await listFreeDrafts(db, account.id, userId, slice), readFields(query));
      if (!query.isTrue("count")) return ok(body);
      return { status: 200, body, total: await countFreeDrafts(db, account.id, userId) };
    },
  );

  const path = "/drafts/:draft_id";
  router.read(
    path,
    { tag, summary: "Get a draft", parameters: OF_RESOURCE, answer: Draft, status: 200, signedIn: true },
    async (call) => {
      const draft = await findDraft(db, call.account.id, signedInActor(call).userId, pathId(call, "draft_id"));
      if (draft === undefined) throw new NotFound();
      return ok(await presentDraft(db, draft, readFields(call.query)), draft.version);
    },
  );

  const options = { tag, parameters: OF_RESOURCE, body: FreeDraftBody, answer: Draft, signedIn: true } as const;
  router.write("POST", "/drafts", { ...options, summary: "Begin a new ticket", status: 201 }, async (tx, call) => {
    const faults = new Faults();
    const input = checkBody(FreeDraftBody, call.request.body, faults);
    const where = { accountId: call.account.id, writer: signedInActor(call), precondition: ANY_VERSION };
    const draft = await createDraft(tx, where, input, faults);
    return created(await presentDraft(tx, draft, readFields(call.query)), `/drafts/${draft.id}`, draft.version);
  });

  router.write("PUT", path, { ...options, summary: "Save a new ticket, whole", status: 200 }, async (tx, call) => {
    const faults = new Faults();
    const { version, ...input } = checkBody(FreeDraftBody, call.request.body, faults);
    const where = { accountId: call.account.id, writer: signedInActor(call), precondition: follows(call, version) };
    const draft = await saveFreeDraft(tx, where, pathId(call, "draft_id"), input, faults);
    return ok(await presentDraft(tx, draft, readFields(call.query)), draft.version);
  });

  router.write(
    "DELETE",
    path,
    { tag, summary: "Discard a draft", parameters: [ENVELOPE], status: 204, signedIn: true },
    async (tx, call) => gone(await dropDraft(tx, call.account.id, signedInActor(call), pathId(call, "draft_id"))),
  );
}

function gone(was: boolean): Answer {
  if (!was) throw new NotFound();
  return NO_CONTENT;
}
