import type { Actor } from "../domain/events.ts";
import { Conflict, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import { moveDrafts, moveMessages } from "../storage/moves.ts";
import type { TicketRow } from "../storage/schema.ts";
import { type TicketChanges, labelIdsOf, lockTicket } from "../storage/tickets.ts";
import { moveSearchEntries, settleMessages } from "./move-messages.ts";
import { offerUndo } from "./offer-undo.ts";

/** What taking a merge back needs to know. */
export interface TicketMerge {
  target: string;
  /** Labels that the target has only since then. */
  labels: string[];
  /** The target's state before, when the merge opened it. */
  state: TicketRow["state"] | null;
  sources: { id: string; messageIds: string[]; draftIds: string[]; spam: 0 | 1; trash: 0 | 1 }[];
}

/**
 * Makes tickets part of another one: messages with all that belongs to them, drafts and labels go over, keeping ids and
 * times; the emptied tickets go to the trash, and whatever comes for them later lands on the target. An open ticket opens
 * the one that it becomes part of. Customers may differ: the others stay participants by their messages.
 * Returns the target and the id by which it can be taken back. `within`: the inboxes that the actor sees; null for all.
 */
export async function mergeTickets(
  tx: Tx,
  accountId: string,
  actor: Actor,
  targetId: string,
  ids: readonly string[],
  within: readonly string[] | null,
  faults: Faults,
): Promise<{ ticket: TicketRow; undoId: string }> {
  const found = await lockTickets(tx, accountId, [targetId, ...ids]);
  const target = found.get(targetId);
  if (target === undefined) throw new NotFound();
  if (target.merged_into !== null) faults.add("ticket is itself part of another ticket: merge into that one");
  if (ids.length === 0) faults.add("ticket_ids must name at least one ticket");
  for (const [index, id] of ids.entries()) {
    const source = found.get(id);
    if (id === targetId) faults.add(`ticket_ids[${index}] must be another ticket than the one they become part of`);
    else if (source === undefined || within?.includes(source.inbox_id) === false) {
      faults.add(`ticket_ids[${index}] must be the id of a ticket`);
    } else if (source.merged_into !== null) faults.add(`ticket_ids[${index}] is already part of another ticket`);
  }
  faults.throwIfAny();
  const sources = [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
  const merge: TicketMerge = { target: targetId, labels: [], state: null, sources: [] };
  for (const source of sources) merge.sources.push(await absorb(tx, actor, target, source));
  const ticket = await completeTarget(tx, actor, target, sources, merge);
  return { ticket, undoId: await offerUndo(tx, accountId, actor, "merge-tickets", merge) };
}

/** In the order of their ids, so that two merges of the same tickets wait for each other in turn. */
export async function lockTickets(tx: Tx, accountId: string, ids: readonly string[]): Promise<Map<string, TicketRow>> {
  const found = new Map<string, TicketRow>();
  for (const id of [...new Set(ids)].toSorted()) {
    const ticket = await lockTicket(tx, accountId, id);
    if (ticket !== undefined) found.set(id, ticket);
  }
  return found;
}

async function absorb(
  tx: Tx,
  actor: Actor,
  target: TicketRow,
  source: TicketRow,
): Promise<TicketMerge["sources"][number]> {
  const { account_id, id } = source;
  const moved = await moveMessages(tx, account_id, id, target.id, null);
  await moveSearchEntries(tx, target, moved);
  const draftIds = await moveDrafts(tx, account_id, id, target.id, null);
  await settleMessages(tx, account_id, id, { merged_into: target.id, trash: 1, spam: 0 });
  await recordEvent(tx, account_id, actor, {
    kind: "ticket.merged",
    ticketId: id,
    changes: { merged_into: [null, target.id], ...(source.trash === 0 && { trash: [0, 1] }) },
  });
  const { spam, trash } = source;
  return { id, messageIds: moved.map((message) => message.id), draftIds, spam, trash };
}

/** The target with all that it has now. */
async function completeTarget(
  tx: Tx,
  actor: Actor,
  target: TicketRow,
  sources: readonly TicketRow[],
  merge: TicketMerge,
): Promise<TicketRow> {
  const held = labelIdsOf(target);
  merge.labels = [...new Set(sources.flatMap(labelIdsOf))].filter((id) => !held.includes(id));
  const opens = target.state !== "open" && sources.some(({ state }) => state === "open");
  if (opens) merge.state = target.state;
  const changes: TicketChanges = {
    ...(merge.labels.length > 0 && { label_ids: JSON.stringify([...held, ...merge.labels]) }),
    ...(opens && { state: "open" as const, snoozed_until: null }),
  };
  const ticket = await settleMessages(tx, target.account_id, target.id, changes);
  await recordEvent(tx, target.account_id, actor, {
    kind: "ticket.merged",
    ticketId: target.id,
    changes: {
      merged_ids: [[], sources.map(({ id }) => id)],
      ...(merge.labels.length > 0 && { label_ids: [target.label_ids, ticket.label_ids] }),
      ...(opens && { state: [target.state, "open"] }),
    },
  });
  return ticket;
}

const PAST = "Conflict: this merge cannot be taken back any more: the tickets have been merged again since";

/**
 * Takes a merge back: what went over and is still there goes back, and so do trash, labels and state. What came for the
 * target since stays there. `Conflict` when one of the tickets was merged again.
 */
export async function takeMergeBack(
  tx: Tx,
  accountId: string,
  actor: Actor,
  { target: targetId, labels, state, sources }: TicketMerge,
): Promise<{ restored: number; kept: number }> {
  const found = await lockTickets(tx, accountId, [targetId, ...sources.map(({ id }) => id)]);
  const target = found.get(targetId);
  const apart = sources.some(({ id }) => found.get(id)?.merged_into !== targetId);
  if (target === undefined || target.merged_into !== null || apart) throw new Conflict("past", PAST);
  for (const { id, messageIds, draftIds, spam, trash } of sources) {
    const source = found.get(id);
    if (source === undefined) continue;
    const moved = await moveMessages(tx, accountId, targetId, id, messageIds);
    await moveSearchEntries(tx, source, moved);
    await moveDrafts(tx, accountId, targetId, id, draftIds);
    // Taken out of the trash by hand since, it stays out.
    const flags = source.trash === 1 ? { spam, trash } : {};
    await settleMessages(tx, accountId, id, { merged_into: null, ...flags });
    await recordEvent(tx, accountId, actor, {
      kind: "ticket.unmerged",
      ticketId: id,
      changes: { merged_into: [targetId, null] },
    });
  }
  await restoreTarget(tx, actor, target, labels, state);
  return { restored: sources.length, kept: 0 };
}

async function restoreTarget(
  tx: Tx,
  actor: Actor,
  target: TicketRow,
  labels: readonly string[],
  state: TicketMerge["state"],
): Promise<void> {
  const held = labelIdsOf(target);
  const left = held.filter((id) => !labels.includes(id));
  // A snooze is over once it was ended: its time may have passed.
  const back = state === "snoozed" ? null : state;
  const changes: TicketChanges = {
    ...(left.length < held.length && { label_ids: JSON.stringify(left) }),
    ...(back !== null && target.state === "open" && { state: back }),
  };
  const ticket = await settleMessages(tx, target.account_id, target.id, changes);
  await recordEvent(tx, target.account_id, actor, {
    kind: "ticket.unmerged",
    ticketId: target.id,
    changes: {
      ...(changes.label_ids !== undefined && { label_ids: [target.label_ids, ticket.label_ids] }),
      ...(changes.state !== undefined && { state: [target.state, changes.state] }),
    },
  });
}
