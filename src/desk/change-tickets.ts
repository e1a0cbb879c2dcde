import { setImmediate } from "node:timers/promises";
import type { Actor } from "../domain/events.ts";
import type { Faults } from "../domain/faults.ts";
import type { SETTABLE_STATES } from "../domain/states.ts";
import { now, parseTime } from "../domain/time.ts";
import { enqueue } from "../queue/queue.ts";
import type { Db, Reader, Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import { findLabels, keepLabels } from "../storage/labels.ts";
import type { TicketRow } from "../storage/schema.ts";
import { type TicketChanges, labelIdsOf, lockTickets } from "../storage/tickets.ts";
import { assigneeFault } from "../storage/users.ts";
import { offerUndo } from "./offer-undo.ts";
import type { BulkUndo } from "./undo-bulk-change.ts";
import { changeTicket } from "./update-ticket.ts";

/** What is done to many tickets at once. */
export interface BulkInput {
  state?: (typeof SETTABLE_STATES)[number];
  user_id?: string | null;
  inbox_id?: string;
  add_label_ids?: readonly string[];
  remove_label_ids?: readonly string[];
  spam?: boolean;
  trash?: boolean;
  /** ISO 8601. */
  snoozed_until?: string;
}

export interface BulkChanged {
  changed: number;
  /** Those that are so already, may not be so, or are not there. */
  skipped: number;
  /** Null when nothing changed. */
  undo_id: string | null;
}

/**
 * Tickets of one transaction. SQLite has one writer at a time: at 100 another one waited for at most 85 ms beside a change of 10,000.
 */
const AT_ONCE = 100;

/**
 * Changes many tickets as if one after the other: each is recorded in its history. A batch of 100 changes as a whole or not
 * at all; between batches other writers are let in. `within` are the inboxes whose tickets the actor sees; null for all.
 */
export async function changeTickets(
  db: Db,
  accountId: string,
  actor: Actor,
  ids: readonly string[],
  input: BulkInput,
  within: readonly string[] | null,
): Promise<BulkChanged> {
  const result: BulkChanged = { changed: 0, skipped: 0, undo_id: null };
  const distinct = [...new Set(ids)];
  for (let start = 0; start < distinct.length; start += AT_ONCE) {
    if (start > 0) await setImmediate();
    const batch = distinct.slice(start, start + AT_ONCE);
    const done = await db.transact(async (tx) => {
      const undo = await changeBatch(tx, accountId, actor, batch, input, within);
      const changed = undo.tickets.length;
      if (changed === 0) return { changed, undoId: null };
      return { changed, undoId: await offerUndo(tx, accountId, actor, "bulk-change", undo, result.undo_id) };
    });
    result.changed += done.changed;
    result.skipped += batch.length - done.changed;
    result.undo_id ??= done.undoId;
  }
  return result;
}

/** Adds the faults of a change that only the database knows, and those of its parts together. */
export async function checkBulkInput(
  reader: Reader,
  accountId: string,
  input: BulkInput,
  within: readonly string[] | null,
  faults: Faults,
): Promise<void> {
  if (Object.keys(input).length === 0) faults.add("changes must name what to change");
  const assignee = input.user_id == null ? null : await assigneeFault(reader, accountId, input.user_id);
  if (assignee !== null) faults.add(`changes.user_id ${assignee}`);
  if (input.inbox_id !== undefined) {
    const inbox = await findInbox(reader, accountId, input.inbox_id);
    if (inbox === undefined || within?.includes(inbox.id) === false) {
      faults.add("changes.inbox_id must be the id of an inbox");
    }
  }
  for (const name of ["add_label_ids", "remove_label_ids"] as const) {
    const known = new Set((await findLabels(reader, accountId, input[name] ?? [])).map(({ id }) => id));
    for (const [index, id] of (input[name] ?? []).entries()) {
      if (!known.has(id)) faults.add(`changes.${name}[${index}] must be the id of a label`);
    }
  }
  if (input.spam === true && input.trash === true) {
    faults.add("changes.spam and trash cannot both be true: to move tickets from one to the other, set both");
  }
  checkSnooze(input, faults);
}

function checkSnooze({ snoozed_until, state }: BulkInput, faults: Faults): void {
  if (snoozed_until === undefined) return;
  const until = parseTime(snoozed_until);
  if (until === null || until <= now()) {
    faults.add("changes.snoozed_until must be a time to come, in ISO 8601, such as 2030-01-31T09:00:00Z");
  }
  if (state !== undefined) faults.add("changes.state must be left out with snoozed_until");
}

async function changeBatch(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ids: readonly string[],
  input: BulkInput,
  within: readonly string[] | null,
): Promise<BulkUndo> {
  const undo: BulkUndo = { tickets: [] };
  const labels = new Set((await keepLabels(tx, accountId, input.add_label_ids ?? [])).map(({ id }) => id));
  for (const ticket of await lockTickets(tx, accountId, ids)) {
    if (within?.includes(ticket.inbox_id) === false) continue;
    const wanted = wantedOf(ticket, input, labels);
    if ((wanted.spam ?? ticket.spam) === 1 && (wanted.trash ?? ticket.trash) === 1) continue;
    const changed = await changeTicket(tx, actor, ticket, wanted);
    if (changed.version === ticket.version) continue;
    if (wanted.snoozed_until != null) {
      const payload = { ticket_id: ticket.id, until: wanted.snoozed_until };
      await enqueue(tx, accountId, { kind: "wake-ticket", payload, runAt: wanted.snoozed_until });
    }
    undo.tickets.push({ id: ticket.id, before: fieldsOf(ticket), after: fieldsOf(changed) });
  }
  return undo;
}

function fieldsOf({ state, snoozed_until, user_id, inbox_id, spam, trash, label_ids }: TicketRow) {
  return { state, snoozed_until, user_id, inbox_id, spam, trash, label_ids };
}

/** A label that was deleted since it was checked is not put on. */
function wantedOf(ticket: TicketRow, input: BulkInput, labels: ReadonlySet<string>): TicketChanges {
  const { state, user_id, inbox_id, add_label_ids = [], remove_label_ids = [], spam, trash, snoozed_until } = input;
  const until = snoozed_until === undefined ? null : parseTime(snoozed_until);
  const added = add_label_ids.filter((id) => labels.has(id));
  const label_ids = [...new Set([...labelIdsOf(ticket), ...added])].filter((id) => !remove_label_ids.includes(id));
  return {
    ...(state !== undefined && { state }),
    ...(until !== null && { state: "snoozed" as const, snoozed_until: until }),
    ...(user_id !== undefined && { user_id }),
    ...(inbox_id !== undefined && { inbox_id }),
    ...(spam !== undefined && { spam: spam ? (1 as const) : (0 as const) }),
    ...(trash !== undefined && { trash: trash ? (1 as const) : (0 as const) }),
    ...(add_label_ids.length + remove_label_ids.length > 0 && { label_ids: JSON.stringify(label_ids) }),
  };
}
