import { readAddress } from "../domain/addresses.ts";
import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import type { Actor } from "../domain/events.ts";
import { Conflict, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import { findContactByKey } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import { countMessages, listMessagesOf } from "../storage/messages.ts";
import { moveMessages } from "../storage/moves.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { lockTicket } from "../storage/tickets.ts";
import { writeCustomer } from "./create-customer.ts";
import { openTicket } from "./create-ticket.ts";
import { lockTickets } from "./merge-tickets.ts";
import { moveSearchEntries, settleMessages } from "./move-messages.ts";
import { offerUndo } from "./offer-undo.ts";
import { NO_SUMMARY } from "./ticket-summary.ts";

/** What taking a split back needs to know. */
export interface TicketSplit {
  source: string;
  ticket: string;
  messageIds: string[];
}

export interface SplitInput {
  message_ids: readonly string[];
  subject?: string | null;
}

/**
 * Takes some messages of a ticket, but not all, to a new ticket of the same inbox, which knows where they came from. Its
 * customer is who wrote the first of them, if that is somebody else, or the same. Returns the new ticket and the id by
 * which it can be taken back.
 */
export async function splitTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  input: Partial<SplitInput>,
  faults: Faults,
): Promise<{ ticket: TicketRow; undoId: string }> {
  const source = await lockTicket(tx, accountId, ticketId);
  if (source === undefined) throw new NotFound();
  const messages = await listMessagesOf(tx, accountId, [ticketId]);
  const ids = [...new Set(input.message_ids ?? [])];
  for (const [index, id] of (input.message_ids ?? []).entries()) {
    if (!messages.some((message) => message.id === id)) {
      faults.add(`message_ids[${index}] must be the id of a message of this ticket`);
    }
  }
  if (ids.length === 0) faults.add("message_ids must name at least one message");
  else if (ids.length === messages.length) faults.add("message_ids must leave the ticket at least one message");
  faults.throwIfAny();
  const chosen = messages.filter(({ id }) => ids.includes(id));
  const opened = await openTicket(tx, actor, {
    account_id: accountId,
    ...(await chooseSender(tx, source, chosen)),
    user_id: source.user_id,
    inbox_id: source.inbox_id,
    subject: input.subject ?? source.subject,
    reply_cc: null,
    ...NO_SUMMARY,
    created_at: now(),
    split_from: source.id,
  });
  const ticket = await divide(tx, actor, source, opened, ids);
  const split: TicketSplit = { source: source.id, ticket: ticket.id, messageIds: ids };
  return { ticket, undoId: await offerUndo(tx, accountId, actor, "split-ticket", split) };
}

/** Who wrote the first chosen message that came in, and the address to answer; made a customer when nobody knows them. */
async function chooseSender(
  tx: Tx,
  source: TicketRow,
  chosen: readonly MessageRow[],
): Promise<Pick<TicketRow, "customer_id" | "reply_to">> {
  const same = { customer_id: source.customer_id, reply_to: source.reply_to };
  const first = chosen.find(({ direction }) => direction === "in");
  const sender = readAddress(first?.from ?? "");
  if (sender === null || !isEmailAddress(sender.address)) return same;
  const key = contactKey("email", sender.address);
  const holder = await findContactByKey(tx, source.account_id, "email", key);
  if (holder?.customer_id === source.customer_id) return same;
  const reply_to = sender.address;
  if (holder !== undefined) return { customer_id: holder.customer_id, reply_to };
  const contact = { type: "email" as const, value: sender.address, key, field: "from" };
  const name = sender.name === "" ? {} : { first_name: sender.name };
  const customer = await writeCustomer(tx, source.account_id, name, [contact]);
  return { customer_id: customer.id, reply_to };
}

async function divide(
  tx: Tx,
  actor: Actor,
  source: TicketRow,
  opened: TicketRow,
  ids: readonly string[],
): Promise<TicketRow> {
  const { account_id } = source;
  const moved = await moveMessages(tx, account_id, source.id, opened.id, ids);
  await moveSearchEntries(tx, opened, moved);
  const ticket = await settleMessages(tx, account_id, opened.id);
  await settleMessages(tx, account_id, source.id);
  await recordEvent(tx, account_id, actor, {
    kind: "ticket.split",
    ticketId: opened.id,
    changes: { split_from: [null, source.id] },
  });
  await recordEvent(tx, account_id, actor, {
    kind: "ticket.split",
    ticketId: source.id,
    changes: { split_into: [null, opened.id], message_ids: [ids, []] },
  });
  return ticket;
}

const PAST = "Conflict: this split cannot be taken back any more: the new ticket has messages of its own since";

/** Takes a split back: the messages go back, and the emptied ticket becomes part of the one that they came from. */
export async function takeSplitBack(
  tx: Tx,
  accountId: string,
  actor: Actor,
  { source: sourceId, ticket: ticketId, messageIds }: TicketSplit,
): Promise<{ restored: number; kept: number }> {
  const found = await lockTickets(tx, accountId, [sourceId, ticketId]);
  const source = found.get(sourceId);
  const ticket = found.get(ticketId);
  if (source === undefined || ticket === undefined || source.merged_into !== null || ticket.merged_into !== null) {
    throw new Conflict("past", PAST);
  }
  const moved = await moveMessages(tx, accountId, ticketId, sourceId, messageIds);
  if ((await countMessages(tx, accountId, ticketId)) > 0) throw new Conflict("past", PAST);
  await moveSearchEntries(tx, source, moved);
  await settleMessages(tx, accountId, sourceId);
  await settleMessages(tx, accountId, ticketId, { merged_into: sourceId, trash: 1, spam: 0 });
  await recordEvent(tx, accountId, actor, {
    kind: "ticket.merged",
    ticketId,
    changes: { merged_into: [null, sourceId], trash: [ticket.trash, 1] },
  });
  await recordEvent(tx, accountId, actor, {
    kind: "ticket.merged",
    ticketId: sourceId,
    changes: { merged_ids: [[], [ticketId]] },
  });
  return { restored: 1, kept: 0 };
}
