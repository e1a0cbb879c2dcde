import { sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import { matchAll } from "./search-match.ts";

/** So many messages, the newest, are looked at: 0.8 ms. */
const SAMPLE = 2_000;

/**
 * How common words are: which share of an account's newest messages holds every term, and how many entries of the index there are for all
 * that, of all accounts.
 */
export interface Commonness {
  share: number;
  entries: number;
}

/** Of fewer entries, or where PostgreSQL has not counted them yet (on Citus never), as if of so many. */
const LEAST_ENTRIES = 200_000;

/**
 * Asked of the newest messages (PostgreSQL). The planner knows of each word how common it is, and takes
 * them to have nothing to do with each other: of "please" and "address" it expects a fifth of what there is, and of words that are
 * never together thousands. A plan for the one takes a hundred times as long for the other.
 */
export async function commonnessOf(
  { query }: Reader,
  accountId: string,
  terms: readonly SearchTerm[],
): Promise<Commonness> {
  const { rows } = await sql<{ held: number; entries: number }>`select count(*) as held,
      (select reltuples from pg_class where oid = 'search_entries'::regclass) as entries
    from (select words from search_entries where account_id = ${accountId} and ticket_id is not null
      order by id desc limit ${SAMPLE}) as newest
    where words @@ ${matchAll(terms).postgres}::tsquery`.execute(query);
  const { held = 0, entries = 0 } = rows[0] ?? {};
  return { share: held / SAMPLE, entries: Math.max(entries, LEAST_ENTRIES) };
}
