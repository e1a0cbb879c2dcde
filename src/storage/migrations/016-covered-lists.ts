import type { ColumnTypes } from "../migrate.ts";

/**
 * Pages far down a list are skipped to in an index alone on SQLite: those that lists are sorted by hold what filters compare, and
 * `tickets_by_folder` holds the id. An index does not hold what changes more often than its own order.
 */
export function statements({ engine }: ColumnTypes): string[] {
  const labels = [
    "drop index ticket_labels_by_ticket",
    // With the label, so that tickets with any of many labels are counted in their order.
    "create index ticket_labels_by_ticket on ticket_labels (account_id, ticket_id, label_id)",
  ];
  if (engine === "postgres") return labels;
  const compared = "trash, spam, state, inbox_id, type, label_ids";
  return [
    ...labels,
    ...["folder", "creation", "update", "user", "assignee"].map((name) => `drop index tickets_by_${name}`),
    `create index tickets_by_folder on tickets
      (account_id, trash, spam, state, inbox_id, user_id, type, created_at, updated_at, label_ids, id)`,
    `create index tickets_by_creation on tickets (account_id, created_at, id, user_id, ${compared})`,
    `create index tickets_by_update on tickets (account_id, updated_at, id, user_id, created_at, ${compared})`,
    `create index tickets_by_user on tickets (account_id, user_id, updated_at desc, id desc, created_at, ${compared})`,
    `create index tickets_by_assignee on tickets (account_id, user_id, id, created_at, ${compared})`,
  ];
}
