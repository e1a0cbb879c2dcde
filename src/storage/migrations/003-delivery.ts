import type { ColumnTypes } from "../migrate.ts";

/** Mail that goes out: where it is handed over, and what became of each message. */
export function statements({ id, time }: ColumnTypes): string[] {
  return [
    `create table transports (
      account_id ${id} not null, id ${id} not null, inbox_id ${id}, host text not null, port integer not null,
      security text not null, username text, secret text, auth text not null, allow_private smallint not null,
      version integer not null, created_at ${time} not null,
      primary key (account_id, id), foreign key (account_id) references accounts (id),
      foreign key (account_id, inbox_id) references inboxes (account_id, id))`,
    `create unique index transports_of_inboxes on transports (account_id, inbox_id) where inbox_id is not null`,
    `create unique index transports_of_accounts on transports (account_id) where inbox_id is null`,

    `alter table accounts add column undo_seconds integer not null default 10`,

    `alter table messages add column delivery_attempts integer not null default 0`,
    `alter table messages add column delivery_error text`,
    `alter table messages add column delivery_response text`,
    `alter table messages add column undelivered text`,
    `alter table messages add column handed_over_at ${time}`,
    `alter table messages add column sent_at ${time}`,
    `create index messages_to_deliver on messages (account_id, id) where delivery_state in ('queued', 'sending', 'failed')`,
  ];
}
