import type { ColumnTypes } from "../migrate.ts";

/**
 * Indexes for what a million tickets made slow: counts of every combination of filters are answered from one index that holds
 * all of what filters compare, and lists by assignee come in order. The unassigned stand first on PostgreSQL too.
 */
export function statements({ engine }: ColumnTypes): string[] {
  const [nullsFirst, labels] = engine === "postgres" ? [" nulls first", ""] : ["", ", label_ids"];
  return [
    "drop index tickets_by_folder",
    // An entry of PostgreSQL's indexes has at most 2,700 bytes, which the labels of one ticket may exceed.
    `create index tickets_by_folder on tickets
      (account_id, trash, spam, state, inbox_id, user_id, type, created_at, updated_at${labels})`,
    // Small, and written only where a ticket is made or put aside.
    "create index tickets_by_kind on tickets (account_id, type, spam, trash)",
    "drop index tickets_by_user",
    `create index tickets_by_user on tickets (account_id, user_id${nullsFirst}, updated_at desc, id desc)`,
    `create index tickets_by_assignee on tickets (account_id, user_id${nullsFirst}, id)`,
  ];
}
