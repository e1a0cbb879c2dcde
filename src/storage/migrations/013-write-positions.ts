import type { ColumnTypes } from "../migrate.ts";

/** How far each account's writers have got in PostgreSQL's log, for the readers of a replica: see `replica.ts`. */
export function statements({ id, time, unlogged }: ColumnTypes): string[] {
  return [`create ${unlogged} table write_positions (account_id ${id} primary key, lsn ${time} not null)`];
}
