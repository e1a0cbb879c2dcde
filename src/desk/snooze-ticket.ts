import { type Actor, SYSTEM } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { now, parseTime } from "../domain/time.ts";
import { enqueue } from "../queue/queue.ts";
import type { Tx } from "../storage/database.ts";
import type { TicketRow } from "../storage/schema.ts";
import { lockTicket } from "../storage/tickets.ts";
import type { Precondition } from "./precondition.ts";
import { changeTicket } from "./update-ticket.ts";

/** Puts a ticket away until a moment, when it opens by itself. Again with another moment moves it. */
export async function snoozeTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  id: string,
  input: { snoozed_until?: string },
  faults: Faults,
  precondition: Precondition,
): Promise<TicketRow> {
  const ticket = await lockTicket(tx, accountId, id);
  if (ticket === undefined) throw new NotFound();
  precondition(ticket.version);
  const until = input.snoozed_until === undefined ? null : parseTime(input.snoozed_until);
  if (input.snoozed_until !== undefined && (until === null || until <= now())) {
    faults.add("snoozed_until must be a time to come, in ISO 8601, such as 2030-01-31T09:00:00Z");
  }
  faults.throwIfAny();
  if (until === null) throw new Error("a snooze without faults has a time");
  const snoozed = await changeTicket(tx, actor, ticket, { state: "snoozed", snoozed_until: until });
  await enqueue(tx, accountId, { kind: "wake-ticket", payload: { ticket_id: id, until }, runAt: until });
  return snoozed;
}

/** Opens a snoozed ticket now. A ticket that is not snoozed stays as it is. */
export async function unsnoozeTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  id: string,
  precondition: Precondition,
): Promise<TicketRow> {
  const ticket = await lockTicket(tx, accountId, id);
  if (ticket === undefined) throw new NotFound();
  precondition(ticket.version);
  return ticket.state === "snoozed" ? await changeTicket(tx, actor, ticket, { state: "open" }) : ticket;
}

/** Opens a ticket whose snooze is over, unless it was opened or snoozed to another moment since. */
export async function wakeTicket(tx: Tx, accountId: string, id: string, until: number): Promise<void> {
  const ticket = await lockTicket(tx, accountId, id);
  if (ticket?.state !== "snoozed" || ticket.snoozed_until !== until) return;
  await changeTicket(tx, SYSTEM, ticket, { state: "open" });
}
