import { Type } from "typebox";
import { Faults } from "../../domain/faults.ts";
import { addLabels, removeLabels } from "../../desk/label-ticket.ts";
import { pathId, pathIds } from "../call.ts";
import { NO_CONTENT } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { ENVELOPE } from "../parameters.ts";
import type { Router } from "../router.ts";

export function declareTicketLabels(router: Router): void {
  const path = "/tickets/:ticket_id/labels/:label_ids";

  router.write(
    "PUT",
    path,
    { tag: "Tickets", summary: "Put labels on a ticket", parameters: [ENVELOPE], status: 204 },
    async (tx, call) => {
      await addLabels(tx, call.account.id, call.actor, pathId(call, "ticket_id"), pathIds(call, "label_ids"));
      // A body means nothing here, but must be an object all the same (T7). Last: a 404 comes before a 422 (T13).
      const faults = new Faults();
      checkBody(Type.Object({}), call.request.body, faults);
      faults.throwIfAny();
      return NO_CONTENT;
    },
  );

  router.write(
    "DELETE",
    path,
    { tag: "Tickets", summary: "Take labels off a ticket", parameters: [ENVELOPE], status: 204 },
    async (tx, call) => {
      await removeLabels(tx, call.account.id, call.actor, pathId(call, "ticket_id"), pathIds(call, "label_ids"));
      return NO_CONTENT;
    },
  );
}
