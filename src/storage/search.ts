import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type SearchTerm, searchWords } from "../domain/search-words.ts";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { preparedWrite } from "./prepared.ts";
import { matchAll, scopeOf } from "./search-match.ts";
import { oweMerging } from "./search-merges.ts";
import { type Place, within } from "./search-place.ts";

/**
 * Full text, over what `domain/search-words.ts` makes of a text. One entry is a message or a customer. The account is a
 * word of every SQLite entry, so that the index itself keeps accounts apart. A transaction does not find there what it wrote itself.
 */
export interface SearchEntry {
  /** The id of the message or customer. */
  id: string;
  /** The ticket of a message; null for a customer. */
  ticketId: string | null;
  text: string;
}

// PostgreSQL keeps at most 256 positions of a word, none above 16383.
const POSITION_LIMIT = 16_383;

/** As much of a reader as tells which SQL it understands. */
type OfEngine = Pick<Reader, "engine">;

/** Puts an entry into the index, in place of what it held for the same id. */
export async function indexEntry(tx: Tx, accountId: string, entry: SearchEntry): Promise<void> {
  const words = searchWords(entry.text);
  if (tx.engine === "postgres") {
    await sql`insert into search_entries (account_id, id, ticket_id, words)
      values (${accountId}, ${entry.id}, ${entry.ticketId}, ${vectorOf(words)}::tsvector)
      on conflict (account_id, id) do update set words = excluded.words`.execute(tx.query);
    return;
  }
  await removeEntry(tx, accountId, entry.id);
  await addSqliteEntry(tx, accountId, entry, words);
}

/** As `indexEntry`, of an id that the index does not hold: a new message, a new customer. */
export async function indexNewEntry(tx: Tx, accountId: string, entry: SearchEntry): Promise<void> {
  const words = searchWords(entry.text);
  if (tx.engine === "sqlite") await addSqliteEntry(tx, accountId, entry, words);
  else await addVector.run(tx, { accountId, id: entry.id, ticketId: entry.ticketId, vector: vectorOf(words) });
}

async function addSqliteEntry(
  tx: Tx,
  accountId: string,
  { id, ticketId }: SearchEntry,
  words: readonly string[],
): Promise<void> {
  const added = await addEntry.first(tx, { accountId, id, ticketId });
  if (added === undefined) throw new Error(`the search entry ${id} was not added`);
  const row = { entry: added.entry, scope: scopeOf(accountId, ticketId !== null), words: words.join(" ") };
  // All that a commit adds is written to the index at once: each savepoint in between would have it write what it holds so far.
  tx.lastly(async () => {
    oweMerging(tx, row.words);
    await addWords.run(tx, row);
  });
}

interface NewEntry {
  accountId: string;
  id: string;
  ticketId: string | null;
}

const addVector = preparedWrite(
  (_: WriteQueries, { accountId, id, ticketId, vector }: NewEntry & { vector: string }) =>
    sql`insert into search_entries (account_id, id, ticket_id, words)
      values (${accountId}, ${id}, ${ticketId}, ${vector}::tsvector)`,
);

const addEntry = preparedWrite(
  (_: WriteQueries, { accountId, id, ticketId }: NewEntry) =>
    sql<{ entry: number }>`insert into search_entries (account_id, id, ticket_id)
      values (${accountId}, ${id}, ${ticketId}) returning entry`,
);

const addWords = preparedWrite(
  (_: WriteQueries, { entry, scope, words }: { entry: number; scope: string; words: string }) =>
    sql`insert into search_index (rowid, scope, words) values (${entry}, ${scope}, ${words})`,
);

const removeWords = preparedWrite(
  (_: WriteQueries, { entry }: { entry: number }) => sql`delete from search_index where rowid = ${entry}`,
);

/** Takes an entry out; nothing happens when there is none. */
export async function removeEntry(tx: Tx, accountId: string, id: string): Promise<void> {
  const removal = sql`delete from search_entries where account_id = ${accountId} and id = ${id}`;
  if (tx.engine === "postgres") {
    await removal.execute(tx.query);
    return;
  }
  const { rows } = await sql<{ entry: number }>`${removal} returning entry`.execute(tx.query);
  for (const { entry } of rows) tx.lastly(async () => await removeWords.run(tx, { entry }));
}

/** The ids of the tickets of which a message matches every term, as a subquery. No term matches nothing. */
export function matchingTickets(reader: OfEngine, accountId: string, terms: readonly SearchTerm[]): RawBuilder<string> {
  return matching(reader, accountId, terms, true);
}

/** The ids of the messages that match every term, as a subquery; of a ticket without messages its own id. */
export function matchingMessages(
  reader: OfEngine,
  accountId: string,
  terms: readonly SearchTerm[],
): RawBuilder<string> {
  return matching(reader, accountId, terms, true, "id");
}

/** The ids of the customers that match every term, as a subquery. No term matches nothing. */
export function matchingCustomers(
  reader: OfEngine,
  accountId: string,
  terms: readonly SearchTerm[],
): RawBuilder<string> {
  return matching(reader, accountId, terms, false);
}

