import { queryOptions } from "@tanstack/react-query";
import { get } from "../client.ts";
import type { Id, TicketEvent } from "../types.ts";
import { ticketKeys } from "./tickets.ts";

const PER_PAGE = 100;
/** Who needs to know more of one ticket asks the API. */
const MOST_PAGES = 10;

/** What happened to a ticket, oldest first. */
export function eventsQuery(ticketId: Id) {
  return queryOptions({
    queryKey: ticketKeys.events(ticketId),
    queryFn: async ({ signal }) => {
      const all: TicketEvent[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const query = { per_page: PER_PAGE, page };
        // oxlint-disable-next-line no-await-in-loop -- the next page is only asked for when this one was full
        const found = await get<TicketEvent[]>(`/tickets/${ticketId}/events`, query, signal);
        all.push(...found);
        if (found.length < PER_PAGE) break;
      }
      return all;
    },
  });
}
