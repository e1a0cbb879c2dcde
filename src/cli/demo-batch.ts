import { bulkIndex } from "../storage/bulk-index.ts";
import { bulkInsert } from "../storage/bulk-insert.ts";
import { takeTicketNumbers } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import { bulkPositions } from "../storage/events.ts";
import type {
  AttachmentRow,
  ContactRow,
  CustomerRow,
  EventRow,
  JobRow,
  MessageRow,
  TicketLabelRow,
  TicketRow,
} from "../storage/schema.ts";
import type { SearchEntry } from "../storage/search.ts";

/** The rows of some tickets, in the order in which they were created. */
export class DemoBatch {
  readonly customers: CustomerRow[] = [];
  readonly contacts: ContactRow[] = [];
  readonly tickets: TicketRow[] = [];
  readonly labels: TicketLabelRow[] = [];
  readonly messages: MessageRow[] = [];
  readonly attachments: AttachmentRow[] = [];
  readonly events: EventRow[] = [];
  readonly jobs: JobRow[] = [];
  readonly entries: SearchEntry[] = [];
}

/** Writes a batch as the desk would have written it, in one transaction. May run again after a conflict. */
export async function writeBatch(tx: Tx, accountId: string, batch: DemoBatch): Promise<void> {
  await bulkInsert(tx, "customers", batch.customers);
  await bulkInsert(tx, "contacts", batch.contacts);
  const number = await takeTicketNumbers(tx, accountId, batch.tickets.length);
  for (const [index, ticket] of batch.tickets.entries()) ticket.number = number + index;
  await bulkInsert(tx, "tickets", batch.tickets);
  await bulkInsert(tx, "ticket_labels", batch.labels);
  await bulkInsert(tx, "messages", batch.messages);
  await bulkInsert(tx, "attachments", batch.attachments);
  await bulkIndex(tx, accountId, batch.entries);
  const { first, step } = await bulkPositions(tx, accountId);
  // PostgreSQL orders the events of one transaction by id: so does this, that both engines tell the same story.
  batch.events.sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, event] of batch.events.entries()) event.position = first + index * step;
  await bulkInsert(tx, "events", batch.events);
  await bulkInsert(tx, "jobs", batch.jobs);
}
