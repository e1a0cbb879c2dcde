import { sql } from "kysely";
import { cleanEach } from "./across-accounts.ts";
import type { Db, Tx } from "./database.ts";

/** So many changes of an account are looked through in a third of a millisecond: before, summing them up is not worth a write. */
const WORTH_IT = 1000;

const ALIKE = `account_id, trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period`;

/**
 * PostgreSQL adds a row to the tallies for each change of a ticket, and never changes one, so that writers do not wait for each other
 * (docs/decisions/0020). Here those that are alike become one, of accounts that have many.
 */
export async function foldTallies(db: Db, least = WORTH_IT): Promise<void> {
  if (db.engine === "sqlite" || !db.tallied) return;
  await cleanEach(
    db,
    async (queries) =>
      await queries
        .selectFrom("ticket_tallies")
        .select("account_id")
        .where("young", "=", true)
        .groupBy("account_id")
        .having((row) => row.fn.countAll(), ">=", least)
        .execute(),
    foldAccount,
  );
}

/**
 * The young rows and the older ones of the same groups go, and their sums come, in one statement: a count sees all of it or nothing.
 * Each row is taken away once, by whoever it is, and its number is in the sum of who did: so nothing is lost beside another
 * who folds the same, whose new rows this one does not see. The lock only spares both the work.
 */
async function foldAccount(tx: Tx, accountId: string): Promise<void> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`tallies ${accountId}`}, 0)) as locked`.execute(tx.query);
  if (rows[0]?.locked !== true) return;
  // PostgreSQL takes what the first part takes away for few rows, and would look through all older ones for each.
  await sql`set local enable_nestloop to off`.execute(tx.query);
  const alike = sql.raw(ALIKE);
  await sql`with young as (
      delete from ticket_tallies where account_id = ${accountId} and young returning ${alike}, count
    ), old as (
      delete from ticket_tallies as t using (select distinct ${alike} from young) as y
      where t.account_id = ${accountId} and not t.young
        and t.trash = y.trash and t.spam = y.spam and t.state = y.state and t.inbox_id = y.inbox_id
        and t.user_id is not distinct from y.user_id and t.type = y.type and t.label_ids = y.label_ids
        and t.created_period = y.created_period and t.updated_period = y.updated_period
      returning ${sql.raw(ALIKE.replaceAll(/\w+/g, "t.$&"))}, t.count
    )
    insert into ticket_tallies (${alike}, count, young)
    select ${alike}, sum(count), false from (select * from young union all select * from old) as both_of_them
    group by ${alike} having sum(count) <> 0 order by ${alike}`.execute(tx.query);
}

/** Takes the tallies away, before Citus gets the tickets: it has no triggers. Counts go by indexes again, which are made anew. */
export async function dropTallies(tx: Tx): Promise<void> {
  for (const name of ["added_tickets", "removed_tickets", "changed_ticket"]) {
    await sql`drop function if exists ${sql.ref(`tally_${name}`)} () cascade`.execute(tx.query);
  }
  await sql`drop table ticket_tallies`.execute(tx.query);
  await sql`create index if not exists tickets_in_folders
    on tickets (account_id, trash, spam, state, inbox_id, user_id)`.execute(tx.query);
  await sql`create index if not exists tickets_open_by_label on tickets (account_id, inbox_id, label_ids)
    where state = 'open' and spam = 0 and trash = 0`.execute(tx.query);
}
