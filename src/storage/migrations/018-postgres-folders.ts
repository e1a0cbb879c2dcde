import type { ColumnTypes } from "../migrate.ts";

/**
 * PostgreSQL counts folders in an index of their own: without the times, which differ in every row, alike entries are kept once,
 * and it is a fifteenth of `tickets_by_folder`.
 */
export function statements({ engine }: ColumnTypes): string[] {
  if (engine === "sqlite") return [];
  return ["create index tickets_in_folders on tickets (account_id, trash, spam, state, inbox_id, user_id)"];
}
