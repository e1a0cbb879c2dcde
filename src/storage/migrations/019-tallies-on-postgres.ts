import type { ColumnTypes } from "../migrate.ts";

/** What tickets must have alike to be counted together, and where a ticket has it: as in 017. */
const ALIKE: readonly (readonly [column: string, ofTicket: (ticket: string) => string])[] = [
  ...["account_id", "trash", "spam", "state", "inbox_id", "user_id", "type", "label_ids"].map(
    (column): (typeof ALIKE)[number] => [column, (ticket) => ticket + column],
  ),
  ["created_period", (ticket) => `(${ticket}created_at >> 32)::integer`],
  ["updated_period", (ticket) => `(${ticket}updated_at >> 32)::integer`],
];

/** The order in which they lie. Without labels, of which one ticket may have more than an entry of an index holds. */
const FOLDER = "account_id, trash, spam, state, inbox_id, user_id";

const COLUMNS = ALIKE.map(([column]) => column).join(", ");
const valuesOf = (ticket: string): string => ALIKE.map(([, ofTicket]) => ofTicket(ticket)).join(", ");
const allOf = (source: string, count: string): string =>
  `insert into ticket_tallies (${COLUMNS}, count) select ${valuesOf("")}, ${count} from ${source} group by ${valuesOf("")}`;

const trigger = (name: string, when: string, insert: string): string[] => [
  `create or replace function tally_${name}() returns trigger language plpgsql as $$ begin
      ${insert};
      return null;
    end $$`,
  `create trigger tickets_tallied_${when} execute function tally_${name}()`,
];

/**
 * How many tickets are alike, on PostgreSQL: rows that are only ever added, so that nobody waits for somebody else's, and now and then
 * summed up (docs/decisions/0020). Citus has no triggers, and counts by indexes.
 */
export function statements({ engine, id, spread }: ColumnTypes): string[] {
  if (engine === "sqlite" || spread) return [];
  const changed = ALIKE.slice(1).map(([, ofTicket]) => `${ofTicket("old.")} is distinct from ${ofTicket("new.")}`);
  return [
    // What they were for, the tallies tell.
    "drop index tickets_open_by_label",
    "drop index tickets_in_folders",
    // To start a second process for a sum takes longer than the sum.
    `create table ticket_tallies (
      account_id ${id} not null,
      trash smallint not null,
      spam smallint not null,
      state text not null,
      inbox_id ${id} not null,
      user_id ${id},
      type text not null,
      label_ids text not null,
      created_period integer not null,
      updated_period integer not null,
      count integer not null,
      young boolean not null default true
    ) with (parallel_workers = 0, autovacuum_vacuum_scale_factor = 0.05)`,
    `insert into ticket_tallies (${COLUMNS}, count, young)
      select ${valuesOf("")}, count(*), false from tickets group by ${valuesOf("")} order by ${FOLDER}`,
    `create index ticket_tallies_by_folder on ticket_tallies (${FOLDER})`,
    "create index ticket_tallies_young on ticket_tallies (account_id) where young",
    "analyze ticket_tallies",
    // Of one statement together, which is how a restore brings thousands.
    ...trigger(
      "added_tickets",
      "insert after insert on tickets referencing new table as added for each statement",
      allOf("added", "count(*)"),
    ),
    ...trigger(
      "removed_tickets",
      "delete after delete on tickets referencing old table as removed for each statement",
      allOf("removed", "-count(*)"),
    ),
    // Of each by itself: the condition costs a message nothing, tables of what it changed would.
    ...trigger(
      "changed_ticket",
      `update after update on tickets for each row when (${changed.join(" or ")})`,
      `insert into ticket_tallies (${COLUMNS}, count)
        values (${valuesOf("old.")}, -1), (${valuesOf("new.")}, 1)`,
    ),
  ];
}
