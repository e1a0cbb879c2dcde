import { sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import type { Slice, SortDirection } from "./paging.ts";
import { prepared } from "./prepared.ts";
import { commonnessOf } from "./search-sample.ts";
import { placeOf } from "./search-place.ts";
import { RANKED_MESSAGES, findNewestMatches } from "./search-window.ts";
import { findFewTickets } from "./search.ts";
import {
  NARROWING,
  NONE_PASSIVE,
  type Narrowed,
  type Narrowing,
  type Passive,
  type TicketFilter,
  conditions,
  isOfFew,
  narrowedBy,
  shapeOf,
} from "./ticket-filter.ts";

export interface TicketSort {
  column: "created_at" | "updated_at" | "user_id";
  direction: SortDirection;
}

/** How an engine is to come upon a page: SQLite knows nothing of how many tickets a filter leaves, PostgreSQL nothing of words together. */
export interface ListWay extends Narrowing {
  /** Whether few are left at any rate: they are sorted, and no order is walked through. */
  ofFew: boolean;
  /** Whether the page's ids are found first, for which an index is enough or a short sort, and then their rows. */
  idsFirst: boolean;
}

type Asked = readonly TicketSort[];

/** The way to a page of the list, and the filter to give its values to: the one that was asked for, or one that leaves the same. */
export async function wayOf(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  sort: Asked,
  { limit, offset }: Slice,
): Promise<ListWay> {
  const straight = { filter, passive: NONE_PASSIVE, ofFew: false, idsFirst: false };
  const [first] = sort;
  const { terms, ...others } = filter;
  if (first === undefined) return straight;
  if (reader.engine === "postgres") {
    const way = { ...straight, idsFirst: offset >= DEEP };
    if (terms === undefined || terms.length === 0) return way;
    const asked = isOfFew(filter) || (await areCommon(reader, accountId, terms, limit + offset));
    return { ...way, words: asked ? "asked" : "found" };
  }
  if (terms !== undefined && terms.length > 0) {
    const rows = limit + offset;
    const common = Math.round((rows > NEAR_TOP ? COMMON : COMMON_NEAR_TOP) * Math.sqrt(rows));
    const place = await placeOf(reader, accountId);
    const few = { ...straight, passive: ALL_PASSIVE, ofFew: true };
    if (place === null) return { ...few, holding: "[]" };
    const holding = await findFewTickets(reader, accountId, place, terms, common);
    if (holding !== null) return { ...few, holding };
    const passive = await passiveFilters(reader, accountId, others, first);
    const window = Math.min(RANKED_MESSAGES, WINDOW * rows);
    const asksBeyond = await findNewestMatches(reader, accountId, place, terms, window);
    return { ...straight, passive, asksBeyond, ofFew: isOfFew(filter) };
  }
  if (isOfFew(filter)) return { ...straight, passive: ALL_PASSIVE, ofFew: true };
  if (offset >= DEEP) return await wayDown(reader, accountId, straight, sort, limit + offset);
  return { ...straight, passive: await passiveFilters(reader, accountId, filter, first) };
}

/**
 * Whether walking through the order comes upon a page as quickly as all tickets with the words are found and sorted. That costs 8 microseconds a
 * message, and to ask a ticket 16; of tickets twice as large a share has the words as of messages (PostgreSQL).
 */
const ASKED = 16;
const FOUND = 8;

async function areCommon(
  reader: Reader,
  accountId: string,
  terms: readonly SearchTerm[],
  rows: number,
): Promise<boolean> {
  const { share, entries } = await commonnessOf(reader, accountId, terms);
  return (rows / (2 * share)) * ASKED <= share * entries * FOUND;
}

/**
 * Of a search, so many messages that hold its words, times the root of the rows up to a page's end, are found and sorted as quickly
 * as walking through the order comes upon that page: a message costs 7 microseconds, a ticket that is asked 60.
 */
const COMMON = 3_500;

/**
 * The same for pages up to this row, where the newest messages with the words tell of most tickets: beside other work, where a message cost 19
 * microseconds, such a ticket cost 3.5.
 */
const COMMON_NEAR_TOP = 380;
const NEAR_TOP = 100;

/** So many of the newest messages with the words, for each row of a page, tell of nearly all tickets that a walk comes by until the page is full. */
const WINDOW = 10;

/** From so many matches on it is quicker to walk through the order that is asked for than to sort them. */
const BROAD = 20_000;

/** A customer's few tickets are found by the customer, and sorted: 0.3 ms, where a walk through all in their order took 45. */
export const ALL_PASSIVE: Passive = new Set(NARROWING);

/**
 * SQLite would rather sort half a million tickets than walk in their order. Of the filters whose index is not in the order
 * that is asked for, those that leave many are passive.
 */
async function passiveFilters(
  reader: Reader,
  accountId: string,
  filter: TicketFilter,
  { column }: TicketSort,
): Promise<Passive> {
  if (isOfFew(filter)) return ALL_PASSIVE;
  const candidates: readonly (keyof TicketFilter)[] = [
    ...(column === "created_at" ? [] : (["sinceCreated"] as const)),
    ...(column === "updated_at" ? [] : (["sinceUpdated"] as const)),
    ...(column === "user_id" && filter.userIds === undefined ? (["inboxIds", "within", "states"] as const) : []),
  ];
  const passive = new Set<keyof TicketFilter>();
  for (const name of candidates) {
    if (filter[name] === undefined || filter[name] === null) continue;
    if (await leavesMore(reader, accountId, { within: null, [name]: filter[name] }, BROAD)) passive.add(name);
  }
  return passive;
}

/** So many rows are skipped in an index alone; on PostgreSQL they are sorted without all that is in them. */
const DEEP = 100;

/**
 * So many tickets, times the root of the rows up to a page's end, are sorted as quickly as a walk through the order comes upon
 * that page, if an index has all that is compared: an entry costs 0.45 microseconds to sort, 0.08 to pass.
 */
const FEW = 300;

/** The same where each ticket is looked up. */
const FEW_LABELLED = 150;

/** The way to a page far down: no row is read but those of the page. */
async function wayDown(
  reader: Reader,
  accountId: string,
  straight: ListWay,
  sort: Asked,
  rows: number,
): Promise<ListWay> {
  const { filter } = straight;
  const way = { ...straight, idsFirst: true };
  if (hasOwnOrder(filter, sort)) return way;
  const { trash, spam, states, labelIds } = filter;
  const root = Math.sqrt(rows);
  if (trash !== undefined || spam !== undefined || states !== undefined) {
    const folder: TicketFilter = { within: null, trash: trash ?? BOTH, spam: spam ?? BOTH, ...(states && { states }) };
    if (!(await leavesMore(reader, accountId, folder, Math.round(FEW * root)))) {
      return {
        ...way,
        filter: { ...filter, ...folder, within: filter.within },
        passive: BUT_FOLDER_PASSIVE,
        ofFew: true,
      };
    }
  }
  if (
    labelIds !== undefined &&
    !(await areMoreLabelled(reader, accountId, labelIds, Math.round(FEW_LABELLED * root)))
  ) {
    return { ...way, passive: ALL_PASSIVE, findsLabelled: true, ofFew: true };
  }
  const own = OWN_FILTER[sort[0]?.column ?? "created_at"];
  return { ...way, passive: new Set(NARROWING.filter((name) => name !== own)) };
}

const BOTH = [0, 1] as const;

/** What `tickets_by_folder` begins with stays: it leads to where the walk begins. */
const BUT_FOLDER_PASSIVE: Passive = new Set(
  NARROWING.filter((name) => name !== "trash" && name !== "spam" && name !== "states"),
);

/** The filter by the very column that an order begins with says where in it to begin. */
const OWN_FILTER = { created_at: "sinceCreated", updated_at: "sinceUpdated", user_id: "userIds" } as const;

/** Whether an index has just the tickets that are asked for, in their order. */
function hasOwnOrder(filter: TicketFilter, sort: Asked): boolean {
  const [name, ...more] = NARROWING.filter((each) => filter[each] !== undefined && filter[each] !== null);
  if (name === undefined) return true;
  if (more.length > 0 || sort.length > 1 || sort[0]?.column !== "updated_at") return false;
  return (
    (name === "inboxIds" || name === "within" || name === "states" || name === "userIds") && filter[name]?.length === 1
  );
}

/** Whether a filter leaves more than so many tickets; an index alone tells, a thousand in 50 microseconds. */
async function leavesMore(reader: Reader, accountId: string, filter: TicketFilter, than: number): Promise<boolean> {
  const shape = shapeOf(filter);
  let kept = keptProbes.get(shape);
  if (kept === undefined) keptProbes.set(shape, (kept = prepareProbe(filter)));
  return (await kept.first(reader, { ...narrowedBy(accountId, filter), than })) !== undefined;
}

const keptProbes = new Map<string, ReturnType<typeof prepareProbe>>();

function prepareProbe(filter: TicketFilter) {
  return prepared((db, values: Narrowed & { than: number }, engine) =>
    db
      .selectFrom("tickets")
      .select(sql<number>`1`.as("one"))
      .where("tickets.account_id", "=", values.accountId)
      .where((row) => row.and(conditions(engine, values, { filter, passive: NONE_PASSIVE }, row)))
      .limit(sql.lit(1))
      .offset(values.than),
  );
}

async function areMoreLabelled(
  reader: Reader,
  accountId: string,
  labelIds: readonly string[],
  than: number,
): Promise<boolean> {
  if (labelIds.length === 0) return false;
  const found = reader.query
    .selectFrom("ticket_labels")
    .select("ticket_id")
    .where("account_id", "=", accountId)
    .where("label_id", "in", labelIds)
    .limit(sql.lit(1))
    .offset(than);
  return (await found.executeTakeFirst()) !== undefined;
}
