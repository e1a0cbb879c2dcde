import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { deleteMessage, deleteWaitingJob, lockMessage } from "../storage/deliveries.ts";
import { recordEvent } from "../storage/events.ts";
import { findSummaryMessage } from "../storage/messages.ts";
import { removeEntry } from "../storage/search.ts";
import { lockTicket, updateTicket } from "../storage/tickets.ts";
import type { DeliveryPayload } from "./delivery-jobs.ts";
import { reindexTicket } from "./reindex-ticket.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

/**
 * Takes a reply back that has not gone out yet: message, job and search entry are deleted, and its attachments can be used
 * again. Once the undo window is over it is a fault: nobody can take mail back.
 */
export async function undoMessage(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  messageId: string,
  faults: Faults,
): Promise<void> {
  const ticket = await lockTicket(tx, accountId, ticketId);
  const message = ticket === undefined ? undefined : await lockMessage(tx, accountId, ticketId, messageId);
  if (ticket === undefined || message === undefined) throw new NotFound();
  const at = now();
  // As `enqueue` wrote it: a retry's job, or one whose time has come, is not this one.
  const payload = JSON.stringify({ ticket_id: ticketId, message_id: messageId } satisfies DeliveryPayload);
  const isFresh = message.delivery_state === "queued" && message.delivery_attempts === 0;
  if (!isFresh || !(await deleteWaitingJob(tx, accountId, "deliver-message", payload, at))) {
    faults.add("delivery_state must be queued and the undo window open: this message cannot be taken back any more");
  }
  faults.throwIfAny();
  await removeEntry(tx, accountId, messageId);
  await deleteMessage(tx, accountId, messageId, at);
  await recordEvent(tx, accountId, actor, { kind: "message.undone", ticketId, messageId });
  const first = await findSummaryMessage(tx, accountId, ticketId);
  const summary = first === undefined ? null : summaryWith(NO_SUMMARY, first);
  const updated = await updateTicket(tx, accountId, ticketId, summary ?? NO_SUMMARY, at);
  // Without messages a ticket is found by an entry of its own.
  if (first === undefined) await reindexTicket(tx, updated);
}