function matching(
  { engine }: OfEngine,
  accountId: string,
  terms: readonly SearchTerm[],
  messages: boolean,
  name: "id" | "ticket_id" = messages ? "ticket_id" : "id",
): RawBuilder<string> {
  const column = sql.ref(name);
  if (terms.length === 0) return sql`(select ${column} from search_entries where account_id = ${accountId} and 1 = 0)`;
  if (engine === "sqlite") {
    // The `+` keeps it from walking through all of the account's entries: the index tells which there are.
    return sql`(select ${column} from search_entries where +account_id = ${accountId} and entry in
      (select rowid from search_index where search_index match ${matchOf(accountId, messages, terms)}))`;
  }
  const kind = messages ? sql`ticket_id is not null` : sql`ticket_id is null`;
  return sql`(select ${column} from search_entries where account_id = ${accountId} and ${kind}
    and words @@ ${matchAll(terms).postgres}::tsquery)`;
}

/** The newest messages that match: their tickets, as a JSON array, and where in the index the oldest of them is (SQLite). */
export interface NewestMatches {
  tickets: string;
  oldest: number;
}

/**
 * Whether a message of the ticket of a row matches every term, asked of each ticket by itself (SQLite). For words that stand in so
 * many messages that to find all of them takes longer than to come upon enough. Of the newest it is known, and the index is asked for
 * older ones alone: a ticket that has none takes 3 microseconds, another 60.
 */
export function ticketHolds(
  accountId: string,
  terms: readonly SearchTerm[],
  { tickets, oldest }: NewestMatches,
): RawBuilder<SqlBool> {
  return sql<SqlBool>`(tickets.id in (select value from json_each(${tickets})) or
    exists (select 1 from search_entries as held where held.account_id = ${accountId} and held.id in
    (select messages.id from messages where messages.account_id = ${accountId} and messages.ticket_id = tickets.id
      union all select tickets.id)
    and held.entry < ${oldest} and ${entryHolds(terms)}))`;
}

/** As `ticketHolds`, on PostgreSQL: 16 microseconds a ticket. No index answers `is true`, and what has an offset is not made a join. */
export function ticketHoldsEach(accountId: string, terms: readonly SearchTerm[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from search_entries as held where held.account_id = ${accountId} and held.id in
    (select messages.id from messages where messages.account_id = ${accountId} and messages.ticket_id = tickets.id
      union all select tickets.id)
    and (held.words @@ ${matchAll(terms).postgres}::tsquery) is true offset 0)`;
}

/** Whether the message of a row matches every term, asked of each by itself (SQLite). */
export function messageHolds(accountId: string, terms: readonly SearchTerm[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from search_entries as held where held.account_id = ${accountId}
    and held.id = messages.id and ${entryHolds(terms)})`;
}

/** Whose entry it is the row of it says: the index need not be asked for that word too. */
function entryHolds(terms: readonly SearchTerm[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from search_index
    where search_index match ${matchAll(terms).sqlite} and search_index.rowid = held.entry)`;
}

/** The tickets of the messages that match every term, as a JSON array; null when more than about `most` messages do (SQLite). */
export async function findFewTickets(
  { query }: Reader,
  accountId: string,
  place: Place,
  terms: readonly SearchTerm[],
  most: number,
): Promise<string | null> {
  const found = sql`search_index match ${place.scope + matchAll(terms).sqlite} and search_index.rowid ${within(place)}`;
  // Whose they are is asked only if they are few: it takes four times as long as to find them.
  const more = Math.ceil(most / place.share) + 1;
  const { rows: counts } = await sql<{ count: number }>`select count(*) as count
    from (select 1 from search_index where ${found} limit ${more})`.execute(query);
  if (counts[0]?.count === more) return null;
  const { rows } = await sql<{ ticket_id: string }>`select held.ticket_id
    from search_index cross join search_entries as held on held.entry = search_index.rowid
    where ${found} and +held.account_id = ${accountId} and held.ticket_id is not null`.execute(query);
  return JSON.stringify([...new Set(rows.map(({ ticket_id }) => ticket_id))]);
}

function matchOf(accountId: string, messages: boolean, terms: readonly SearchTerm[]): string {
  return `scope : "${scopeOf(accountId, messages)}" AND ${matchAll(terms).sqlite}`;
}

/**
 * A text as words are compared, for looking into a column that the index has narrowed down: lower case, without accents.
 * On SQLite a function of ours (`sqlite.ts`).
 */
export function folded({ engine }: OfEngine, text: RawBuilder<string | null>): RawBuilder<string> {
  if (engine === "sqlite") return sql`fold(${text})`;
  return sql`lower(regexp_replace(normalize(coalesce(${text}, ''), NFKD), '[\u0300-\u036f]', '', 'g'))`;
}

/** Whether a column holds every word of some terms, as a condition. Words are compared as the index compares them. */
export function holdsWords(
  reader: OfEngine,
  text: RawBuilder<string | null>,
  terms: readonly SearchTerm[],
): RawBuilder<SqlBool> {
  const words = terms.flatMap(({ word, next = [] }) => [word, ...next]);
  const position = sql.raw(reader.engine === "sqlite" ? "instr" : "strpos");
  const held = words.map((word) => sql<SqlBool>`${position}(${folded(reader, text)}, ${word}) > 0`);
  return sql<SqlBool>`(${sql.join(held, sql` and `)})`;
}

/** The words with their places, as a `tsvector` is written. */
export function vectorOf(words: readonly string[]): string {
  const positions = new Map<string, number[]>();
  for (const [index, word] of words.entries()) {
    const known = positions.get(word);
    if (known === undefined) positions.set(word, [Math.min(index + 1, POSITION_LIMIT)]);
    else if (known.length < 255 && index < POSITION_LIMIT) known.push(index + 1);
  }
  return [...positions].map(([word, at]) => `'${word}':${at.join(",")}`).join(" ");
}
