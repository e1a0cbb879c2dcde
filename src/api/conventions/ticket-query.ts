import { Malformed } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { type SearchQuery, countSearchWords, parseSearch } from "../../domain/search-query.ts";
import { type SearchTerm, searchTerms } from "../../domain/search-words.ts";
import { TICKET_STATES, TICKET_TYPES } from "../../domain/states.ts";
import type { SignedInUser } from "../../domain/roles.ts";
import type { Flag } from "../../storage/schema.ts";
import { type AskedFilter, PERSONAL_FILTERS } from "../../storage/resolve-search.ts";
import type { TicketFilter } from "../../storage/ticket-filter.ts";
import type { TicketSort } from "../../storage/ticket-list.ts";
import { readSort } from "./paging.ts";
import type { Query } from "./query.ts";

const NEWEST: readonly TicketSort[] = [{ column: "created_at", direction: "desc" }];

/** How a list of tickets is sorted: by keys, or as a search finds them, the most relevant first. */
export type TicketOrder = readonly TicketSort[] | "relevance";

/** The sorts of tickets (R7), and one more for searches (B1); the first is the default. */
export const TICKET_SORTS: ReadonlyMap<string, TicketOrder> = new Map<string, TicketOrder>([
  ["-created_at", NEWEST],
  ["created_at", [{ column: "created_at", direction: "asc" }]],
  ["updated_at", [{ column: "updated_at", direction: "asc" }]],
  ["-updated_at", [{ column: "updated_at", direction: "desc" }]],
  ["user_id", [{ column: "user_id", direction: "asc" }]],
  ["-user_id", [{ column: "user_id", direction: "desc" }]],
  [
    "user_id,-updated_at",
    [
      { column: "user_id", direction: "asc" },
      { column: "updated_at", direction: "desc" },
    ],
  ],
  ["relevance", "relevance"],
]);

/** `sort` of tickets; by relevance only where there are words to be relevant to. */
export function readTicketOrder(query: Query): TicketOrder {
  const order = readSort(query, TICKET_SORTS);
  if (order === "relevance" && readSearch(query).terms === undefined) {
    throw new Malformed("sort can be relevance only with words in q");
  }
  return order;
}

/** The filters of a list of tickets (R9), and what whoever asks may see of it. */
export function readTicketFilter(query: Query, user: SignedInUser | null): AskedFilter {
  const search = readSearch(query);
  return {
    within: user?.inboxIds ?? null,
    ...given("ids", readIds(query, "id")),
    ...given("inboxIds", readIds(query, "inbox_id")),
    ...given("customerIds", readIds(query, "customer_id")),
    ...given("userIds", readAssignees(query)),
    ...given("labelIds", readIds(query, "label_id")),
    ...given("states", query.oneOf("state", TICKET_STATES)),
    ...given("types", query.oneOf("type", TICKET_TYPES)),
    ...given("spam", readFlags(query, "spam")),
    ...given("trash", readFlags(query, "trash")),
    ...given("sinceCreated", query.time("since_created_at")),
    ...given("sinceUpdated", query.time("since_updated_at")),
    ...given("terms", search.terms),
    search,
    personal: PERSONAL_FILTERS.flatMap((name) => {
      const flags = readFlags(query, name);
      return flags?.length === 1 ? [[name, flags[0] === 1] as const] : [];
    }),
  };
}

/**
 * `q` of tickets, with its operators. `terms` are undefined when it holds no word, which is no filter; empty, which
 * matches nothing, when it holds a NUL (T15).
 */
function readSearch(query: Query): Pick<SearchQuery, "operators" | "without"> & { terms?: readonly SearchTerm[] } {
  const text = readSearchText(query);
  if (text === "" && query.text("q")?.includes("\u0000") === true) return { operators: [], without: [], terms: [] };
  const search = parseSearch(text);
  const { terms, operators, without } = search;
  return { operators, without, ...(terms.length > 0 && { terms }) };
}

/** The text of `q`, which is refused when it has too many words; empty when it holds a NUL (T15). */
export function readSearchText(query: Query): string {
  const text = query.text("q") ?? "";
  if (text.includes("\u0000")) return "";
  const words = countSearchWords(parseSearch(text));
  if (words > MOST_TERMS) throw new Malformed(`q must have at most ${MOST_TERMS} words`);
  return text;
}

/** `q` where it takes words only: undefined when it holds no word, which is no filter; empty, which matches nothing, when it holds a NUL (T15). */
export function readTerms(query: Query): TicketFilter["terms"] {
  const text = query.text("q");
  if (text === undefined) return undefined;
  if (text.includes("\u0000")) return [];
  const terms = searchTerms(text);
  if (terms.length > MOST_TERMS) throw new Malformed(`q must have at most ${MOST_TERMS} words`);
  return terms.length === 0 ? undefined : terms;
}

const MOST_TERMS = 32;

/** The ids of a comma list; those that can be no id match nothing. */
function readIds(query: Query, name: string): string[] | undefined {
  return query.list(name)?.filter(isId);
}

/** `null` and an empty value are the unassigned, also inside a list. */
function readAssignees(query: Query): (string | null)[] | undefined {
  return query
    .rawList("user_id")
    ?.map((value) => (value === "null" || value === "" ? null : value))
    .filter((value) => value === null || isId(value));
}

function readFlags(query: Query, name: string): Flag[] | undefined {
  return query.oneOf(name, ["true", "false"])?.map((value) => (value === "true" ? 1 : 0));
}

function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: V });
}
