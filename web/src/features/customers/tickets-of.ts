import type { TicketFilter } from "../../api/queries/ticket-page.ts";
import type { Id } from "../../api/types.ts";

/** All tickets of a customer but those in the trash, what was written to last first. */
export function ticketsOf(customerId: Id): TicketFilter {
  return { customer_id: customerId, trash: false, sort: "-updated_at" };
}
