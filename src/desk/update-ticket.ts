import type { Actor, Changes } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import type { SETTABLE_STATES } from "../domain/states.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import { findInbox } from "../storage/inboxes.ts";
import { keepLabels } from "../storage/labels.ts";
import type { TicketRow } from "../storage/schema.ts";
import { type TicketChanges, lockTicket, updateTicket as updateRow } from "../storage/tickets.ts";
import { assigneeFault } from "../storage/users.ts";
import { checkCopies } from "./mail-options.ts";
import { notifyOfAssignment } from "./notifications.ts";
import { reindexTicket } from "./reindex-ticket.ts";
import type { Precondition } from "./precondition.ts";
import { enqueueTraining } from "./train-spam.ts";

export interface TicketUpdate {
  user_id?: string | null;
  inbox_id?: string;
  state?: (typeof SETTABLE_STATES)[number];
  label_ids?: readonly string[];
  spam?: boolean;
  trash?: boolean;
  subject?: string | null;
  /** Who gets a copy of every reply from now on; null and "" for nobody. */
  reply_cc?: string | null;
}

/** Changes what is given and differs; when nothing does, the ticket stays untouched, its version too (K4). */
export async function updateTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  id: string,
  input: TicketUpdate,
  faults: Faults,
  precondition: Precondition,
): Promise<TicketRow> {
  const ticket = await lockTicket(tx, accountId, id);
  if (ticket === undefined) throw new NotFound();
  precondition(ticket.version);
  await checkReferences(tx, ticket, input, faults);
  checkCopies(input.reply_cc, "reply_cc", faults);
  const changes = differences(ticket, wantedColumns(input));
  if ((changes.spam ?? ticket.spam) === 1 && (changes.trash ?? ticket.trash) === 1) {
    faults.add("spam and trash cannot both be true: to move a ticket from one to the other, set both");
  }
  faults.throwIfAny();
  return await changeTicket(tx, actor, ticket, changes);
}

/** Writes changes to a locked ticket and records them; nothing happens when there are none. */
export async function changeTicket(tx: Tx, actor: Actor, ticket: TicketRow, wanted: TicketChanges): Promise<TicketRow> {
  const changes = differences(ticket, wanted);
  if (Object.keys(changes).length === 0) return ticket;
  const ends = changes.state !== undefined && changes.state !== "snoozed";
  if (ends && ticket.snoozed_until !== null) changes.snoozed_until = null;
  const changed: Changes = Object.fromEntries(
    Object.entries(changes).map(([column, value]) => [column, [ticket[column as keyof TicketRow], value] as const]),
  );
  const updated = await updateRow(tx, ticket.account_id, ticket.id, changes, now());
  await recordEvent(tx, ticket.account_id, actor, {
    kind: changes.label_ids !== undefined ? "ticket.labeled" : "ticket.updated",
    ticketId: ticket.id,
    changes: changed,
  });
  if (changes.user_id !== undefined) await notifyOfAssignment(tx, updated, actor);
  if (changes.subject !== undefined) await reindexTicket(tx, updated);
  if (changes.spam !== undefined) await enqueueTraining(tx, updated);
  return updated;
}

async function checkReferences(tx: Tx, ticket: TicketRow, input: TicketUpdate, faults: Faults): Promise<void> {
  const accountId = ticket.account_id;
  const { user_id } = input;
  // Who has the ticket may keep it, also when they were disabled since.
  if (user_id != null && user_id !== ticket.user_id) {
    const fault = await assigneeFault(tx, accountId, user_id);
    if (fault !== null) faults.add(`user_id ${fault}, or null for nobody`);
  }
  if (input.inbox_id !== undefined && (await findInbox(tx, accountId, input.inbox_id)) === undefined) {
    faults.add("inbox_id must be the id of an inbox");
  }
  const labels = await keepLabels(tx, accountId, input.label_ids ?? []);
  for (const [index, id] of (input.label_ids ?? []).entries()) {
    if (!labels.some((label) => label.id === id)) faults.add(`label_ids[${index}] must be the id of a label`);
  }
}

function wantedColumns(input: TicketUpdate): TicketChanges {
  const { user_id, inbox_id, state, subject, label_ids, spam, trash, reply_cc } = input;
  return {
    ...(user_id !== undefined && { user_id }),
    ...(inbox_id !== undefined && { inbox_id }),
    ...(state !== undefined && { state }),
    ...(subject !== undefined && { subject }),
    ...(reply_cc !== undefined && { reply_cc: reply_cc === null || reply_cc.trim() === "" ? null : reply_cc }),
    ...(label_ids !== undefined && { label_ids: JSON.stringify([...new Set(label_ids)]) }),
    ...(spam !== undefined && { spam: spam ? (1 as const) : (0 as const) }),
    ...(trash !== undefined && { trash: trash ? (1 as const) : (0 as const) }),
  };
}

function differences(ticket: TicketRow, wanted: TicketChanges): TicketChanges {
  const changed = Object.entries(wanted).filter(([column, value]) => ticket[column as keyof TicketRow] !== value);
  return Object.fromEntries(changed) as TicketChanges;
}
