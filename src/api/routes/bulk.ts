import { Malformed } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { type BulkInput, changeTickets, checkBulkInput } from "../../desk/change-tickets.ts";
import type { Db } from "../../storage/database.ts";
import { resolveFilter } from "../../storage/resolve-search.ts";
import { listTicketIds } from "../../storage/ticket-list.ts";
import type { Call } from "../call.ts";
import { ok } from "../conventions/answer.ts";
import { type Checked, checkBody } from "../conventions/body.ts";
import { runInSteps } from "../conventions/idempotency.ts";
import { Query } from "../conventions/query.ts";
import { readTicketFilter } from "../conventions/ticket-query.ts";
import { ENVELOPE } from "../parameters.ts";
import type { Router } from "../router.ts";
import { BulkChange, BulkChanged, BulkFilter } from "../schemas/bulk.ts";

/** Tickets that one filter may change. */
const MOST = 10_000;

export function declareBulk(router: Router): void {
  const { db } = router.context;

  router.writeAfter(
    "POST",
    "/tickets/bulk",
    {
      tag: "Tickets",
      summary: "Change many tickets: up to 1,000 by their ids, or up to 10,000 by a filter",
      parameters: [ENVELOPE],
      body: BulkChange,
      answer: BulkChanged,
      status: 200,
    },
    async (call) =>
      await runInSteps(db, call.idempotent, async () => {
        const { account, actor, request, user } = call;
        const faults = new Faults();
        const body = checkBody(BulkChange, request.body, faults);
        const within = user?.inboxIds ?? null;
        const changes: BulkInput = body.changes ?? {};
        if (!faults.names("changes")) await checkBulkInput(db, account.id, changes, within, faults);
        const ids = await chooseTickets(db, call, body, faults);
        faults.throwIfAny();
        return ok(await changeTickets(db, account.id, actor, ids, changes, within));
      }),
  );
}

/** The tickets that a body names: by id, or by a filter that says something. */
async function chooseTickets(db: Db, call: Call, body: Checked<typeof BulkChange>, faults: Faults): Promise<string[]> {
  const { ticket_ids, filter } = body;
  if (ticket_ids != null && filter != null) faults.add("filter must be left out with ticket_ids");
  if (ticket_ids != null) return [...ticket_ids];
  if (filter == null) {
    if (!faults.names("filter")) faults.add("ticket_ids is required: a list of ticket ids, or a filter in its place");
    return [];
  }
  checkFilterNames(call.request.body, faults);
  // Nothing may be changed by a filter that was misread.
  if (!faults.empty) return [];
  try {
    const asked = readTicketFilter(new Query(new URLSearchParams(Object.entries(filter)).toString()), call.user);
    const resolved = await resolveFilter(db, call.account.id, call.user?.id ?? null, asked);
    const ids = await listTicketIds(db.longReads, call.account.id, resolved, MOST + 1);
    if (ids.length > MOST) faults.add(`filter must match at most ${MOST} tickets`);
    return ids;
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    faults.add(`filter.${error.message}`);
    return [];
  }
}

/** A member that is not known would widen the filter without a word, so here it is refused (against T10). */
function checkFilterNames(body: unknown, faults: Faults): void {
  const { filter } = body as { filter: object };
  const names = Object.keys(filter);
  for (const name of names) {
    if (Object.hasOwn(BulkFilter.properties, name)) continue;
    faults.add(`filter.${name} must be left out: there is no such filter`);
  }
  if (names.length === 0) faults.add("filter must name something: it would be every ticket");
}
