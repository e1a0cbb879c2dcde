import { type SqlBool, sql } from "kysely";
import type { Reader } from "./database.ts";
import type { Slice, SortDirection } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { TicketRow } from "./schema.ts";
import { isCommon } from "./search.ts";
import {
  NARROWING,
  NONE_PASSIVE,
  type Narrowed,
  type Narrowing,
  type Passive,
  type TicketExpression,
  type TicketFilter,
  conditions,
  isOfFew,
  isPlain,
  narrowedBy,
  shapeOf,
} from "./ticket-filter.ts";

export interface TicketSort {
  column: "created_at" | "updated_at" | "user_id";
  direction: SortDirection;
}

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
  const page = { ...narrowedBy(accountId, filter), limit, offset };
  const way = reader.engine === "sqlite" ? await wayOf(reader, accountId, filter, sort, limit + offset) : STRAIGHT;
  if (after === undefined && isPlain(filter)) return await keptPage(filter, sort, way.passive).all(reader, page);
  const query = pageOf(reader, page, { filter, sort, ...way });
  return await (after === undefined ? query : query.where((row) => behind(row, sort, after))).execute();
}

/** Pages that were asked for, by which filters and which sort they have: a text for each. */
const keptPages = new Map<string, ReturnType<typeof preparePage>>();

interface Asked extends Narrowing {
  sort: readonly TicketSort[];
  /** Whether few are left at any rate: they are sorted, and no order is walked through. */
  ofFew: boolean;
}

type OneWay = Pick<Asked, "passive" | "asksEach" | "ofFew">;

const STRAIGHT: OneWay = { passive: NONE_PASSIVE, ofFew: false };

function keptPage(filter: TicketFilter, sort: readonly TicketSort[], passive: Passive): ReturnType<typeof preparePage> {
  const order = sort.map(({ column, direction }) => `${column} ${direction}`).join();
  const shape = `${shapeOf(filter)} ${order} ${[...passive].join()}`;
  let kept = keptPages.get(shape);
  if (kept === undefined) keptPages.set(shape, (kept = preparePage({ filter, sort, passive, ofFew: isOfFew(filter) })));
  return kept;
}

function preparePage(asked: Asked) {
  return prepared((query, page: Narrowed & Slice, engine) => pageOf({ query, engine }, page, asked));
}

/**
 * Of a search, so many messages that hold its words, times the root of the rows up to a page's end, are found and sorted as quickly
 * as walking through the order comes upon that page: a message costs 4 microseconds, a ticket that is asked 100.
 */
const COMMON = 5_000;

async function wayOf(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  sort: readonly TicketSort[],
  rows: number,
): Promise<OneWay> {
  const { terms, ...others } = filter;
  const passive = await passiveFilters(reader, accountId, others, sort);
  const ofFew = isOfFew(filter);
  if (terms === undefined || terms.length === 0 || sort.length === 0) return { passive, ofFew };
  if (await isCommon(reader, accountId, terms, Math.round(COMMON * Math.sqrt(rows)))) {
    return { passive, ofFew, asksEach: true };
  }
  return { passive: OTHERS_PASSIVE, ofFew: true };
}

/** From so many matches on it is quicker to walk through the order that is asked for than to sort them. */
const BROAD = 20_000;

/** A customer's few tickets are found by the customer, and sorted: 0.3 ms, where a walk through all in their order took 45. */
const OTHERS_PASSIVE: Passive = new Set(NARROWING);

/**
 * SQLite knows nothing of how many tickets a filter leaves, and would rather sort half a million than walk in their order. Of
 * the filters whose index is not in the order that is asked for, those that leave many are passive.
 */
async function passiveFilters(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  [first]: readonly TicketSort[],
): Promise<Passive> {
  if (first === undefined) return NONE_PASSIVE;
  if (isOfFew(filter)) return OTHERS_PASSIVE;
  const candidates: readonly (keyof TicketFilter)[] = [
    ...(first.column === "created_at" ? [] : (["sinceCreated"] as const)),
    ...(first.column === "updated_at" ? [] : (["sinceUpdated"] as const)),
    ...(first.column === "user_id" && filter.userIds === undefined ? (["inboxIds", "within", "states"] as const) : []),
  ];
  const passive = new Set<keyof TicketFilter>();
  for (const name of candidates) {
    if (filter[name] === undefined || filter[name] === null) continue;
    if (await isBroad(reader, accountId, { within: null, [name]: filter[name] })) passive.add(name);
  }
  return passive;
}

/** Whether one filter leaves many tickets; its own index alone tells, in half a millisecond. */
async function isBroad(reader: Reader, accountId: string, filter: TicketFilter): Promise<boolean> {
  const shape = `broad ${shapeOf(filter)}`;
  let kept = keptProbes.get(shape);
  if (kept === undefined) keptProbes.set(shape, (kept = prepareProbe(filter)));
  return (await kept.first(reader, narrowedBy(accountId, filter))) !== undefined;
}

const keptProbes = new Map<string, ReturnType<typeof prepareProbe>>();

function prepareProbe(filter: TicketFilter) {
  return prepared((db, values: Narrowed, engine) =>
    db
      .selectFrom("tickets")
      .select(sql<number>`1`.as("one"))
      .where("tickets.account_id", "=", values.accountId)
      .where((row) => row.and(conditions(engine, values, { filter, passive: NONE_PASSIVE }, row)))
      .limit(sql.lit(1))
      .offset(sql.lit(BROAD)),
  );
}

function pageOf(
  { query: db, engine }: Pick<Reader, "query" | "engine">,
  page: Narrowed & Slice,
  { filter, sort, ofFew, ...way }: Asked,
) {
  let query = db
    .selectFrom("tickets")
    .selectAll()
    .where("tickets.account_id", "=", page.accountId)
    .where((row) => row.and(conditions(engine, page, { filter, ...way }, row)));
  const walks = engine === "postgres" || !ofFew;
  for (const { column, direction } of sort) {
    query = query.orderBy(walks ? column : sql`+${sql.ref(`tickets.${column}`)}`, (order) => {
      const directed = direction === "asc" ? order.asc() : order.desc();
      if (column !== "user_id") return directed;
      return direction === "asc" ? directed.nullsFirst() : directed.nullsLast();
    });
  }
  return query
    .orderBy("id", sort.at(-1)?.direction ?? "desc")
    .limit(page.limit)
    .offset(page.offset);
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
