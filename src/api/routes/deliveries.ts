import { Faults } from "../../domain/faults.ts";
import { retryDelivery } from "../../desk/retry-delivery.ts";
import { undoMessage } from "../../desk/undo-message.ts";
import { pathId } from "../call.ts";
import { NO_CONTENT, ok } from "../conventions/answer.ts";
import { readFields } from "../conventions/fields.ts";
import { ENVELOPE, OF_RESOURCE } from "../parameters.ts";
import { presentMessage } from "../present/message.ts";
import type { Router } from "../router.ts";
import { Message } from "../schemas/messages.ts";

/** What a person may do about an outbound reply on its way. */
export function declareDeliveries(router: Router): void {
  router.write(
    "POST",
    "/tickets/:ticket_id/messages/:message_id/retry",
    {
      tag: "Messages",
      summary: "Send a reply again that could not be delivered",
      parameters: OF_RESOURCE,
      answer: Message,
      status: 200,
    },
    async (tx, call) => {
      const { account, actor, query } = call;
      const ids = [pathId(call, "ticket_id"), pathId(call, "message_id")] as const;
      const message = await retryDelivery(tx, account.id, actor, ...ids, new Faults());
      return ok(await presentMessage(tx, account.id, message, readFields(query)), message.version);
    },
  );

  router.write(
    "POST",
    "/tickets/:ticket_id/messages/:message_id/undo",
    {
      tag: "Messages",
      summary: "Take back a reply that has not gone out yet, or a note of a moment ago",
      parameters: [ENVELOPE],
      status: 204,
    },
    async (tx, call) => {
      const { account, actor } = call;
      const ids = [pathId(call, "ticket_id"), pathId(call, "message_id")] as const;
      await undoMessage(tx, account.id, actor, ...ids, new Faults());
      return NO_CONTENT;
    },
  );
}
