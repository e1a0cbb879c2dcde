import type { ColumnTypes } from "../migrate.ts";

/** What tickets must have alike to be counted together, and where a ticket has it. Periods are of 2^32 milliseconds, fifty days. */
const ALIKE: readonly (readonly [column: string, ofTicket: (ticket: string) => string])[] = [
  ...["account_id", "trash", "spam", "state", "inbox_id"].map(same),
  // A key has no null.
  ["assignee", (ticket) => `coalesce(${ticket}user_id, '')`],
  ...["type", "label_ids"].map(same),
  ["created_period", (ticket) => `${ticket}created_at >> 32`],
  ["updated_period", (ticket) => `${ticket}updated_at >> 32`],
];

function same(column: string): (typeof ALIKE)[number] {
  return [column, (ticket) => ticket + column];
}

const COLUMNS = ALIKE.map(([column]) => column).join(", ");
const valuesOf = (ticket: string): string => ALIKE.map(([, ofTicket]) => ofTicket(ticket)).join(", ");
const isSame = (ticket: string): string =>
  ALIKE.map(([column, ofTicket]) => `${column} = ${ofTicket(ticket)}`).join(" and ");

const ADD = `insert into ticket_tallies (${COLUMNS}, count) values (${valuesOf("new.")}, 1)
  on conflict do update set count = count + 1;`;
const TAKE_OFF = `update ticket_tallies set count = count - 1 where ${isSame("old.")};
  delete from ticket_tallies where ${isSame("old.")} and count = 0;`;

/**
 * How many tickets are alike in all that filters compare, kept by SQLite itself (docs/decisions/0018). PostgreSQL, where writers of
 * one account would wait for each other's rows, counts by its indexes.
 */
export function statements({ engine }: ColumnTypes): string[] {
  if (engine === "postgres") return [];
  const changed = ALIKE.map(([, ofTicket]) => `${ofTicket("old.")} is not ${ofTicket("new.")}`);
  return [
    // What it was for, the tallies tell.
    "drop index tickets_open_by_label",
    `create table ticket_tallies (
      account_id text not null,
      trash integer not null,
      spam integer not null,
      state text not null,
      inbox_id text not null,
      assignee text not null,
      type text not null,
      label_ids text not null,
      created_period integer not null,
      updated_period integer not null,
      count integer not null,
      user_id text as (nullif(assignee, '')),
      primary key (${COLUMNS})
    ) without rowid`,
    `insert into ticket_tallies (${COLUMNS}, count)
      select ${valuesOf("")}, count(*) from tickets group by ${valuesOf("")}`,
    `create trigger tickets_tallied_insert after insert on tickets begin
      ${ADD}
    end`,
    `create trigger tickets_tallied_delete after delete on tickets begin
      ${TAKE_OFF}
    end`,
    `create trigger tickets_tallied_update after update on tickets when ${changed.join(" or ")} begin
      ${TAKE_OFF}
      ${ADD}
    end`,
  ];
}
