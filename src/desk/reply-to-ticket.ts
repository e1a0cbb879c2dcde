import type { Actor, Changes } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { type TicketChanges, lockCurrentTicket, touchTicket } from "../storage/tickets.ts";
import { type MessageInput, prepareMessage, writeMessage } from "./add-message.ts";
import { copiesAfter } from "./copies.ts";
import { dropTicketDraft } from "./drafts.ts";
import type { Precondition } from "./precondition.ts";
import { newsOf } from "./ticket-news.ts";
import { summaryWith } from "./ticket-summary.ts";
import { enqueueTrainingByAnswer } from "./train-spam.ts";

/**
 * Adds a reply or a note to a ticket, or to the one it was merged into. A customer's reply opens a ticket that is closed, on hold, snoozed or archived (K6).
 * With `draft`, what the user was writing on the ticket has become this message, and goes.
 * The precondition holds for an outbound reply only: nobody answers what they have not read (B3).
 */
export async function replyToTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  input: Partial<MessageInput> & { draft?: boolean | null },
  faults: Faults,
  precondition: Precondition,
): Promise<MessageRow> {
  const ticket = await lockCurrentTicket(tx, accountId, ticketId);
  if (ticket === undefined) throw new NotFound();
  if (input.type === "reply" && input.direction === "out") precondition(ticket.version);
  const prepared = await prepareMessage(tx, accountId, ticket.type, input, faults);
  faults.throwIfAny();
  const at = now();
  const message = await writeMessage(tx, ticket, actor, prepared, at);
  await ticketAnswered(tx, ticket, actor, message, at);
  if (message.direction === "out") await enqueueTrainingByAnswer(tx, ticket);
  const { userId } = actor;
  if (input.draft === true && userId !== null) await dropTicketDraft(tx, accountId, { ...actor, userId }, ticketId);
  return message;
}

/**
 * Brings a ticket up to date with a message that was just written to it: summary, state, news, version. With `reopens` false a
 * machine wrote it, and the state stays (RFC 3834 2).
 */
export async function ticketAnswered(
  tx: Tx,
  ticket: TicketRow,
  actor: Actor,
  message: MessageRow,
  at: number,
  reopens = true,
): Promise<void> {
  const changes: Omit<TicketChanges, "label_ids"> = { ...summaryWith(ticket, message), ...newsOf(message) };
  const cameByMail = message.direction === "in" && message.thread_reason !== null;
  const reply_cc = cameByMail ? await copiesAfter(tx, ticket, message) : ticket.reply_cc;
  if (reply_cc !== ticket.reply_cc) changes.reply_cc = reply_cc;
  const opens = reopens && message.direction === "in" && ticket.state !== "open";
  if (opens) {
    Object.assign(changes, { state: "open", snoozed_until: null });
    const changed: Changes = {
      state: [ticket.state, "open"],
      ...(ticket.snoozed_until !== null && { snoozed_until: [ticket.snoozed_until, null] }),
    };
    await recordEvent(tx, ticket.account_id, actor, { kind: "ticket.updated", ticketId: ticket.id, changes: changed });
  }
  tx.leave(touchTicket(tx, ticket.account_id, ticket.id, changes, at));
}
