import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Reader } from "./database.ts";
import { scopeOf } from "./search-match.ts";

/** Where in the index to look for an account's messages. */
export interface Place {
  /** What to ask for besides the words. */
  scope: string;
  first: number;
  last: number;
  /** Which share of what is found there is the account's, by a sample. */
  share: number;
}

/** So many entries are looked at to know whose they are. */
const SAMPLE = 64;

/** From such a share on it takes longer to find an account's entries by its word than to look at those of all. */
const LARGE_SHARE = 1 / 8;

/**
 * Between its first and its last message an account's own word narrows down what is found, but of an account that holds a good part
 * of what is there nothing is asked for besides the words: its own is then the commonest of all, and to compare with its list takes
 * five times as long as to compare the lists of two words. Whose an entry is its row says at any rate.
 */
export async function placeOf({ query }: Reader, accountId: string): Promise<Place | null> {
  const scope = `scope : "${scopeOf(accountId, true)}"`;
  const end = (order: "asc" | "desc") =>
    sql`(select rowid from search_index where search_index match ${scope} order by rowid ${sql.raw(order)} limit 1)`;
  const { rows } = await sql<{ first: number; last: number; own: number }>`with recursive
      span as (select ${end("asc")} as first, ${end("desc")} as last),
      step(at) as (select 0 union all select at + 1 from step where at < ${SAMPLE - 1})
    select first, last, count(*) as own from step, span where ${accountId} = (select account_id from search_entries
      where entry >= first + (last - first) * at / ${SAMPLE} order by entry limit 1) group by first, last`.execute(
    query,
  );
  const [found] = rows;
  if (found === undefined) return null;
  const { first, last, own } = found;
  const share = own / SAMPLE;
  return share >= LARGE_SHARE ? { first, last, scope: "", share } : { first, last, scope: `${scope} AND `, share: 1 };
}

/** FTS5 begins and ends its walk there for whole numbers only, and every number comes to SQLite as one with a fraction. */
export function within({ first, last }: Place): RawBuilder<SqlBool> {
  return sql<SqlBool>`between cast(${first} as integer) and cast(${last} as integer)`;
}
