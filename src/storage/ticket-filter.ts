import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { TicketState, TicketType } from "../domain/states.ts";
import type { Engine } from "./database.ts";
import type { Flag, Schema, TicketRow } from "./schema.ts";
import { type NewestMatches, matchingTickets, ticketHolds, ticketHoldsEach } from "./search.ts";
import { type TicketCondition, writeConditions } from "./ticket-conditions.ts";

/** What a list of tickets is narrowed to. An absent member does not narrow; an empty list matches nothing. */
export interface TicketFilter {
  /** The inboxes that whoever asks may see; null for all. Not optional, so that no list forgets it. */
  within: readonly string[] | null;
  ids?: readonly string[];
  exceptIds?: readonly string[];
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

/** The values of a filter: in a query that is kept, places for them (see `prepared.ts`). */
export interface Narrowed extends TicketFilter {
  accountId: string;
  /** Those of `userIds` that are somebody. */
  assigned: readonly string[];
}

export function narrowedBy(accountId: string, filter: TicketFilter): Narrowed {
  return { ...filter, accountId, assigned: filter.userIds?.filter((id) => id !== null) ?? [] };
}

/** Whether only values differ between filters of the same shape: a search has words and operators of its own. */
export function isPlain({ terms, conditions: asked }: TicketFilter): boolean {
  return terms === undefined && (asked === undefined || asked.length === 0);
}

/** The filters whose columns `tickets_by_folder` holds. */
export const NARROWING = [
  "within",
  "inboxIds",
  "userIds",
  "labelIds",
  "states",
  "types",
  "spam",
  "trash",
  "sinceCreated",
  "sinceUpdated",
] as const satisfies readonly (keyof TicketFilter)[];

/** Whether it names tickets or customers: few are left then, which their own index finds. */
export function isOfFew({ ids, customerIds }: TicketFilter): boolean {
  return ids !== undefined || customerIds !== undefined;
}

/** Which members a filter has, which lists are empty, and whether the unassigned are asked for. */
export function shapeOf(filter: TicketFilter): string {
  let shape = "";
  for (const name in filter) {
    const value = filter[name as keyof TicketFilter];
    if (value === undefined || value === null) continue;
    shape += ` ${name}`;
    if (Array.isArray(value)) shape += `${value.length === 0 ? "0" : ""}${value.includes(null) ? "n" : ""}`;
  }
  return `${shape}${filter.userIds?.every((id) => id === null) === true ? "a" : ""}`;
}

/** Filters, by name, that SQLite must not choose an index for: a `+` in front of the column says so. */
export type Passive = ReadonlySet<keyof TicketFilter>;

export const NONE_PASSIVE: Passive = new Set();

export interface Narrowing {
  filter: TicketFilter;
  passive: Passive;
  /** Each ticket is asked for the words of a search, in place of finding all that hold them, beyond the newest that do (SQLite). */
  asksBeyond?: NewestMatches;
  /** The tickets that hold the words of a search, where they were found already (SQLite): JSON. */
  holding?: string;
  /** Whether each ticket is asked for the words of a search, or those that hold them are found first (PostgreSQL). */
  words?: "asked" | "found";
  /** Whether all tickets with the labels are found first, in place of asking each ticket: where they are few (SQLite). */
  findsLabelled?: boolean;
}

export type TicketExpression = ExpressionBuilder<Schema, "tickets">;

/** `filter` says what there is to narrow by, and `values` by which values. */
export function conditions(engine: Engine, values: Narrowed, narrowing: Narrowing, row: TicketExpression) {
  const { filter, passive, findsLabelled = false } = narrowing;
  const nothing = sql<SqlBool>`false`;
  const left = (name: keyof TicketFilter, column: keyof TicketRow) =>
    passive.has(name) ? sql`+${sql.ref(`tickets.${column}`)}` : sql.ref(`tickets.${column}`);
  const oneOf = (column: keyof TicketRow, name: keyof TicketFilter) => {
    const asked = filter[name] as readonly unknown[] | null | undefined;
    if (asked === undefined || asked === null) return [];
    return asked.length === 0 ? [nothing] : [row(left(name, column), "in", values[name] as never)];
  };
  const since = (column: keyof TicketRow, name: "sinceCreated" | "sinceUpdated") =>
    filter[name] === undefined ? [] : [row(left(name, column), ">=", values[name])];
  const { accountId } = values;
  return [
    ...oneOf("id", "ids"),
    ...(filter.exceptIds === undefined ? [] : [row("tickets.id", "not in", filter.exceptIds)]),
    ...oneOf("inbox_id", "within"),
    ...oneOf("inbox_id", "inboxIds"),
    ...oneOf("customer_id", "customerIds"),
    ...oneOf("state", "states"),
    ...oneOf("type", "types"),
    ...oneOf("spam", "spam"),
    ...oneOf("trash", "trash"),
    ...assignees(row, left("userIds", "user_id"), values, filter),
    ...(findsLabelled ? labelsFound : passive.has("labelIds") ? labelsInFull : labels)(row, values, filter, engine),
    ...since("created_at", "sinceCreated"),
    ...since("updated_at", "sinceUpdated"),
    ...(filter.terms === undefined ? [] : [holdsTerms(engine, accountId, filter.terms, narrowing)]),
    ...writeConditions({ reader: { engine }, accountId, row }, filter.conditions),
  ];
}

function holdsTerms(
  engine: Engine,
  accountId: string,
  terms: readonly SearchTerm[],
  { asksBeyond, holding, words }: Narrowing,
): RawBuilder<SqlBool> {
  if (words === "asked") return ticketHoldsEach(accountId, terms);
  // As an array, so that they are looked up: a join would compare each ticket in the order of the list with all of them.
  if (words === "found") return sql<SqlBool>`tickets.id = any(array${matchingTickets({ engine }, accountId, terms)})`;
  if (holding !== undefined) return sql<SqlBool>`tickets.id in (select value from json_each(${holding}))`;
  if (asksBeyond !== undefined) return ticketHolds(accountId, terms, asksBeyond);
  return sql<SqlBool>`tickets.id in ${matchingTickets({ engine }, accountId, terms)}`;
}

function assignees(
  row: TicketExpression,
  column: RawBuilder<unknown>,
  { assigned }: Narrowed,
  { userIds }: TicketFilter,
) {
  if (userIds === undefined) return [];
  const either = [
    ...(userIds.includes(null) ? [row(column, "is", null)] : []),
    ...(userIds.some((id) => id !== null) ? [row(column, "in", assigned)] : []),
  ];
  return [either.length === 0 ? sql<SqlBool>`false` : row.or(either)];
}

function labels(row: TicketExpression, { accountId, labelIds = [] }: Narrowed, asked: TicketFilter) {
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

/** As `labels`, from the labels' own rows, which are read first. */
function labelsFound(row: TicketExpression, { accountId, labelIds = [] }: Narrowed, asked: TicketFilter) {
  if (asked.labelIds === undefined) return [];
  if (asked.labelIds.length === 0) return [sql<SqlBool>`false`];
  const found = row
    .selectFrom("ticket_labels")
    .select("ticket_labels.ticket_id")
    .where("ticket_labels.account_id", "=", accountId)
    .where("ticket_labels.label_id", "in", labelIds);
  return [row("tickets.id", "in", found)];
}

/** As `labels`, from the ticket's own list of labels, in which an id stands as it is and nothing else looks like one. */
function labelsInFull(row: TicketExpression, { labelIds = [] }: Narrowed, asked: TicketFilter, engine: Engine) {
  if (asked.labelIds === undefined) return [];
  if (asked.labelIds.length === 0) return [sql<SqlBool>`false`];
  // Most tickets have none, and are not looked through for each of them.
  const any = sql<SqlBool>`tickets.label_ids <> '[]'`;
  const place = sql.raw(engine === "sqlite" ? "instr" : "strpos");
  const each = labelIds.map((id) => sql<SqlBool>`${place}(tickets.label_ids, ${id}) > 0`);
  if (labelIds.length === 1) return [any, ...each];
  // Of the others most have one: whether it is among many is a look into a set, half the time for thirteen.
  const first = row(sql`substr(tickets.label_ids, ${sql.lit(FIRST_LABEL)}, ${sql.lit(ID_LENGTH)})`, "in", labelIds);
  const hasMore = sql<SqlBool>`length(tickets.label_ids) > ${sql.lit(FIRST_LABEL + ID_LENGTH + 1)}`;
  return [any, row.or([first, row.and([hasMore, row.or(each)])])];
}

/** Where in a list of labels, a JSON array, the id of the first stands (from 1), and how long an id is. */
const FIRST_LABEL = 3;
const ID_LENGTH = 24;
