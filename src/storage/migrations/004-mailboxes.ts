import type { ColumnTypes } from "../migrate.ts";

/** Mailboxes that are fetched by IMAP, and in the ledger of mail where a message was found. */
export function statements({ id, time }: ColumnTypes): string[] {
  return [
    `create table mailboxes (
      account_id ${id} not null, id ${id} not null, inbox_id ${id} not null,
      host text not null, port integer not null, security text not null, username text not null,
      auth text not null, secret text not null, folder text not null, after_import text not null,
      allow_private smallint not null, uid_validity ${time}, last_uid ${time} not null,
      stuck_uid ${time}, stuck_count integer not null,
      leased_by text, leased_until ${time}, last_fetched_at ${time}, last_error text, error_count integer not null,
      next_try_at ${time} not null, version integer not null, created_at ${time} not null,
      primary key (account_id, id), foreign key (account_id) references accounts (id),
      foreign key (account_id, inbox_id) references inboxes (account_id, id))`,
    `create index mailboxes_due on mailboxes (next_try_at)`,

    // Without a reference: the ledger outlives a mailbox that was removed.
    `alter table received_messages add column mailbox_id ${id}`,
    `alter table received_messages add column uid_validity ${time}`,
    `alter table received_messages add column uid ${time}`,
    `alter table received_messages add column attempts integer not null default 0`,
    `create unique index received_from_mailbox on received_messages (account_id, mailbox_id, uid_validity, uid)
      where mailbox_id is not null`,

    // A mail server asks for an address before it is known whose it is.
    `create index inboxes_by_address on inboxes (address_key) where address_key is not null`,
  ];
}
