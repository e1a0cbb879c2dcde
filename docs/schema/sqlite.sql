CREATE TABLE accounts (
  id text primary key, site text not null unique, name text not null,
  credits_per_minute integer not null, requests_per_second integer not null, created_at integer not null, undo_seconds integer not null default 10, thread_secret text);

CREATE TABLE api_tokens (
  account_id text not null, id text not null, name text not null, token_hash text not null, created_at integer not null,
  last_used_at integer, revoked_at integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, token_hash));

CREATE TABLE attachments (
  account_id text not null, id text not null, message_id text, position integer not null, name text not null, type text not null,
  size integer not null, hash text not null, content_id text, inline smallint not null,
  created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, message_id) references messages (account_id, id),
  foreign key (account_id, hash) references blobs (account_id, hash));

CREATE INDEX attachments_by_hash on attachments (account_id, hash);

CREATE INDEX attachments_by_message on attachments (account_id, message_id, position);

CREATE INDEX attachments_unused on attachments (created_at) where message_id is null;

CREATE TABLE blobs (
  account_id text not null, hash text not null, size integer not null, created_at integer not null,
  primary key (account_id, hash), foreign key (account_id) references accounts (id));

CREATE TABLE contacts (
  account_id text not null, id text not null, customer_id text not null, position integer not null, type text not null,
  value text not null, value_key text not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, value_key, type),
  foreign key (account_id, customer_id) references customers (account_id, id));

CREATE INDEX contacts_by_customer on contacts (account_id, customer_id, position);

CREATE TABLE counters (
  account_id text primary key references accounts (id), last_ticket_number integer not null);

CREATE TABLE credit_windows (
  account_id text primary key, minute_start integer not null, credits_used integer not null,
  second_start integer not null, requests_used integer not null, at integer not null, admitted boolean not null);

CREATE TABLE customers (
  account_id text not null, id text not null, first_name text, last_name text, summary text, version integer not null,
  created_at integer not null, updated_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX customers_by_creation on customers (account_id, created_at, id);

CREATE TABLE events (
  account_id text not null, id text not null, position integer not null, kind text not null, ticket_id text not null, message_id text,
  token_id text, user_id text, changes text, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX events_by_ticket on events (account_id, ticket_id, id);

CREATE INDEX events_in_order on events (account_id, position, id);

CREATE TABLE idempotency_keys (
  account_id text not null, token_id text not null, request text not null, body_hash text not null,
  status integer not null, location text, version integer, body text, created_at integer not null,
  primary key (account_id, token_id, request), foreign key (account_id) references accounts (id));

CREATE INDEX idempotency_keys_by_age on idempotency_keys (created_at);

CREATE TABLE inboxes (
  account_id text not null, id text not null, name text not null, address text, address_key text, version integer not null,
  created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, address_key));

CREATE INDEX inboxes_by_address on inboxes (address_key) where address_key is not null;

CREATE TABLE jobs (
  account_id text not null, id text not null, kind text not null, payload text not null, run_at integer not null, attempts integer not null,
  locked_until integer, last_error text, failed_at integer, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX jobs_due on jobs (run_at, id) where failed_at is null;

CREATE TABLE labels (
  account_id text not null, id text not null, name text not null, name_key text not null, color text not null, version integer not null,
  created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, name_key));

CREATE TABLE mailboxes (
  account_id text not null, id text not null, inbox_id text not null,
  host text not null, port integer not null, security text not null, username text not null,
  auth text not null, secret text not null, folder text not null, after_import text not null,
  allow_private smallint not null, uid_validity integer, last_uid integer not null,
  stuck_uid integer, stuck_count integer not null,
  leased_by text, leased_until integer, last_fetched_at integer, last_error text, error_count integer not null,
  next_try_at integer not null, version integer not null, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE INDEX mailboxes_due on mailboxes (next_try_at);

CREATE TABLE messages (
  account_id text not null, id text not null, ticket_id text not null, type text not null, direction text, from_name text not null,
  "from" text, "to" text, cc text, body text not null, htmlized smallint not null, more_body text,
  user_id text, delivery_state text, mail_id text, version integer not null, created_at integer not null, delivery_attempts integer not null default 0, delivery_error text, delivery_response text, undelivered text, handed_over_at integer, sent_at integer, thread_reason text, auto_kind text,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, ticket_id) references tickets (account_id, id),
  foreign key (account_id, user_id) references users (account_id, id));

CREATE INDEX messages_by_mail_id on messages (account_id, mail_id) where mail_id is not null;

CREATE INDEX messages_by_ticket on messages (account_id, ticket_id, created_at, id);

CREATE INDEX messages_to_deliver on messages (account_id, id) where delivery_state in ('queued', 'sending', 'failed');

CREATE TABLE migrations (name text primary key, applied_at integer not null);

CREATE TABLE properties (name text primary key, value text not null);

CREATE TABLE received_messages (
  account_id text not null, id text not null, inbox_id text not null, source text not null, source_position text,
  hash text not null, size integer not null, fingerprint text, mail_id text, outcome text not null,
  reason text, ticket_id text, message_id text, created_at integer not null, processed_at integer, mailbox_id text, uid_validity integer, uid integer, attempts integer not null default 0,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id),
  foreign key (account_id, hash) references blobs (account_id, hash));

