import type { ColumnTypes } from "../migrate.ts";

/** What an inbox calls who writes from it: a template; null for "Ada Byron via Support". */
export function statements(_types: ColumnTypes): string[] {
  return [`alter table inboxes add column from_name text`];
}
