import { Type } from "typebox";
import { Faults } from "../../domain/faults.ts";
import { foldText, searchWords } from "../../domain/search-words.ts";
import { createSavedReply, deleteSavedReply, renderSavedReply, updateSavedReply } from "../../desk/saved-replies.ts";
import { listSavedReplies } from "../../storage/saved-replies.ts";
import type { SavedReplyRow } from "../../storage/schema.ts";
import { pathId, signedInUser } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE, parameter } from "../parameters.ts";
import { presentSavedReply } from "../present/saved-reply.ts";
import type { Router } from "../router.ts";
import {
  CreateSavedReply,
  RenderSavedReply,
  RenderedReply,
  SavedReply,
  UpdateSavedReply,
} from "../schemas/saved-replies.ts";

const tag = "Saved replies";
const path = "/saved-replies/:saved_reply_id";
const WORDS = parameter("q", "The beginnings of words that must all be in the name or the text");

export function declareSavedReplies(router: Router): void {
  const { db } = router.context;

  router.read(
    "/saved-replies",
    {
      tag,
      summary: "List your saved replies and the shared ones",
      parameters: [WORDS, ...OF_WHOLE],
      collection: true,
      answer: Type.Array(SavedReply),
      status: 200,
    },
    async ({ account, query, user }) => {
      const replies = await listSavedReplies(db, account.id, user?.id ?? null);
      const wanted = searchWords(query.text("q") ?? "");
      const asked = readFields(query);
      const body = byName(replies.filter((reply) => holds(reply, wanted))).map((reply) =>
        presentSavedReply(reply, asked),
      );
      return query.isTrue("count") ? { status: 200, body, total: body.length } : ok(body);
    },
  );

  router.write(
    "POST",
    `${path}/render`,
    {
      tag,
      summary: "A saved reply with its variables filled in",
      parameters: [ENVELOPE],
      body: RenderSavedReply,
      answer: RenderedReply,
      status: 200,
    },
    async (tx, call) => {
      const { account, user, request } = call;
      const faults = new Faults();
      const { ticket_id } = checkBody(RenderSavedReply, request.body, faults);
      const asked = { userId: user?.id ?? null, within: user?.inboxIds ?? null, ticketId: ticket_id ?? null };
      const { id, body, htmlized } = await renderSavedReply(
        tx,
        account.id,
        pathId(call, "saved_reply_id"),
        asked,
        faults,
      );
      return ok({ id, body, htmlized: htmlized === 1 });
    },
  );

  declareWrites(router);
}

function declareWrites(router: Router): void {
  router.write(
    "POST",
    "/saved-replies",
    {
      tag,
      summary: "Save a reply",
      parameters: OF_RESOURCE,
      body: CreateSavedReply,
      answer: SavedReply,
      status: 201,
      signedIn: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(CreateSavedReply, call.request.body, faults);
      const reply = await createSavedReply(tx, call.account.id, signedInUser(call), input, faults);
      return created(presentSavedReply(reply, readFields(call.query)), "/saved-replies", reply.version);
    },
  );

  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change a saved reply",
      parameters: OF_RESOURCE,
      body: UpdateSavedReply,
      answer: SavedReply,
      status: 200,
      signedIn: true,
    },
    async (tx, call) => {
      const faults = new Faults();
      const input = checkBody(UpdateSavedReply, call.request.body, faults);
      const condition = readPrecondition(call.request.headers["if-match"]);
      const id = pathId(call, "saved_reply_id");
      const reply = await updateSavedReply(tx, call.account.id, signedInUser(call), id, input, faults, condition);
      return ok(presentSavedReply(reply, readFields(call.query)), reply.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Delete a saved reply", parameters: [ENVELOPE], status: 204, signedIn: true },
    async (tx, call) => {
      await deleteSavedReply(tx, call.account.id, signedInUser(call), pathId(call, "saved_reply_id"));
      return NO_CONTENT;
    },
  );
}

/** Whether each wanted word begins a word of the reply: it is looked for while it is typed. */
function holds(reply: SavedReplyRow, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  const words = searchWords(`${reply.name} ${reply.body}`);
  return wanted.every((begin) => words.some((word) => word.startsWith(begin)));
}

function byName(replies: readonly SavedReplyRow[]): SavedReplyRow[] {
  const keyed = replies.map((reply) => ({ reply, key: foldText(reply.name) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ reply }) => reply);
}
