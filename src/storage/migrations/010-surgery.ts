import type { ColumnTypes } from "../migrate.ts";

/**
 * Where a merged ticket or customer went, where a split one came from; events of other things than tickets, and some that
 * concern one user only; and who looks at a ticket, on PostgreSQL for all processes.
 */
export function statements({ id, time, unlogged }: ColumnTypes): string[] {
  return [
    `alter table tickets add column merged_into ${id}`,
    `alter table tickets add column split_from ${id}`,
    `alter table customers add column merged_into ${id}`,
    `alter table events add column resource text not null default 'ticket'`,
    `alter table events add column resource_id ${id}`,
    `alter table events add column audience_id ${id}`,
    `create index events_private on events (created_at) where audience_id is not null`,
    `create ${unlogged} table presences (
      account_id ${id} not null, ticket_id ${id} not null, user_id ${id} not null, tab text not null,
      state text not null, expires_at ${time} not null,
      primary key (account_id, ticket_id, user_id, tab))`,
  ];
}
