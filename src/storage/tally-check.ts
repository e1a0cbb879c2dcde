import { sql } from "kysely";
import type { Reader } from "./database.ts";

/** By how many tickets the tallies of an account differ from its tickets, group by group. Looks at all of them: seconds for a million. */
export async function countMistallied(reader: Reader, accountId: string): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    select cast(coalesce(sum(abs(difference)), 0) as bigint) as wrong from (
      select sum(count) as difference from (
        select trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period, count
        from ticket_tallies where account_id = ${accountId}
        union all
        select trash, spam, state, inbox_id, user_id, type, label_ids, created_at >> 32, updated_at >> 32, -1
        from tickets where account_id = ${accountId}
      ) as tallied_and_there
      group by trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period
    ) as differences`.execute(reader.query);
  return rows[0]?.wrong ?? 0;
}
