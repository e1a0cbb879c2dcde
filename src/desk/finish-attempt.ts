import { SYSTEM, type Changes } from "../domain/events.ts";
import { now } from "../domain/time.ts";
import type { RefusedRecipient, SmtpResult } from "../mail/smtp-result.ts";
import { enqueue } from "../queue/queue.ts";
import type { Tx } from "../storage/database.ts";
import { type DeliveryChanges, lockMovableMessage, updateDelivery } from "../storage/deliveries.ts";
import { recordEvent } from "../storage/events.ts";
import type { MessageRow } from "../storage/schema.ts";
import { type DeliveryPayload, MAYBE_DELIVERED, nextAttempt } from "./delivery-jobs.ts";

/**
 * Records how an attempt ended and, when it is to be tried again, enqueues the next one: both commit, or neither. An
 * attempt that was overtaken changes nothing, but for one case: that the server took the message is true whoever says it.
 */
export async function finishAttempt(
  tx: Tx,
  { account_id, id, delivery_attempts }: MessageRow,
  payload: DeliveryPayload,
  result: SmtpResult,
): Promise<void> {
  const message = await lockMovableMessage(tx, account_id, id);
  if (message === undefined || message.delivery_attempts !== delivery_attempts) return;
  if (message.delivery_state !== "sending" && (result.kind !== "sent" || message.delivery_state === "sent")) return;
  // A delivery report was quicker than the server's own answer: that the server had taken it is older news.
  if (message.delivery_state === "failed" && message.delivery_error !== MAYBE_DELIVERED) return;
  const outcome = outcomeOf(message, payload, result);
  await changeDelivery(tx, message, outcome.changes);
  if (outcome.next !== null) {
    const { runAt } = outcome.next;
    await enqueue(tx, account_id, { kind: "deliver-message", payload: { ...outcome.next.payload }, runAt });
  }
}

interface AttemptOutcome {
  changes: DeliveryChanges;
  next: ReturnType<typeof nextAttempt>;
}

function outcomeOf(message: MessageRow, payload: DeliveryPayload, result: SmtpResult): AttemptOutcome {
  if (result.kind === "sent" && result.refused.length > 0) return partly(payload, result.response, result.refused);
  switch (result.kind) {
    case "sent": {
      const changes = { delivery_state: "sent", delivery_error: null, delivery_response: result.response } as const;
      return { changes: { ...changes, undelivered: null, handed_over_at: null, sent_at: now() }, next: null };
    }
    case "temporary":
      return again(payload, result.response, message.undelivered);
    case "permanent":
      return {
        changes: { delivery_state: "failed", delivery_error: result.response, handed_over_at: null },
        next: null,
      };
    case "ambiguous":
    default:
      return {
        changes: { delivery_state: "failed", delivery_error: `${MAYBE_DELIVERED} (${result.response})` },
        next: null,
      };
  }
}

/** Some have it. Only the others are tried again: now, if they may be taken later, or when a person says so. */
function partly(payload: DeliveryPayload, response: string, refused: readonly RefusedRecipient[]): AttemptOutcome {
  const why = refused.map((each) => `not delivered to ${each.address}: ${each.response}`).join("; ");
  const undelivered = JSON.stringify(refused.map(({ address }) => address));
  const outcome = refused.some(({ temporary }) => temporary)
    ? again(payload, why, undelivered)
    : { changes: { delivery_state: "failed", delivery_error: why, undelivered } as const, next: null };
  // Others have it since now, even if not all.
  const changes = { ...outcome.changes, delivery_response: response, handed_over_at: null, sent_at: now() };
  return { changes, next: outcome.next };
}

function again(payload: DeliveryPayload, error: string, undelivered: string | null): AttemptOutcome {
  const next = nextAttempt(payload, now());
  const changes = { handed_over_at: null, undelivered };
  return next === null
    ? { changes: { ...changes, delivery_state: "failed", delivery_error: `given up after five days: ${error}` }, next }
    : { changes: { ...changes, delivery_state: "queued", delivery_error: error }, next };
}

/** Changes a message's delivery and records it, when a person would see a difference. The ticket does not move (K4). */
export async function changeDelivery(tx: Tx, message: MessageRow, changes: DeliveryChanges): Promise<void> {
  await updateDelivery(tx, message, changes);
  const seen: Changes = {};
  for (const field of ["delivery_state", "delivery_error"] as const) {
    const after = changes[field];
    // That it was being handed over is nobody's news.
    const before = message[field] === "sending" ? "queued" : message[field];
    if (after !== undefined && after !== before) seen[field] = [before, after];
  }
  if (Object.keys(seen).length === 0) return;
  await recordEvent(tx, message.account_id, SYSTEM, {
    kind: "message.delivery",
    ticketId: message.ticket_id,
    messageId: message.id,
    changes: seen,
  });
}
