import { type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import type { Reader } from "./database.ts";
import type { Slice, SortDirection } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { Schema, TicketRow } from "./schema.ts";
import {
  NONE_PASSIVE,
  type Narrowed,
  type TicketExpression,
  type TicketFilter,
  conditions,
  isPlain,
  narrowedBy,
  shapeOf,
} from "./ticket-filter.ts";
import { type ListWay, type TicketSort, wayOf } from "./ticket-list-way.ts";

export type { TicketSort } from "./ticket-list-way.ts";

/**
 * Sorted as asked, the unassigned first in an ascending `user_id`; ties by id in the last key's direction (R7). With `after`
 * only those behind that ticket in this order.
 */
export async function listTickets(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  sort: readonly TicketSort[],
  { limit, offset }: Slice,
  after?: TicketRow,
): Promise<TicketRow[]> {
  if (limit === 0) return [];
  const way = await wayOf(reader, accountId, filter, sort, { limit, offset });
  const page = { ...narrowedBy(accountId, way.filter), limit, offset };
  if (after === undefined && isPlain(filter)) return await keptPage(way, sort).all(reader, page);
  const query = pageOf(reader, page, way, sort);
  return await (after === undefined ? query : query.where((row) => behind(row, sort, after))).execute();
}

/** Pages that were asked for, by which filters and which sort they have, and by their way: a text for each. */
const keptPages = new Map<string, ReturnType<typeof preparePage>>();

function keptPage(way: ListWay, sort: readonly TicketSort[]): ReturnType<typeof preparePage> {
  const order = sort.map(({ column, direction }) => `${column} ${direction}`).join();
  const { filter, passive, ofFew, idsFirst, findsLabelled = false } = way;
  const shape = `${shapeOf(filter)} ${order} ${[...passive].join()} ${[ofFew, idsFirst, findsLabelled].join()}`;
  let kept = keptPages.get(shape);
  if (kept === undefined) keptPages.set(shape, (kept = preparePage(way, sort)));
  return kept;
}

function preparePage(way: ListWay, sort: readonly TicketSort[]) {
  return prepared((query, page: Narrowed & Slice, engine) => pageOf({ query, engine }, page, way, sort));
}

function pageOf(
  { query: db, engine }: Pick<Reader, "query" | "engine">,
  page: Narrowed & Slice,
  way: ListWay,
  sort: readonly TicketSort[],
) {
  const found = db
    .selectFrom("tickets")
    .where("tickets.account_id", "=", page.accountId)
    .where((row) => row.and(conditions(engine, page, way, row)));
  const walks = engine === "postgres" || !way.ofFew;
  if (!way.idsFirst) return inOrder(found.selectAll(), sort, walks).limit(page.limit).offset(page.offset);
  const ids = inOrder(found.select("tickets.id"), sort, walks).limit(page.limit).offset(page.offset);
  const rows = db.selectFrom("tickets").selectAll().where("tickets.account_id", "=", page.accountId);
  return inOrder(rows.where("tickets.id", "in", ids), sort, engine === "postgres");
}

/** A `+` in front of a column tells SQLite to sort, and not to look for an index that has the order. */
function inOrder<O>(
  query: SelectQueryBuilder<Schema, "tickets", O>,
  sort: readonly TicketSort[],
  walks: boolean,
): SelectQueryBuilder<Schema, "tickets", O> {
  let ordered = query;
  for (const { column, direction } of sort) {
    ordered = ordered.orderBy(walks ? `tickets.${column}` : sql`+${sql.ref(`tickets.${column}`)}`, (order) => {
      const directed = direction === "asc" ? order.asc() : order.desc();
      if (column !== "user_id") return directed;
      return direction === "asc" ? directed.nullsFirst() : directed.nullsLast();
    });
  }
  return ordered.orderBy("tickets.id", sort.at(-1)?.direction ?? "desc");
}

/** What stands behind a ticket: it is greater in one key, and equal in those before it. */
function behind(row: TicketExpression, sort: readonly TicketSort[], after: TicketRow) {
  const keys: readonly (TicketSort | { column: "id"; direction: SortDirection })[] = [
    ...sort,
    { column: "id", direction: sort.at(-1)?.direction ?? "desc" },
  ];
  const equal = ({ column }: (typeof keys)[number]) =>
    after[column] === null ? row(column, "is", null) : row(column, "=", after[column]);
  const beyond = ({ column, direction }: (typeof keys)[number]) => {
    const value = after[column];
    // The unassigned are first going up, last going down.
    if (value === null) return direction === "asc" ? row(column, "is not", null) : sql<SqlBool>`false`;
    const further = row(column, direction === "asc" ? ">" : "<", value);
    return column === "user_id" && direction === "desc" ? row.or([further, row(column, "is", null)]) : further;
  };
  const cases = keys.map((key, index) => row.and([...keys.slice(0, index).map(equal), beyond(key)]));
  const [first] = sort;
  if (first === undefined || first.column === "user_id") return row.or(cases);
  // Says nothing new, but lets an index begin at the right place.
  return row.and([row(first.column, first.direction === "asc" ? ">=" : "<=", after[first.column]), row.or(cases)]);
}

/** The ids of the tickets that match, at most `limit` of them, the oldest first. */
export async function listTicketIds(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  limit: number,
): Promise<string[]> {
  const rows = await reader.query
    .selectFrom("tickets")
    .select("id")
    .where("tickets.account_id", "=", accountId)
    .where((row) =>
      row.and(conditions(reader.engine, narrowedBy(accountId, filter), { filter, passive: NONE_PASSIVE }, row)),
    )
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}
