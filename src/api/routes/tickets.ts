import { Type } from "typebox";
import { Malformed, NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { isId } from "../../domain/ids.ts";
import { TICKET_STATES, TICKET_TYPES } from "../../domain/states.ts";
import { createTicket } from "../../desk/create-ticket.ts";
import { updateTicket } from "../../desk/update-ticket.ts";
import type { Db, Reader } from "../../storage/database.ts";
import type { Slice } from "../../storage/paging.ts";
import { type AskedFilter, resolveFilter } from "../../storage/resolve-search.ts";
import { takesLong } from "../../storage/ticket-conditions.ts";
import type { TicketRow } from "../../storage/schema.ts";
import type { TicketFilter } from "../../storage/ticket-filter.ts";
import { countTickets } from "../../storage/ticket-count.ts";
import { listRankedTickets } from "../../storage/ranked-list.ts";
import { listTickets } from "../../storage/ticket-list.ts";
import { findTicket } from "../../storage/tickets.ts";
import { asAuthor, defaultInbox } from "../access.ts";
import { type Call, pathId } from "../call.ts";
import { type Answer, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { readEmbeds } from "../conventions/embed.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { readPaging } from "../conventions/paging.ts";
import type { Query } from "../conventions/query.ts";
import { TICKET_SORTS, type TicketOrder, readTicketFilter, readTicketOrder } from "../conventions/ticket-query.ts";
import {
  EMBED,
  OF_PAGES,
  OF_RESOURCE,
  SEARCH,
  SINCE_CREATED,
  SINCE_UPDATED,
  parameter,
  sortParameter,
} from "../parameters.ts";
import { presentTicket, presentTickets } from "../present/ticket.ts";
import type { RouteOptions, Router } from "../router.ts";
import { CreateTicket, Ticket, UpdateTicket } from "../schemas/tickets.ts";

const NO_EMBEDS: ReadonlySet<never> = new Set<never>();

/** How a list of tickets is asked for, wherever it stands. */
export const TICKET_LIST: Pick<RouteOptions, "tag" | "parameters" | "embeds" | "collection" | "answer" | "status"> = {
  tag: "Tickets",
  parameters: [
    parameter("id", "Comma separated ticket ids"),
    parameter("inbox_id", "Comma separated inbox ids"),
    parameter("customer_id", "Comma separated customer ids"),
    parameter("user_id", "Comma separated user ids; `null` for the unassigned"),
    parameter("label_id", "Comma separated label ids"),
    parameter("state", `Comma separated, of: ${TICKET_STATES.join(", ")}`),
    parameter("type", `Comma separated, of: ${TICKET_TYPES.join(", ")}`),
    parameter("spam", "true or false"),
    parameter("trash", "true or false"),
    SINCE_CREATED,
    SINCE_UPDATED,
    parameter("unread", "true or false; for who is signed in"),
    parameter("mentioned", "true or false: a note names you; for who is signed in"),
    parameter("draft", "true or false: you are writing an answer; for who is signed in"),
    SEARCH,
    sortParameter(TICKET_SORTS.keys(), "How to sort; `relevance` needs words in `q`: the best match first"),
    parameter("after_id", "Only tickets behind this one in the order of `sort`: to go further than pages do"),
    EMBED,
    ...OF_PAGES,
  ],
  embeds: true,
  collection: true,
  answer: Type.Array(Ticket),
  status: 200,
};

export function declareTickets(router: Router): void {
  const { db } = router.context;

  router.read("/tickets", { ...TICKET_LIST, summary: "List tickets" }, async (call) =>
    answerTicketList(db, call, readTicketFilter(call.query, call.user), readTicketPage(call.query)),
  );

  router.read(
    "/tickets/:ticket_id",
    {
      tag: "Tickets",
      summary: "Get a ticket",
      parameters: [EMBED, ...OF_RESOURCE],
      embeds: true,
      answer: Ticket,
      status: 200,
    },
    async (call) => {
      const { account, query } = call;
      const ticket = await findTicket(db, account.id, pathId(call, "ticket_id"));
      if (ticket === undefined) throw new NotFound();
      const body = await presentTicket(db, account.id, ticket, readEmbeds(query), readFields(query), call.user?.id);
      return ok(body, ticket.version);
    },
  );

  router.write(
    "POST",
    "/tickets",
    {
      tag: "Tickets",
      summary: "Create a ticket",
      parameters: OF_RESOURCE,
      body: CreateTicket,
      answer: Ticket,
      status: 201,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const given = { ...defaultInbox(call), ...checkBody(CreateTicket, request.body, faults) };
      const messages = given.messages?.map((message) => asAuthor(call, message));
      const input = { ...given, ...(messages !== undefined && { messages }) };
      const ticket = await createTicket(tx, account.id, actor, input, faults);
      const body = await presentTicket(tx, account.id, ticket, NO_EMBEDS, readFields(query), call.user?.id);
      return created(body, `/tickets/${ticket.id}`, ticket.version);
    },
  );

  router.write(
    "PATCH",
    "/tickets/:ticket_id",
    {
      tag: "Tickets",
      summary: "Change a ticket",
      parameters: OF_RESOURCE,
      body: UpdateTicket,
      answer: Ticket,
      status: 200,
    },
    async (tx, call) => {
      const { account, actor, query, request } = call;
      const faults = new Faults();
      const input = checkBody(UpdateTicket, request.body, faults);
      const condition = readPrecondition(request.headers["if-match"]);
      const ticket = await updateTicket(tx, account.id, actor, pathId(call, "ticket_id"), input, faults, condition);
      const body = await presentTicket(tx, account.id, ticket, NO_EMBEDS, readFields(query), call.user?.id);
      return ok(body, ticket.version);
    },
  );
}

export interface TicketPage {
  slice: Slice;
  sort: TicketOrder;
}

/** Which page of a list of tickets is asked for, apart from finding it: a 400 comes before a 404 (T13). */
export function readTicketPage(query: Query): TicketPage {
  return { slice: readPaging(query), sort: readTicketOrder(query) };
}

/** A page of the tickets that a filter leaves, and their exact number if asked for (R4). */
export async function answerTicketList(
  db: Db,
  { account, query, user }: Call,
  asked: AskedFilter,
  { slice, sort }: TicketPage,
): Promise<Answer> {
  const reads = await db.listReads(account.id);
  const filter = await resolveFilter(reads.quick, account.id, user?.id ?? null, asked);
  // On PostgreSQL what everybody shares is a connection, and there is another for each list.
  const quick = db.engine === "sqlite" && isQuick(filter, slice);
  const after = await findStart(reads.quick, account.id, query, filter);
  const tickets =
    sort === "relevance"
      ? await listRankedTickets(reads.long, account.id, filter, slice, after)
      : await listTickets(quick ? reads.quick : reads.long, account.id, filter, sort, slice, after);
  const body = await presentTickets(reads.quick, account.id, tickets, readEmbeds(query), readFields(query), user?.id);
  if (!query.isTrue("count")) return ok(body);
  return { status: 200, body, total: await countTickets(reads.long, account.id, filter) };
}

/** Whether the thread that serves everybody may find a page: in a millisecond or two. */
function isQuick({ terms, conditions, customerIds = [] }: TicketFilter, { offset }: Slice): boolean {
  return terms === undefined && !takesLong(conditions) && offset < DEEP && customerIds.length <= FEW_CUSTOMERS;
}

/** From this row on, a page takes longer than that. */
const DEEP = 1000;

/** All tickets of customers are sorted: a hundred took 27 ms, of a million tickets. */
const FEW_CUSTOMERS = 10;

/** The ticket that `after_id` names, which must be one that one may see. */
async function findStart(
  reader: Reader,
  accountId: string,
  query: Query,
  { within }: TicketFilter,
): Promise<TicketRow | undefined> {
  const id = query.text("after_id");
  if (id === undefined || id === "") return undefined;
  const ticket = isId(id) ? await findTicket(reader, accountId, id) : undefined;
  if (ticket === undefined || within?.includes(ticket.inbox_id) === false) {
    throw new Malformed("after_id must be the id of a ticket");
  }
  return ticket;
}
