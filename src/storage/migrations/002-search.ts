import type { ColumnTypes } from "../migrate.ts";

/** Full text: see `storage/search.ts`. The only tables whose form differs between the engines. */
export function statements({ engine, id }: ColumnTypes): string[] {
  return engine === "sqlite" ? sqlite(id) : postgres(id);
}

function sqlite(id: string): string[] {
  return [
    `create table search_entries (
      entry integer primary key, account_id ${id} not null, id ${id} not null, ticket_id ${id},
      unique (account_id, id))`,
    // The words are split by `domain/search-words.ts`; the tokenizer only has to leave them as they are.
    `create virtual table search_index using fts5 (
      scope, words, content = '', contentless_delete = 1,
      tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'")`,
  ];
}

function postgres(id: string): string[] {
  return [
    `create table search_entries (
      account_id ${id} not null, id ${id} not null, ticket_id ${id}, words tsvector not null,
      primary key (account_id, id))`,
    `create index search_entries_by_words on search_entries using gin (words)`,
  ];
}
