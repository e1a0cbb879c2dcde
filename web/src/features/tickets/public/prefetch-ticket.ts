import { queryClient } from "../../../api/query-client.ts";
import { messagesQuery } from "../../../api/queries/messages.ts";
import { ticketQuery } from "../../../api/queries/tickets.ts";
import type { Id } from "../../../api/types.ts";

/**
 * Asks for a ticket before it is drawn: what is said in it first, which the reader waits for. A failure is found out by whoever
 * shows it.
 */
export function prefetchTicket(id: Id): void {
  void queryClient.prefetchInfiniteQuery(messagesQuery(id));
  void queryClient.prefetchQuery(ticketQuery(id));
}
