import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findSummaryMessage } from "../storage/messages.ts";
import { refreshNews } from "../storage/moves.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { ticketEntry } from "../storage/search-entries.ts";
import { indexEntry, removeEntry } from "../storage/search.ts";
import { type TicketChanges, updateTicket } from "../storage/tickets.ts";
import { indexMessage } from "./index-message.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

/** Makes moved messages be found under the ticket that they are on now. */
export async function moveSearchEntries(tx: Tx, ticket: TicketRow, moved: readonly MessageRow[]): Promise<void> {
  for (const message of moved) {
    // An entry keeps its ticket when it is written again.
    await removeEntry(tx, ticket.account_id, message.id);
    await indexMessage(tx, ticket, message);
  }
}

/**
 * Brings a ticket up to date that messages were put onto or taken from: summary, news, the entry by which one without
 * messages is found. Makes the other changes with it, in one version (K4).
 */
export async function settleMessages(
  tx: Tx,
  accountId: string,
  ticketId: string,
  changes: TicketChanges = {},
): Promise<TicketRow> {
  const first = await findSummaryMessage(tx, accountId, ticketId);
  const summary = first === undefined ? NO_SUMMARY : (summaryWith(NO_SUMMARY, first) ?? NO_SUMMARY);
  await refreshNews(tx, accountId, ticketId);
  const ticket = await updateTicket(tx, accountId, ticketId, { ...summary, ...changes }, now());
  if (first === undefined) await indexEntry(tx, accountId, ticketEntry(ticket));
  else await removeEntry(tx, accountId, ticketId);
  return ticket;
}
