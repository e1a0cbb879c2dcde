import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { enqueue } from "../queue/queue.ts";
import type { Tx } from "../storage/database.ts";
import { lockMessage, updateDelivery } from "../storage/deliveries.ts";
import { recordEvent } from "../storage/events.ts";
import type { MessageRow } from "../storage/schema.ts";
import type { DeliveryPayload } from "./delivery-jobs.ts";

/**
 * Sends a failed reply again, because a person wants it: at once, with the same Message-ID, to whoever has not got it. The
 * ticket does not move (K4).
 */
export async function retryDelivery(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  messageId: string,
  faults: Faults,
): Promise<MessageRow> {
  const message = await lockMessage(tx, accountId, ticketId, messageId);
  if (message === undefined) throw new NotFound();
  if (message.delivery_state !== "failed") {
    faults.add("delivery_state must be failed: only a reply that could not be delivered is sent again");
  }
  faults.throwIfAny();
  const changes = { delivery_state: "queued", delivery_error: null, handed_over_at: null } as const;
  await updateDelivery(tx, message, changes);
  await recordEvent(tx, accountId, actor, {
    kind: "message.delivery",
    ticketId,
    messageId,
    changes: { delivery_state: ["failed", "queued"], delivery_error: [message.delivery_error, null] },
  });
  const payload: DeliveryPayload = { ticket_id: ticketId, message_id: messageId };
  await enqueue(tx, accountId, { kind: "deliver-message", payload: { ...payload } });
  return { ...message, ...changes };
}
