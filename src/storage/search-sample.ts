import { sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { Reader } from "./database.ts";
import { matchAll } from "./search-match.ts";

/** So many messages, the newest, are looked at: 0.8 ms. */
const SAMPLE = 2_000;

/**
 * Which share of an account's newest messages holds every term (PostgreSQL). The planner knows of each word how common it is, and takes
 * them to have nothing to do with each other: of "please" and "address" it expects a fifth of what there is, and of words that are
 * never together thousands. A plan for the one takes a hundred times as long for the other.
 */
export async function shareOfNewest(
  { query }: Reader,
  accountId: string,
  terms: readonly SearchTerm[],
): Promise<number> {
  const { rows } = await sql<{ held: number }>`select count(*) as held
    from (select words from search_entries where account_id = ${accountId} and ticket_id is not null
      order by id desc limit ${SAMPLE}) as newest
    where words @@ ${matchAll(terms).postgres}::tsquery`.execute(query);
  return (rows[0]?.held ?? 0) / SAMPLE;
}
