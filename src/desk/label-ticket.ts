import type { Actor } from "../domain/events.ts";
import { NotFound } from "../domain/errors.ts";
import type { Tx } from "../storage/database.ts";
import { keepLabels } from "../storage/labels.ts";
import type { TicketRow } from "../storage/schema.ts";
import { labelIdsOf, lockTicket } from "../storage/tickets.ts";
import { changeTicket } from "./update-ticket.ts";

/** Puts labels on a ticket, after those it has. Idempotent; an unknown label or ticket changes nothing (K5). */
export async function addLabels(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  labelIds: readonly string[],
): Promise<void> {
  const ticket = await lockLabelled(tx, accountId, ticketId, labelIds);
  const label_ids = JSON.stringify([...new Set([...labelIdsOf(ticket), ...labelIds])]);
  await changeTicket(tx, actor, ticket, { label_ids });
}

/** Takes labels off a ticket. Idempotent; an unknown label or ticket changes nothing (K5). */
export async function removeLabels(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  labelIds: readonly string[],
): Promise<void> {
  const ticket = await lockLabelled(tx, accountId, ticketId, labelIds);
  const label_ids = JSON.stringify(labelIdsOf(ticket).filter((id) => !labelIds.includes(id)));
  await changeTicket(tx, actor, ticket, { label_ids });
}

async function lockLabelled(
  tx: Tx,
  accountId: string,
  ticketId: string,
  labelIds: readonly string[],
): Promise<TicketRow> {
  const ticket = await lockTicket(tx, accountId, ticketId);
  const labels = await keepLabels(tx, accountId, labelIds);
  if (ticket === undefined || labelIds.some((id) => !labels.some((label) => label.id === id))) throw new NotFound();
  return ticket;
}
