import { Type } from "typebox";
import { Malformed, NotFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { listTickets } from "../../storage/ticket-list.ts";
import { findTicket } from "../../storage/tickets.ts";
import { pathId } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { readSearchText } from "../conventions/ticket-query.ts";
import { ENVELOPE, SEARCH, parameter } from "../parameters.ts";
import { presentSearchHits } from "../present/search-hits.ts";
import type { Router } from "../router.ts";
import { SearchHit } from "../schemas/search-hits.ts";

/** Of each ticket of a list; the rest is shown where the ticket is. */
const HITS_IN_LIST = 3;

const MOST_TICKETS = 100;

const OPTIONS = { tag: "Tickets", answer: Type.Array(SearchHit), status: 200 } as const;

export function declareSearchHits(router: Router): void {
  const { db } = router.context;

  router.read(
    "/search-hits",
    {
      ...OPTIONS,
      summary: "Where in some tickets the words of a search are; at most three messages of each",
      parameters: [SEARCH, parameter("ticket_ids", "Comma separated ticket ids, at most 100"), ENVELOPE],
    },
    async ({ account, query, user }) => {
      const search = readSearchText(query);
      const ids = [...new Set(query.list("ticket_ids")?.filter(isId))];
      if (ids.length > MOST_TICKETS) throw new Malformed(`ticket_ids must have at most ${MOST_TICKETS} values`);
      const page = { limit: MOST_TICKETS, offset: 0 };
      const filter = { within: user?.inboxIds ?? null, ids };
      const reads = await db.listReads(account.id);
      const tickets = await listTickets(reads.quick, account.id, filter, [], page);
      const asked = ids.flatMap((id) => tickets.find((ticket) => ticket.id === id) ?? []);
      return ok(await presentSearchHits(reads.long, account.id, asked, search, HITS_IN_LIST));
    },
  );

  router.read(
    "/tickets/:ticket_id/search-hits",
    { ...OPTIONS, summary: "Where in a ticket the words of a search are", parameters: [SEARCH, ENVELOPE] },
    async (call) => {
      const { account, query } = call;
      const search = readSearchText(query);
      const ticket = await findTicket(db, account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      const reads = await db.listReads(account.id);
      return ok(await presentSearchHits(reads.long, account.id, [ticket], search, Number.POSITIVE_INFINITY));
    },
  );
}
