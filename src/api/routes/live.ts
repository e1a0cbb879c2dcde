import { isDeepStrictEqual } from "node:util";
import { Faults } from "../../domain/faults.ts";
import { NotFound } from "../../domain/errors.ts";
import { findTicket } from "../../storage/tickets.ts";
import { type Call, pathId } from "../call.ts";
import { NO_CONTENT } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { HttpError } from "../errors.ts";
import { ENVELOPE, parameter } from "../parameters.ts";
import type { Router } from "../router.ts";
import { PresenceBody } from "../schemas/surgery.ts";

const tag = "Live updates";

export function declareLive(router: Router): void {
  const { db, live, identify } = router.context;

  router.stream(
    "/stream",
    {
      tag,
      summary: "Hear of changes as they happen (server-sent events)",
      parameters: [parameter("after", "The id of the last event that you have, as the header Last-Event-ID")],
      status: 200,
    },
    (call) => {
      const reader = readerOf(call);
      if (live.isFull(reader)) {
        throw new HttpError(429, "Too Many Requests: too many streams are open", { "Retry-After": "60" });
      }
      const { raw } = call.request;
      const isAllowed = async (): Promise<boolean> => {
        const caller = await identify(raw);
        return caller !== null && isDeepStrictEqual(readerOf(caller), reader);
      };
      return async (response) => await live.open(response, reader, readAfter(call), isAllowed);
    },
  );

  router.writeAfter(
    "PUT",
    "/tickets/:ticket_id/presence",
    {
      tag,
      summary: "Say that you have a ticket open, for 45 seconds",
      parameters: [ENVELOPE],
      body: PresenceBody,
      status: 204,
      signedIn: true,
      least: "read_only",
    },
    async (call) => {
      const faults = new Faults();
      const { state, tab = "" } = checkBody(PresenceBody, call.request.body, faults);
      const ticket = await findTicket(db, call.account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      faults.throwIfAny();
      if (state === undefined) throw new Error("a presence without faults has a state");
      await live.enter(call.account.id, { ticketId: ticket.id, userId: call.user?.id ?? "", tab, state });
      return NO_CONTENT;
    },
  );

  router.writeAfter(
    "DELETE",
    "/tickets/:ticket_id/presence",
    {
      tag,
      summary: "Say that you have closed a ticket",
      parameters: [parameter("tab", "The tab that was named when it was opened"), ENVELOPE],
      status: 204,
      signedIn: true,
      least: "read_only",
    },
    async (call) => {
      const ticket = await findTicket(db, call.account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      const tab = call.query.text("tab") ?? "";
      await live.leave(call.account.id, { ticketId: ticket.id, userId: call.user?.id ?? "", tab });
      return NO_CONTENT;
    },
  );
}

function readerOf({ account, actor, user, sessionId }: Pick<Call, "account" | "actor" | "user" | "sessionId">) {
  return {
    accountId: account.id,
    userId: actor.userId,
    tokenId: actor.tokenId,
    sessionId,
    inboxIds: user?.inboxIds ?? null,
  };
}

/** Where the reader has got to: the browser says it by the header when it comes again. */
function readAfter({ request, query }: Call): string | null {
  const header = request.headers["last-event-id"];
  const after = header === undefined || header === "" ? query.text("after") : String(header);
  return after === undefined || after === "" ? null : after;
}
