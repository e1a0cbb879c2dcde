import { type RankedHit, type RankedTicket, rankTickets } from "../domain/relevance.ts";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import type { Slice } from "./paging.ts";
import type { TicketRow } from "./schema.ts";
import { RANKED_MESSAGES, findRankedHits } from "./search-window.ts";
import { NONE_PASSIVE, type TicketFilter, conditions, narrowedBy } from "./ticket-filter.ts";
import { ALL_PASSIVE } from "./ticket-list-way.ts";
import { type TicketSort, listTickets } from "./ticket-list.ts";

/** How what is not ranked follows what is. */
const NEWEST: readonly TicketSort[] = [{ column: "created_at", direction: "desc" }];

/**
 * What a search finds, the most relevant first (docs/decisions/0019): the tickets of the newest `RANKED_MESSAGES` messages that
 * match are ranked, all others follow, newest first. With `after` only those behind that ticket. A search without words has
 * no order by relevance.
 */
export async function listRankedTickets(
  reader: Reader,
  accountId: string,
  { terms = [], ...others }: TicketFilter,
  { limit, offset }: Slice,
  after?: TicketRow,
): Promise<TicketRow[]> {
  if (limit === 0 || terms.length === 0) return [];
  const hits = await findRankedHits(reader, accountId, terms);
  const ranked = await rankHits(reader, accountId, others, terms, hits);
  const place = after === undefined ? -1 : ranked.indexOf(after.id);
  const isBehindAll = after !== undefined && place === -1;
  const first = isBehindAll ? ranked.length : place + 1 + offset;
  const page = await inThisOrder(reader, accountId, ranked.slice(first, first + limit));
  const missing = limit - page.length;
  if (missing === 0 || hits.length < RANKED_MESSAGES) return page;
  const rest = { ...others, terms, ...(ranked.length > 0 && { exceptIds: ranked }) };
  const slice = { limit: missing, offset: isBehindAll ? offset : Math.max(0, first - ranked.length) };
  return [...page, ...(await listTickets(reader, accountId, rest, NEWEST, slice, isBehindAll ? after : undefined))];
}

/** The ids of the tickets with hits that a filter leaves, the most relevant first. */
async function rankHits(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  terms: readonly SearchTerm[],
  hits: readonly RankedHit[],
): Promise<string[]> {
  const found = new Set(hits.map(({ ticket_id }) => ticket_id));
  const ids = filter.ids?.filter((id) => found.has(id)) ?? [...found];
  if (ids.length === 0) return [];
  const asked = { ...filter, ids };
  const narrowing = { filter: asked, passive: reader.engine === "sqlite" ? ALL_PASSIVE : NONE_PASSIVE };
  const tickets: RankedTicket[] = await reader.query
    .selectFrom("tickets")
    .select(["id", "subject", "created_at"])
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, asked), narrowing, row)))
    .execute();
  return rankTickets(tickets, hits, terms).map(({ id }) => id);
}

async function inThisOrder(reader: Reader, accountId: string, ids: readonly string[]): Promise<TicketRow[]> {
  if (ids.length === 0) return [];
  const rows = await listTickets(reader, accountId, { within: null, ids }, [], { limit: ids.length, offset: 0 });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
