import { sql } from "kysely";
import type { Reader } from "./database.ts";

/** By how many tickets the tallies of an account differ from its tickets, group by group. Looks at all of them: seconds for a million. */
export async function countMistallied(reader: Reader, accountId: string): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    select coalesce(sum(abs(difference)), 0) as wrong from (
      select sum(count) as difference from (
        select trash, spam, state, inbox_id, assignee, type, label_ids, created_period, updated_period, count
        from ticket_tallies where account_id = ${accountId}
        union all
        select trash, spam, state, inbox_id, coalesce(user_id, ''), type, label_ids, created_at >> 32, updated_at >> 32, -1
        from tickets where account_id = ${accountId}
      )
      group by trash, spam, state, inbox_id, assignee, type, label_ids, created_period, updated_period
    )`.execute(reader.query);
  return rows[0]?.wrong ?? 0;
}
