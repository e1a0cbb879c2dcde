import { sql } from "kysely";
import type { RankedHit } from "../domain/relevance.ts";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import { type Match, matchAll, matchNear, matchPhrase } from "./search-match.ts";
import type { NewestMatches } from "./search.ts";
import { type Place, placeOf, within } from "./search-place.ts";
import { type Commonness, commonnessOf } from "./search-sample.ts";

/** So many messages are ranked, the newest; more are not looked at for an order by relevance. */
export const RANKED_MESSAGES = 1000;

/** The messages that a search finds, the newest first, at most `RANKED_MESSAGES` of them, and how the words stand in each. */
export async function findRankedHits(
  reader: Reader,
  accountId: string,
  terms: readonly SearchTerm[],
): Promise<RankedHit[]> {
  if (terms.length === 0) return [];
  return await (reader.engine === "sqlite" ? sqliteHits : postgresHits)(reader, accountId, terms);
}

/** How closely the words may stand together; `null` where no text could hold them so. */
function closer(terms: readonly SearchTerm[]): { phrase: Match | null; near: Match | null; exact: Match | null } {
  const beginnings = terms.some(({ prefix }) => prefix);
  const exact = beginnings ? matchAll(terms.map((term) => ({ ...term, prefix: false }))) : null;
  return { phrase: matchPhrase(terms), near: matchNear(terms), exact };
}

/** The index is walked from its end, where what was indexed last is, and no further than needed. */
async function sqliteHits(reader: Reader, accountId: string, terms: readonly SearchTerm[]): Promise<RankedHit[]> {
  const place = await placeOf(reader, accountId);
  if (place === null) return [];
  const newest = await findNewestEntries(reader, accountId, place, terms, RANKED_MESSAGES);
  const [last, first] = [newest[0]?.entry, newest.at(-1)?.entry];
  if (last === undefined || first === undefined) return [];
  const among = async (match: Match | null): Promise<ReadonlySet<number>> =>
    match === null ? NONE : await entriesIn(reader, { ...place, first, last }, match);
  const { phrase, near, exact } = closer(terms);
  const isNear = await among(near);
  const isPhrase = isNear.size === 0 ? NONE : await among(phrase);
  const isExact = await among(exact);
  return newest.map(({ entry, ticket_id }) => ({
    ticket_id,
    phrase: isPhrase.has(entry),
    near: isNear.has(entry),
    exact: isExact.has(entry),
  }));
}

const NONE: ReadonlySet<number> = new Set();

/** Microseconds to look at a message in the order of the key, and at one that the index of words has found: its page is anywhere. */
const PASSED = 0.4;
const FOUND = 4.8;

/**
 * Whether the newest messages are looked at one after the other until enough are found. Of rarer words all are found by their index, and
 * sorted.
 */
function isWalked({ share, entries }: Commonness): boolean {
  return (RANKED_MESSAGES / share) * PASSED <= share * entries * FOUND;
}

/** How the words stand in them is asked of those alone that are ranked: it takes as long as finding them. */
async function postgresHits(reader: Reader, accountId: string, terms: readonly SearchTerm[]): Promise<RankedHit[]> {
  const walked = isWalked(await commonnessOf(reader, accountId, terms));
  const { phrase, near, exact } = closer(terms);
  const held = (match: Match | null) => (match === null ? sql`false` : sql`words @@ ${match.postgres}::tsquery`);
  const messages = sql`select id, ticket_id, words from search_entries
    where account_id = ${accountId} and ticket_id is not null`;
  // No index answers a `case`, and the planner expects it to hold for half of all; what has an offset is found before it is sorted.
  const found = walked
    ? sql`${messages} and case when ${held(matchAll(terms))} then true end`
    : sql`${messages} and ${held(matchAll(terms))} offset 0`;
  const { rows } = await sql<RankedHit>`select ticket_id, ${held(phrase)} as phrase, ${held(near)} as near,
      ${held(exact)} as exact
    from (select * from (${found}) as found order by id desc limit ${RANKED_MESSAGES}) as newest
    order by id desc`.execute(reader.query);
  return rows;
}

interface Entry {
  entry: number;
  ticket_id: string;
}

/** Where a list of what is found begins, newest first: the newest `most` of the messages (SQLite). */
export async function findNewestMatches(
  reader: Reader,
  accountId: string,
  place: Place,
  terms: readonly SearchTerm[],
  most: number,
): Promise<NewestMatches> {
  const newest = await findNewestEntries(reader, accountId, place, terms, most);
  const tickets = new Set(newest.map(({ ticket_id }) => ticket_id));
  return { tickets: JSON.stringify([...tickets]), oldest: newest.at(-1)?.entry ?? 0 };
}

async function findNewestEntries(
  { query }: Reader,
  accountId: string,
  place: Place,
  terms: readonly SearchTerm[],
  most: number,
): Promise<Entry[]> {
  const { rows } = await sql<Entry>`select search_index.rowid as entry, held.ticket_id
    from search_index cross join search_entries as held on held.entry = search_index.rowid
    where search_index match ${place.scope + matchAll(terms).sqlite} and search_index.rowid ${within(place)}
      and +held.account_id = ${accountId} and held.ticket_id is not null
    order by search_index.rowid desc limit ${most}`.execute(query);
  return rows;
}

async function entriesIn({ query }: Reader, place: Place, match: Match): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ entry: number }>`select rowid as entry from search_index
    where search_index match ${place.scope + match.sqlite} and rowid ${within(place)}`.execute(query);
  return new Set(rows.map(({ entry }) => entry));
}
