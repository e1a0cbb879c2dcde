import type { ColumnTypes } from "../migrate.ts";

/**
 * The first schema: plain SQL that both engines read. `types` names what differs between them.
 * Ids compare byte by byte, so that both engines sort them alike.
 */
export function statements({ id, time, unlogged }: ColumnTypes): string[] {
  const key = `account_id ${id} not null, id ${id} not null`;
  const constraints = "primary key (account_id, id), foreign key (account_id) references accounts (id)";
  return [
    `create table properties (name text primary key, value text not null)`,

    `create table accounts (
      id ${id} primary key, site text not null unique, name text not null,
      credits_per_minute integer not null, requests_per_second integer not null, created_at ${time} not null)`,

    `create table counters (
      account_id ${id} primary key references accounts (id), last_ticket_number integer not null)`,

    `create table users (
      ${key}, first_name text, last_name text, email text not null, email_key text not null, role text not null,
      password_hash text, version integer not null, created_at ${time} not null,
      ${constraints}, unique (account_id, email_key))`,

    `create table api_tokens (
      ${key}, name text not null, token_hash text not null, created_at ${time} not null,
      last_used_at ${time}, revoked_at ${time},
      ${constraints}, unique (account_id, token_hash))`,

    `create table inboxes (
      ${key}, name text not null, address text, address_key text, version integer not null,
      created_at ${time} not null,
      ${constraints}, unique (account_id, address_key))`,

    `create table labels (
      ${key}, name text not null, name_key text not null, color text not null, version integer not null,
      created_at ${time} not null,
      ${constraints}, unique (account_id, name_key))`,

    `create table customers (
      ${key}, first_name text, last_name text, summary text, version integer not null,
      created_at ${time} not null, updated_at ${time} not null,
      ${constraints})`,
    `create index customers_by_creation on customers (account_id, created_at, id)`,

    `create table contacts (
      ${key}, customer_id ${id} not null, position integer not null, type text not null,
      value text not null, value_key text not null,
      ${constraints}, unique (account_id, value_key, type),
      foreign key (account_id, customer_id) references customers (account_id, id))`,
    `create index contacts_by_customer on contacts (account_id, customer_id, position)`,

    `create table tickets (
      ${key}, number integer not null, customer_id ${id} not null, user_id ${id}, inbox_id ${id} not null,
      label_ids text not null, state text not null, snoozed_until ${time}, subject text, type text not null,
      spam smallint not null, trash smallint not null, reply_to text, reply_cc text,
      summary text, summary_type text, version integer not null,
      created_at ${time} not null, updated_at ${time} not null,
      ${constraints}, unique (account_id, number),
      foreign key (account_id, customer_id) references customers (account_id, id),
      foreign key (account_id, user_id) references users (account_id, id),
      foreign key (account_id, inbox_id) references inboxes (account_id, id))`,
    `create index tickets_by_creation on tickets (account_id, created_at, id)`,
    `create index tickets_by_update on tickets (account_id, updated_at, id)`,
    `create index tickets_by_user on tickets (account_id, user_id, updated_at, id)`,
    `create index tickets_by_state on tickets (account_id, state, updated_at, id)`,
    `create index tickets_by_inbox on tickets (account_id, inbox_id, updated_at, id)`,
    `create index tickets_by_customer on tickets (account_id, customer_id, created_at, id)`,

    `create table ticket_labels (
      account_id ${id} not null, label_id ${id} not null, ticket_id ${id} not null,
      primary key (account_id, label_id, ticket_id),
      foreign key (account_id, ticket_id) references tickets (account_id, id))`,
    `create index ticket_labels_by_ticket on ticket_labels (account_id, ticket_id)`,

    `create table messages (
      ${key}, ticket_id ${id} not null, type text not null, direction text, from_name text not null,
      "from" text, "to" text, cc text, body text not null, htmlized smallint not null, more_body text,
      user_id ${id}, delivery_state text, mail_id text, version integer not null, created_at ${time} not null,
      ${constraints},
      foreign key (account_id, ticket_id) references tickets (account_id, id),
      foreign key (account_id, user_id) references users (account_id, id))`,
    `create index messages_by_ticket on messages (account_id, ticket_id, created_at, id)`,
    `create index messages_by_mail_id on messages (account_id, mail_id) where mail_id is not null`,

    `create table blobs (
      account_id ${id} not null, hash ${id} not null, size ${time} not null, created_at ${time} not null,
      primary key (account_id, hash), foreign key (account_id) references accounts (id))`,

    `create table attachments (
      ${key}, message_id ${id}, position integer not null, name text not null, type text not null,
      size ${time} not null, hash ${id} not null, content_id text, inline smallint not null,
      created_at ${time} not null,
      ${constraints},
      foreign key (account_id, message_id) references messages (account_id, id),
      foreign key (account_id, hash) references blobs (account_id, hash))`,
    `create index attachments_by_message on attachments (account_id, message_id, position)`,
    `create index attachments_by_hash on attachments (account_id, hash)`,
    `create index attachments_unused on attachments (created_at) where message_id is null`,

    `create table received_messages (
      ${key}, inbox_id ${id} not null, source text not null, source_position text,
      hash ${id} not null, size ${time} not null, fingerprint text, mail_id text, outcome text not null,
      reason text, ticket_id ${id}, message_id ${id}, created_at ${time} not null, processed_at ${time},
      ${constraints},
      foreign key (account_id, inbox_id) references inboxes (account_id, id),
      foreign key (account_id, hash) references blobs (account_id, hash))`,
    `create unique index received_once on received_messages (account_id, inbox_id, fingerprint)
      where outcome in ('ticket', 'reply')`,
    `create index received_by_hash on received_messages (account_id, hash)`,
    `create index received_pending on received_messages (account_id, id) where outcome = 'pending'`,
    `create index received_by_message on received_messages (account_id, message_id) where message_id is not null`,

    `create table events (
      ${key}, position ${time} not null, kind text not null, ticket_id ${id} not null, message_id ${id},
      token_id ${id}, user_id ${id}, changes text, created_at ${time} not null,
      ${constraints})`,
    `create index events_in_order on events (account_id, position, id)`,
    `create index events_by_ticket on events (account_id, ticket_id, id)`,

    `create table jobs (
      ${key}, kind text not null, payload text not null, run_at ${time} not null, attempts integer not null,
      locked_until ${time}, last_error text, failed_at ${time}, created_at ${time} not null,
      ${constraints})`,
    `create index jobs_due on jobs (run_at, id) where failed_at is null`,

    `create table idempotency_keys (
      account_id ${id} not null, token_id ${id} not null, request text not null, body_hash text not null,
      status integer not null, location text, version integer, body text, created_at ${time} not null,
      primary key (account_id, token_id, request), foreign key (account_id) references accounts (id))`,
    `create index idempotency_keys_by_age on idempotency_keys (created_at)`,

    `create ${unlogged} table credit_windows (
      account_id ${id} primary key, minute_start ${time} not null, credits_used integer not null,
      second_start ${time} not null, requests_used integer not null, at ${time} not null, admitted boolean not null)`,
  ];
}
