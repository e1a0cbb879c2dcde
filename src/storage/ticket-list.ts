import { type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { TicketState, TicketType } from "../domain/states.ts";
import type { Reader } from "./database.ts";
import type { Slice, SortDirection } from "./paging.ts";
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
  let query = reader.query
    .selectFrom("tickets")
    .selectAll()
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader, accountId, filter, row)));
  if (after !== undefined) query = query.where((row) => behind(row, sort, after));
  for (const { column, direction } of sort) {
    query = query.orderBy(column, (order) => {
      const directed = direction === "asc" ? order.asc() : order.desc();
      if (column !== "user_id") return directed;
      return direction === "asc" ? directed.nullsFirst() : directed.nullsLast();
    });
  }
  return await query
    .orderBy("id", sort.at(-1)?.direction ?? "desc")
    .limit(limit)
    .offset(offset)
    .execute();
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
    .where((row) => row.and(conditions(reader, accountId, filter, row)))
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
    .where((row) => row.and(conditions(reader, accountId, filter, row)))
    .executeTakeFirstOrThrow();
  return total;
}

type Row = ExpressionBuilder<Schema, "tickets">;

function conditions(reader: Reader, accountId: string, filter: TicketFilter, row: Row) {
  const nothing = sql<SqlBool>`false`;
  const oneOf = (column: keyof TicketRow, values: readonly unknown[] | undefined) => {
    if (values === undefined) return [];
    return values.length === 0 ? [nothing] : [row(column, "in", values as never)];
  };
  return [
    ...oneOf("id", filter.ids),
    ...oneOf("inbox_id", filter.within ?? undefined),
    ...oneOf("inbox_id", filter.inboxIds),
    ...oneOf("customer_id", filter.customerIds),
    ...oneOf("state", filter.states),
    ...oneOf("type", filter.types),
    ...oneOf("spam", filter.spam),
    ...oneOf("trash", filter.trash),
    ...assignees(row, filter.userIds),
    ...labels(row, accountId, filter.labelIds),
    ...(filter.sinceCreated === undefined ? [] : [row("created_at", ">=", filter.sinceCreated)]),
    ...(filter.sinceUpdated === undefined ? [] : [row("updated_at", ">=", filter.sinceUpdated)]),
    ...(filter.terms === undefined
      ? []
      : [sql<SqlBool>`tickets.id in ${matchingTickets(reader, accountId, filter.terms)}`]),
    ...writeConditions({ reader, accountId, row }, filter.conditions),
  ];
}

function assignees(row: Row, userIds: TicketFilter["userIds"]) {
  if (userIds === undefined) return [];
  const assigned = userIds.filter((id) => id !== null);
  const either = [
    ...(userIds.includes(null) ? [row("user_id", "is", null)] : []),
    ...(assigned.length > 0 ? [row("user_id", "in", assigned)] : []),
  ];
  return [either.length === 0 ? sql<SqlBool>`false` : row.or(either)];
}

function labels(row: Row, accountId: string, labelIds: TicketFilter["labelIds"]) {
  if (labelIds === undefined) return [];
  if (labelIds.length === 0) return [sql<SqlBool>`false`];
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
