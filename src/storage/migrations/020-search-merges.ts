import type { ColumnTypes } from "../migrate.ts";

/** SQLite's full text is merged piece by piece (`search-merges.ts`), and no more by itself, which held up everything for up to 60 ms. */
export function statements({ engine }: ColumnTypes): string[] {
  if (engine === "postgres") return [];
  return ["insert into search_index (search_index, rank) values ('automerge', 0)"];
}
