import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import type { Tx } from "../storage/database.ts";
import { recordChange } from "../storage/events.ts";
import { findMessage } from "../storage/messages.ts";
import { markSeen, markUnseen } from "../storage/seen-tickets.ts";
import { findTicket } from "../storage/tickets.ts";

/**
 * A user has seen a ticket: up to one of its messages, or all that it says now. Idempotent, and never takes back what
 * they have seen already. The ticket itself does not move (K4).
 */
export async function seeTicket(
  tx: Tx,
  accountId: string,
  actor: Actor & { userId: string },
  ticketId: string,
  messageId: string | null,
  faults: Faults,
): Promise<void> {
  const ticket = await findTicket(tx, accountId, ticketId);
  if (ticket === undefined) throw new NotFound();
  const message = messageId === null ? undefined : await findMessage(tx, accountId, ticketId, messageId);
  if (messageId !== null && message === undefined) faults.add("message_id must be the id of a message of this ticket");
  faults.throwIfAny();
  if (await markSeen(tx, accountId, actor.userId, ticketId, message?.created_at ?? ticket.news_at)) {
    await recordSeen(tx, accountId, actor, ticketId);
  }
}

/** A user wants to read a ticket again: it is unread for them until they see it. Idempotent. */
export async function unseeTicket(
  tx: Tx,
  accountId: string,
  actor: Actor & { userId: string },
  ticketId: string,
): Promise<void> {
  if ((await findTicket(tx, accountId, ticketId)) === undefined) throw new NotFound();
  await markUnseen(tx, accountId, actor.userId, ticketId);
  await recordSeen(tx, accountId, actor, ticketId);
}

async function recordSeen(
  tx: Tx,
  accountId: string,
  actor: Actor & { userId: string },
  ticketId: string,
): Promise<void> {
  await recordChange(tx, accountId, actor, {
    kind: "seen.changed",
    resource: "seen",
    id: ticketId,
    ticketId,
    audienceId: actor.userId,
  });
}
