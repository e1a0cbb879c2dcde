import type { ColumnTypes } from "../migrate.ts";

/** What an inbox and a user put into the mail that goes out, what a single mail says of its own, and who is told of new mail. */
export function statements({ time }: ColumnTypes): string[] {
  return [
    `alter table inboxes add column plus_addressing smallint not null default 0`,
    `alter table inboxes add column signature text`,
    `alter table inboxes add column acknowledges smallint not null default 0`,
    `alter table inboxes add column acknowledgement text`,
    `alter table inboxes add column acknowledgement_htmlized smallint not null default 0`,
    `alter table inboxes add column dkim_domain text`,
    `alter table inboxes add column dkim_selector text`,
    `alter table inboxes add column dkim_key text`,

    `alter table users add column signature text`,
    `alter table users add column notifications text not null default 'none'`,
    `create index users_to_notify on users (account_id, id) where notifications <> 'none'`,

    `alter table messages add column bcc text`,
    `alter table messages add column subject text`,
    `alter table messages add column send_at ${time}`,
    `alter table messages add column forward smallint not null default 0`,
    `alter table messages add column signature text`,
    `create index messages_acknowledging on messages (account_id, "to", created_at)
      where direction = 'out' and auto_kind = 'auto-reply'`,
  ];
}
