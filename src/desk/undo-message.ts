import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { SECOND, now } from "../domain/time.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import { deleteMessage, deleteWaitingJob, lockMessage } from "../storage/deliveries.ts";
import { recordEvent } from "../storage/events.ts";
import { deleteMentions } from "../storage/mentions.ts";
import { findSummaryMessage } from "../storage/messages.ts";
import type { MessageRow } from "../storage/schema.ts";
import { removeEntry } from "../storage/search.ts";
import { lockTicket, updateTicket } from "../storage/tickets.ts";
import type { DeliveryPayload } from "./delivery-jobs.ts";
import { reindexTicket } from "./reindex-ticket.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

/**
 * Takes a reply back that has not gone out yet, or a note of a moment ago: message, job and search entry are deleted, and its
 * attachments can be used again. Once the undo window is over it is a fault: nobody can take back what others have read.
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
  if (message.type === "note") {
    const window = ((await findAccount(tx, accountId))?.undo_seconds ?? 0) * SECOND;
    if (at >= message.created_at + window) faults.add("undo window is over: this note cannot be taken back any more");
    else await deleteMentions(tx, accountId, messageId);
  } else if (!(await stopDelivery(tx, message, at))) {
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

/** Whether it was still waiting: its job is deleted then. */
async function stopDelivery(tx: Tx, message: MessageRow, at: number): Promise<boolean> {
  const { account_id, ticket_id, id, delivery_state, delivery_attempts } = message;
  // As `enqueue` wrote it: a retry's job, or one whose time has come, is not this one.
  const payload = JSON.stringify({ ticket_id, message_id: id } satisfies DeliveryPayload);
  const isFresh = delivery_state === "queued" && delivery_attempts === 0;
  return isFresh && (await deleteWaitingJob(tx, account_id, "deliver-message", payload, at));
}
