import type { Actor } from "../domain/events.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findInboxes } from "../storage/inboxes.ts";
import { keepLabels } from "../storage/labels.ts";
import type { TicketRow } from "../storage/schema.ts";
import { type TicketChanges, labelIdsOf, lockTickets } from "../storage/tickets.ts";
import { changeTicket } from "./update-ticket.ts";

type Fields = Pick<TicketRow, "state" | "snoozed_until" | "user_id" | "inbox_id" | "spam" | "trash" | "label_ids">;

/** What a batch of tickets was before a bulk change, and what it made of them. */
export interface BulkUndo {
  tickets: { id: string; before: Fields; after: Fields }[];
}

/**
 * Gives tickets back what a bulk change took from them, field by field, where the field still is as the change left it.
 * What somebody changed since stays. Labels are put back and taken off one by one.
 */
export async function undoBulkChange(
  tx: Tx,
  accountId: string,
  actor: Actor,
  { tickets }: BulkUndo,
): Promise<{ restored: number; kept: number }> {
  const done = { restored: 0, kept: 0 };
  const there = new Map(
    (
      await lockTickets(
        tx,
        accountId,
        tickets.map(({ id }) => id),
      )
    ).map((row) => [row.id, row]),
  );
  const inboxes = await findInboxes(tx, accountId, [...new Set(tickets.map(({ before }) => before.inbox_id))]);
  const labels = await keepLabels(tx, accountId, [...new Set(tickets.flatMap(({ before }) => labelIdsOf(before)))]);
  const known = new Set([...inboxes, ...labels].map(({ id }) => id));
  for (const { id, before, after } of tickets) {
    const ticket = there.get(id);
    const changed =
      ticket === undefined ? ticket : await changeTicket(tx, actor, ticket, wantedOf(ticket, before, after, known));
    if (changed === undefined || changed.version === ticket?.version) done.kept += 1;
    else done.restored += 1;
  }
  return done;
}

function wantedOf(ticket: TicketRow, before: Fields, after: Fields, known: ReadonlySet<string>): TicketChanges {
  const wanted: TicketChanges = {
    ...stateOf(ticket, before, after),
    ...(ticket.user_id === after.user_id && { user_id: before.user_id }),
    ...(ticket.inbox_id === after.inbox_id && known.has(before.inbox_id) && { inbox_id: before.inbox_id }),
    ...(ticket.spam === after.spam && { spam: before.spam }),
    ...(ticket.trash === after.trash && { trash: before.trash }),
    label_ids: labelsOf(ticket, before, after, known),
  };
  const both = (wanted.spam ?? ticket.spam) === 1 && (wanted.trash ?? ticket.trash) === 1;
  if (!both) return wanted;
  const { spam: _spam, trash: _trash, ...rest } = wanted;
  return rest;
}

/** A snooze that has ended meanwhile would have opened the ticket. Its timer is still there, for it is never taken away. */
function stateOf(ticket: TicketRow, before: Fields, after: Fields): TicketChanges {
  if (before.state === after.state && before.snoozed_until === after.snoozed_until) return {};
  if (ticket.state !== after.state || ticket.snoozed_until !== after.snoozed_until) return {};
  if (before.state !== "snoozed") return { state: before.state };
  const over = (before.snoozed_until ?? 0) <= now();
  return over ? { state: "open" } : { state: "snoozed", snoozed_until: before.snoozed_until };
}

function labelsOf(ticket: TicketRow, before: Fields, after: Fields, known: ReadonlySet<string>): string {
  const [was, became] = [labelIdsOf(before), labelIdsOf(after)];
  const added = became.filter((id) => !was.includes(id));
  const removed = was.filter((id) => !became.includes(id) && known.has(id));
  const kept = labelIdsOf(ticket).filter((id) => !added.includes(id));
  // As it was, order and all, when nobody touched it.
  if (ticket.label_ids === after.label_ids) {
    return JSON.stringify(was.filter((id) => became.includes(id) || known.has(id)));
  }
  return JSON.stringify([...new Set([...kept, ...removed])]);
}
