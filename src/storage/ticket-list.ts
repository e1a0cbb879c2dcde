import { type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { TicketState, TicketType } from "../domain/states.ts";
import type { Engine, Reader } from "./database.ts";
import type { Slice, SortDirection } from "./paging.ts";
import { prepared } from "./prepared.ts";
import type { Flag, Schema, TicketRow } from "./schema.ts";
import { matchingTickets } from "./search.ts";
import { type TicketCondition, writeConditions } from "./ticket-conditions.ts";

/** What a list of tickets is narrowed to. An absent member does not narrow; an empty list matches nothing. */
export interface TicketFilter {
  /** The inboxes that whoever asks may see; null for all. Not optional, so that no list forgets it. */
  within: readonly string[] | null;
  ids?: readonly string[];
  inboxIds?: readonly string[];
  customerIds?: readonly string[];
  /** `null` in the list is the unassigned. */
  userIds?: readonly (string | null)[];
  labelIds?: readonly string[];
  states?: readonly TicketState[];
  types?: readonly TicketType[];
  spam?: readonly Flag[];
  trash?: readonly Flag[];
  sinceCreated?: number;
  sinceUpdated?: number;
  terms?: readonly SearchTerm[];
  /** What the operators of a search ask for, and what is personal. */
  conditions?: readonly TicketCondition[];
}

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
  if (after === undefined && isPlain(filter)) return await keptPage(filter, sort).all(reader, page);
  const query = pageOf(reader, page, filter, sort);
  return await (after === undefined ? query : query.where((row) => behind(row, sort, after))).execute();
}

/** The values of a filter: in a query that is kept, places for them (see `prepared.ts`). */
interface Narrowed extends TicketFilter {
  accountId: string;
  /** Those of `userIds` that are somebody. */
  assigned: readonly string[];
}

function narrowedBy(accountId: string, filter: TicketFilter): Narrowed {
  return { ...filter, accountId, assigned: filter.userIds?.filter((id) => id !== null) ?? [] };
}

/** Pages that were asked for, by which filters and which sort they have: a text for each. */
const keptPages = new Map<string, ReturnType<typeof preparePage>>();

function keptPage(filter: TicketFilter, sort: readonly TicketSort[]): ReturnType<typeof preparePage> {
  const shape = `${shapeOf(filter)} ${sort.map(({ column, direction }) => `${column} ${direction}`).join()}`;
  let kept = keptPages.get(shape);
  if (kept === undefined) keptPages.set(shape, (kept = preparePage(filter, sort)));
  return kept;
}

function preparePage(filter: TicketFilter, sort: readonly TicketSort[]) {
  return prepared((query, page: Narrowed & Slice, engine) => pageOf({ query, engine }, page, filter, sort));
}

/** Whether only values differ between filters of the same shape: a search has words and operators of its own. */
function isPlain({ terms, conditions: asked }: TicketFilter): boolean {
  return terms === undefined && (asked === undefined || asked.length === 0);
}

/** Which members a filter has, which lists are empty, and whether the unassigned are asked for. */
function shapeOf(filter: TicketFilter): string {
  let shape = "";
  for (const name in filter) {
    const value = filter[name as keyof TicketFilter];
    if (value === undefined || value === null) continue;
    shape += ` ${name}`;
    if (Array.isArray(value)) shape += `${value.length === 0 ? "0" : ""}${value.includes(null) ? "n" : ""}`;
  }
  return `${shape}${filter.userIds?.every((id) => id === null) === true ? "a" : ""}`;
}

function pageOf(
  { query: db, engine }: Pick<Reader, "query" | "engine">,
  page: Narrowed & Slice,
  filter: TicketFilter,
  sort: readonly TicketSort[],
) {
  let query = db
    .selectFrom("tickets")
    .selectAll()
    .where("tickets.account_id", "=", page.accountId)
    .where((row) => row.and(conditions(engine, page, filter, row)));
  for (const { column, direction } of sort) {
    query = query.orderBy(column, (order) => {
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
function behind(row: Row, sort: readonly TicketSort[], after: TicketRow) {
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
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), filter, row)))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** How many tickets match, exactly (R4). */
export async function countTickets(reader: Reader, accountId: string, filter: TicketFilter): Promise<number> {
  const { total } = await reader.query
    .selectFrom("tickets")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), filter, row)))
    .executeTakeFirstOrThrow();
  return total;
}

type Row = ExpressionBuilder<Schema, "tickets">;

/** `filter` says what there is to narrow by, and `values` by which values. */
function conditions(engine: Engine, values: Narrowed, filter: TicketFilter, row: Row) {
  const nothing = sql<SqlBool>`false`;
  const oneOf = (column: keyof TicketRow, name: keyof TicketFilter) => {
    const asked = filter[name] as readonly unknown[] | null | undefined;
    if (asked === undefined || asked === null) return [];
    return asked.length === 0 ? [nothing] : [row(column, "in", values[name] as never)];
  };
  const { accountId } = values;
  return [
    ...oneOf("id", "ids"),
    ...oneOf("inbox_id", "within"),
    ...oneOf("inbox_id", "inboxIds"),
    ...oneOf("customer_id", "customerIds"),
    ...oneOf("state", "states"),
    ...oneOf("type", "types"),
    ...oneOf("spam", "spam"),
    ...oneOf("trash", "trash"),
    ...assignees(row, values, filter),
    ...labels(row, values, filter),
    ...(filter.sinceCreated === undefined ? [] : [row("created_at", ">=", values.sinceCreated as number)]),
    ...(filter.sinceUpdated === undefined ? [] : [row("updated_at", ">=", values.sinceUpdated as number)]),
    ...(filter.terms === undefined
      ? []
      : [sql<SqlBool>`tickets.id in ${matchingTickets({ engine }, accountId, filter.terms)}`]),
    ...writeConditions({ reader: { engine }, accountId, row }, filter.conditions),
  ];
}

function assignees(row: Row, { assigned }: Narrowed, { userIds }: TicketFilter) {
  if (userIds === undefined) return [];
  const either = [
    ...(userIds.includes(null) ? [row("user_id", "is", null)] : []),
    ...(userIds.some((id) => id !== null) ? [row("user_id", "in", assigned)] : []),
  ];
  return [either.length === 0 ? sql<SqlBool>`false` : row.or(either)];
}

function labels(row: Row, { accountId, labelIds = [] }: Narrowed, asked: TicketFilter) {
  if (asked.labelIds === undefined) return [];
  if (asked.labelIds.length === 0) return [sql<SqlBool>`false`];
  return [
    row.exists(
      row
        .selectFrom("ticket_labels")
        .select("ticket_labels.ticket_id")
        .where("ticket_labels.account_id", "=", accountId)
        .where("ticket_labels.label_id", "in", labelIds)
        .whereRef("ticket_labels.ticket_id", "=", "tickets.id"),
    ),
  ];
}
