import { Type } from "typebox";
import { Faults } from "../../domain/faults.ts";
import { seeTicket, unseeTicket } from "../../desk/mark-seen.ts";
import { pathId, signedInActor } from "../call.ts";
import { NO_CONTENT } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { ENVELOPE } from "../parameters.ts";
import type { Router } from "../router.ts";
import { Reference, nullable } from "../schemas/shapes.ts";

const SeenBody = Type.Object({ message_id: Type.Optional(nullable(Reference)) });

/** What somebody has seen is theirs, whatever their role. */
const OPTIONS = { tag: "Tickets", parameters: [ENVELOPE], status: 204, signedIn: true, least: "read_only" } as const;

export function declareSeen(router: Router): void {
  const path = "/tickets/:ticket_id/seen";

  router.write(
    "PUT",
    path,
    { ...OPTIONS, summary: "You have seen a ticket, up to a message or all of it", body: SeenBody },
    async (tx, call) => {
      const faults = new Faults();
      const { message_id } = checkBody(SeenBody, call.request.body, faults);
      const ticketId = pathId(call, "ticket_id");
      await seeTicket(tx, call.account.id, signedInActor(call), ticketId, message_id ?? null, faults);
      return NO_CONTENT;
    },
  );

  router.write("DELETE", path, { ...OPTIONS, summary: "Mark a ticket as unread for you" }, async (tx, call) => {
    await unseeTicket(tx, call.account.id, signedInActor(call), pathId(call, "ticket_id"));
    return NO_CONTENT;
  });
}
