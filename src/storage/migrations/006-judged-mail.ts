import type { ColumnTypes } from "../migrate.ts";

/** What is known of who sent a message, what an account has learned about spam, and when mail that waits is taken up. */
export function statements({ id, time }: ColumnTypes): string[] {
  return [
    `alter table messages add column verdicts text`,
    `alter table messages add column spam_score double precision`,
    `alter table received_messages add column envelope text`,
    `alter table received_messages add column next_try_at ${time}`,
    `alter table mailboxes add column authserv_id text`,

    `create table spam_totals (
      account_id ${id} primary key references accounts (id), spam integer not null, ham integer not null)`,
    `create table spam_tokens (
      account_id ${id} not null, token ${id} not null, spam integer not null, ham integer not null,
      primary key (account_id, token), foreign key (account_id) references accounts (id))`,
    // Without a reference to the message: what was learned can be taken back after the message is gone.
    `create table spam_trainings (
      account_id ${id} not null, message_id ${id} not null, verdict text not null, tokens text not null,
      primary key (account_id, message_id), foreign key (account_id) references accounts (id))`,

    `create index received_by_outcome on received_messages (account_id, outcome, id)`,
    `drop index received_once`,
    `create unique index received_once on received_messages (account_id, inbox_id, fingerprint)
      where outcome in ('ticket', 'reply', 'bounce', 'auto-reply', 'spam')`,
  ];
}