CREATE INDEX received_by_hash on received_messages (account_id, hash);

CREATE INDEX received_by_message on received_messages (account_id, message_id) where message_id is not null;

CREATE UNIQUE INDEX received_from_mailbox on received_messages (account_id, mailbox_id, uid_validity, uid)
  where mailbox_id is not null;

CREATE UNIQUE INDEX received_once on received_messages (account_id, inbox_id, fingerprint)
  where outcome in ('ticket', 'reply', 'bounce', 'auto-reply');

CREATE INDEX received_pending on received_messages (account_id, id) where outcome = 'pending';

CREATE TABLE search_entries (
  entry integer primary key, account_id text not null, id text not null, ticket_id text,
  unique (account_id, id));

CREATE VIRTUAL TABLE search_index using fts5 (
  scope, words, content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'");

CREATE TABLE ticket_labels (
  account_id text not null, label_id text not null, ticket_id text not null,
  primary key (account_id, label_id, ticket_id),
  foreign key (account_id, ticket_id) references tickets (account_id, id));

CREATE INDEX ticket_labels_by_ticket on ticket_labels (account_id, ticket_id);

CREATE TABLE tickets (
  account_id text not null, id text not null, number integer not null, customer_id text not null, user_id text, inbox_id text not null,
  label_ids text not null, state text not null, snoozed_until integer, subject text, type text not null,
  spam smallint not null, trash smallint not null, reply_to text, reply_cc text,
  summary text, summary_type text, version integer not null,
  created_at integer not null, updated_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, number),
  foreign key (account_id, customer_id) references customers (account_id, id),
  foreign key (account_id, user_id) references users (account_id, id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE INDEX tickets_by_creation on tickets (account_id, created_at, id);

CREATE INDEX tickets_by_customer on tickets (account_id, customer_id, created_at, id);

CREATE INDEX tickets_by_inbox on tickets (account_id, inbox_id, updated_at, id);

CREATE INDEX tickets_by_state on tickets (account_id, state, updated_at, id);

CREATE INDEX tickets_by_update on tickets (account_id, updated_at, id);

CREATE INDEX tickets_by_user on tickets (account_id, user_id, updated_at, id);

CREATE TABLE transports (
  account_id text not null, id text not null, inbox_id text, host text not null, port integer not null,
  security text not null, username text, secret text, auth text not null, allow_private smallint not null,
  version integer not null, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE UNIQUE INDEX transports_of_accounts on transports (account_id) where inbox_id is null;

CREATE UNIQUE INDEX transports_of_inboxes on transports (account_id, inbox_id) where inbox_id is not null;

CREATE TABLE users (
  account_id text not null, id text not null, first_name text, last_name text, email text not null, email_key text not null, role text not null,
  password_hash text, version integer not null, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, email_key));
