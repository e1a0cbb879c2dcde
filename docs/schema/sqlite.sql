CREATE TABLE accounts (
  id text primary key, site text not null unique, name text not null,
  credits_per_minute integer not null, requests_per_second integer not null, created_at integer not null, undo_seconds integer not null default 10, thread_secret text, version integer not null default 1);

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

CREATE TABLE audit_entries (
  account_id text not null, id text not null, user_id text, token_id text, action text not null, subject text, details text, address text,
  created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX audit_entries_by_creation on audit_entries (account_id, created_at, id);

CREATE INDEX audit_entries_by_user on audit_entries (account_id, user_id, created_at, id);

CREATE TABLE blobs (
  account_id text not null, hash text not null, size integer not null, created_at integer not null, bytes blob,
  primary key (account_id, hash), foreign key (account_id) references accounts (id));

CREATE INDEX blobs_in_rows on blobs (created_at) where bytes is not null;

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
  created_at integer not null, updated_at integer not null, merged_into text,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX customers_by_creation on customers (account_id, created_at, id);

CREATE TABLE draft_attachments (
  account_id text not null, draft_id text not null, attachment_id text not null,
  primary key (account_id, draft_id, attachment_id),
  foreign key (account_id, draft_id) references drafts (account_id, id),
  foreign key (account_id, attachment_id) references attachments (account_id, id));

CREATE INDEX draft_attachments_by_attachment on draft_attachments (account_id, attachment_id);

CREATE TABLE drafts (
  account_id text not null, id text not null, user_id text not null, ticket_id text, kind text not null, inbox_id text, customer_id text,
  subject text, "to" text, cc text, bcc text, body text not null, htmlized smallint not null,
  attachment_ids text not null, version integer not null, created_at integer not null, updated_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, user_id, ticket_id), foreign key (account_id, user_id) references users (account_id, id), foreign key (account_id, ticket_id) references tickets (account_id, id));

CREATE INDEX drafts_by_ticket on drafts (account_id, ticket_id) where ticket_id is not null;

CREATE INDEX drafts_by_update on drafts (account_id, user_id, updated_at, id);

CREATE TABLE events (
  account_id text not null, id text not null, position integer not null, kind text not null, ticket_id text not null, message_id text,
  token_id text, user_id text, changes text, created_at integer not null, resource text not null default 'ticket', resource_id text, audience_id text,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX events_by_ticket on events (account_id, ticket_id, id);

CREATE INDEX events_in_order on events (account_id, position, id);

CREATE INDEX events_private on events (created_at) where audience_id is not null;

CREATE TABLE idempotency_keys (
  account_id text not null, token_id text not null, request text not null, body_hash text not null,
  status integer not null, location text, version integer, body text, created_at integer not null,
  primary key (account_id, token_id, request), foreign key (account_id) references accounts (id));

CREATE INDEX idempotency_keys_by_age on idempotency_keys (created_at);

CREATE TABLE inboxes (
  account_id text not null, id text not null, name text not null, address text, address_key text, version integer not null,
  created_at integer not null, plus_addressing smallint not null default 0, signature text, acknowledges smallint not null default 0, acknowledgement text, acknowledgement_htmlized smallint not null default 0, dkim_domain text, dkim_selector text, dkim_key text, from_name text,
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
  next_try_at integer not null, version integer not null, created_at integer not null, authserv_id text,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE INDEX mailboxes_due on mailboxes (next_try_at);

CREATE TABLE mentions (
  account_id text not null, user_id text not null, ticket_id text not null, message_id text not null,
  created_at integer not null,
  primary key (account_id, user_id, ticket_id, message_id), foreign key (account_id, user_id) references users (account_id, id), foreign key (account_id, ticket_id) references tickets (account_id, id),
  foreign key (account_id, message_id) references messages (account_id, id));

CREATE INDEX mentions_by_message on mentions (account_id, message_id);

CREATE TABLE messages (
  account_id text not null, id text not null, ticket_id text not null, type text not null, direction text, from_name text not null,
  "from" text, "to" text, cc text, body text not null, htmlized smallint not null, more_body text,
  user_id text, delivery_state text, mail_id text, version integer not null, created_at integer not null, delivery_attempts integer not null default 0, delivery_error text, delivery_response text, undelivered text, handed_over_at integer, sent_at integer, thread_reason text, auto_kind text, verdicts text, spam_score double precision, bcc text, subject text, send_at integer, forward smallint not null default 0, signature text,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, ticket_id) references tickets (account_id, id),
  foreign key (account_id, user_id) references users (account_id, id));

CREATE INDEX messages_acknowledging on messages (account_id, "to", created_at)
  where direction = 'out' and auto_kind = 'auto-reply';

CREATE INDEX messages_by_mail_id on messages (account_id, mail_id) where mail_id is not null;

CREATE INDEX messages_by_ticket on messages (account_id, ticket_id, created_at, id);

CREATE INDEX messages_failed on messages (account_id, ticket_id) where delivery_state = 'failed';

CREATE INDEX messages_to_deliver on messages (account_id, id) where delivery_state in ('queued', 'sending', 'failed');

CREATE TABLE migrations (name text primary key, applied_at integer not null);

CREATE TABLE one_time_keys (
  account_id text not null, id text not null, kind text not null, user_id text, key_hash text not null, created_at integer not null,
  expires_at integer, used_at integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, key_hash), foreign key (account_id, user_id) references users (account_id, id));

CREATE INDEX one_time_keys_by_end on one_time_keys (expires_at);

CREATE INDEX one_time_keys_by_user on one_time_keys (account_id, user_id, kind);

CREATE TABLE passkeys (
  account_id text not null, id text not null, user_id text not null, credential_id text not null, public_key text not null,
  sign_count integer not null, transports text not null, name text not null,
  created_at integer not null, last_used_at integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, credential_id), foreign key (account_id, user_id) references users (account_id, id));

CREATE INDEX passkeys_by_user on passkeys (account_id, user_id, id);

CREATE TABLE presences (
  account_id text not null, ticket_id text not null, user_id text not null, tab text not null,
  state text not null, expires_at integer not null,
  primary key (account_id, ticket_id, user_id, tab));

CREATE TABLE properties (name text primary key, value text not null);

CREATE TABLE received_messages (
  account_id text not null, id text not null, inbox_id text not null, source text not null, source_position text,
  hash text not null, size integer not null, fingerprint text, mail_id text, outcome text not null,
  reason text, ticket_id text, message_id text, created_at integer not null, processed_at integer, mailbox_id text, uid_validity integer, uid integer, attempts integer not null default 0, envelope text, next_try_at integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id),
  foreign key (account_id, hash) references blobs (account_id, hash));

CREATE INDEX received_by_hash on received_messages (account_id, hash);

CREATE INDEX received_by_message on received_messages (account_id, message_id) where message_id is not null;

CREATE INDEX received_by_outcome on received_messages (account_id, outcome, id);

CREATE UNIQUE INDEX received_from_mailbox on received_messages (account_id, mailbox_id, uid_validity, uid)
  where mailbox_id is not null;

CREATE UNIQUE INDEX received_once on received_messages (account_id, inbox_id, fingerprint)
  where outcome in ('ticket', 'reply', 'bounce', 'auto-reply', 'spam');

CREATE INDEX received_pending on received_messages (account_id, id) where outcome = 'pending';

CREATE TABLE recovery_codes (
  account_id text not null, user_id text not null, code_hash text not null, created_at integer not null,
  primary key (account_id, user_id, code_hash), foreign key (account_id, user_id) references users (account_id, id));

CREATE TABLE saved_replies (
  account_id text not null, id text not null, user_id text not null, name text not null, body text not null, htmlized smallint not null,
  shared smallint not null, uses integer not null, last_used_at integer, version integer not null,
  created_at integer not null, updated_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), foreign key (account_id, user_id) references users (account_id, id));

CREATE TABLE saved_searches (
  account_id text not null, id text not null, user_id text not null, name text not null, query text not null, shared smallint not null,
  version integer not null, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), foreign key (account_id, user_id) references users (account_id, id));

CREATE TABLE search_entries (
  entry integer primary key, account_id text not null, id text not null, ticket_id text,
  unique (account_id, id));

CREATE VIRTUAL TABLE search_index using fts5 (
  scope, words, content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'");

CREATE TABLE seen_tickets (
  account_id text not null, user_id text not null, ticket_id text not null, seen_at integer not null,
  primary key (account_id, user_id, ticket_id), foreign key (account_id, user_id) references users (account_id, id), foreign key (account_id, ticket_id) references tickets (account_id, id));

CREATE INDEX seen_tickets_in_full on seen_tickets (account_id, user_id, ticket_id, seen_at);

CREATE TABLE sessions (
  account_id text not null, id text not null, user_id text not null, token_hash text not null, pending smallint not null,
  failures integer not null, address text, user_agent text,
  created_at integer not null, last_seen_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, token_hash), foreign key (account_id, user_id) references users (account_id, id));

CREATE INDEX sessions_by_age on sessions (last_seen_at);

CREATE INDEX sessions_by_user on sessions (account_id, user_id, id);

CREATE TABLE spam_tokens (
  account_id text not null, token text not null, spam integer not null, ham integer not null,
  primary key (account_id, token), foreign key (account_id) references accounts (id));

CREATE TABLE spam_totals (
  account_id text primary key references accounts (id), spam integer not null, ham integer not null);

CREATE TABLE spam_trainings (
  account_id text not null, message_id text not null, verdict text not null, tokens text not null,
  primary key (account_id, message_id), foreign key (account_id) references accounts (id));

CREATE TABLE ticket_labels (
  account_id text not null, label_id text not null, ticket_id text not null,
  primary key (account_id, label_id, ticket_id),
  foreign key (account_id, ticket_id) references tickets (account_id, id));

CREATE INDEX ticket_labels_by_ticket on ticket_labels (account_id, ticket_id, label_id);

CREATE TABLE ticket_tallies (
  account_id text not null,
  trash integer not null,
  spam integer not null,
  state text not null,
  inbox_id text not null,
  assignee text not null,
  type text not null,
  label_ids text not null,
  created_period integer not null,
  updated_period integer not null,
  count integer not null,
  user_id text as (nullif(assignee, '')),
  primary key (account_id, trash, spam, state, inbox_id, assignee, type, label_ids, created_period, updated_period)
  ) without rowid;

CREATE TRIGGER tickets_tallied_delete after delete on tickets begin
  update ticket_tallies set count = count - 1 where account_id = old.account_id and trash = old.trash and spam = old.spam and state = old.state and inbox_id = old.inbox_id and assignee = coalesce(old.user_id, '') and type = old.type and label_ids = old.label_ids and created_period = old.created_at >> 32 and updated_period = old.updated_at >> 32;
  delete from ticket_tallies where account_id = old.account_id and trash = old.trash and spam = old.spam and state = old.state and inbox_id = old.inbox_id and assignee = coalesce(old.user_id, '') and type = old.type and label_ids = old.label_ids and created_period = old.created_at >> 32 and updated_period = old.updated_at >> 32 and count = 0;
  end;

CREATE TRIGGER tickets_tallied_insert after insert on tickets begin
  insert into ticket_tallies (account_id, trash, spam, state, inbox_id, assignee, type, label_ids, created_period, updated_period, count) values (new.account_id, new.trash, new.spam, new.state, new.inbox_id, coalesce(new.user_id, ''), new.type, new.label_ids, new.created_at >> 32, new.updated_at >> 32, 1)
  on conflict do update set count = count + 1;
  end;

CREATE TRIGGER tickets_tallied_update after update on tickets when old.account_id is not new.account_id or old.trash is not new.trash or old.spam is not new.spam or old.state is not new.state or old.inbox_id is not new.inbox_id or coalesce(old.user_id, '') is not coalesce(new.user_id, '') or old.type is not new.type or old.label_ids is not new.label_ids or old.created_at >> 32 is not new.created_at >> 32 or old.updated_at >> 32 is not new.updated_at >> 32 begin
  update ticket_tallies set count = count - 1 where account_id = old.account_id and trash = old.trash and spam = old.spam and state = old.state and inbox_id = old.inbox_id and assignee = coalesce(old.user_id, '') and type = old.type and label_ids = old.label_ids and created_period = old.created_at >> 32 and updated_period = old.updated_at >> 32;
  delete from ticket_tallies where account_id = old.account_id and trash = old.trash and spam = old.spam and state = old.state and inbox_id = old.inbox_id and assignee = coalesce(old.user_id, '') and type = old.type and label_ids = old.label_ids and created_period = old.created_at >> 32 and updated_period = old.updated_at >> 32 and count = 0;
  insert into ticket_tallies (account_id, trash, spam, state, inbox_id, assignee, type, label_ids, created_period, updated_period, count) values (new.account_id, new.trash, new.spam, new.state, new.inbox_id, coalesce(new.user_id, ''), new.type, new.label_ids, new.created_at >> 32, new.updated_at >> 32, 1)
  on conflict do update set count = count + 1;
  end;

CREATE TABLE tickets (
  account_id text not null, id text not null, number integer not null, customer_id text not null, user_id text, inbox_id text not null,
  label_ids text not null, state text not null, snoozed_until integer, subject text, type text not null,
  spam smallint not null, trash smallint not null, reply_to text, reply_cc text,
  summary text, summary_type text, version integer not null,
  created_at integer not null, updated_at integer not null, news_at integer not null default 0, merged_into text, split_from text, linked_to text,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, number),
  foreign key (account_id, customer_id) references customers (account_id, id),
  foreign key (account_id, user_id) references users (account_id, id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE INDEX tickets_by_assignee on tickets (account_id, user_id, id, created_at, trash, spam, state, inbox_id, type, label_ids);

CREATE INDEX tickets_by_creation on tickets (account_id, created_at, id, user_id, trash, spam, state, inbox_id, type, label_ids);

CREATE INDEX tickets_by_customer on tickets (account_id, customer_id, created_at, id);

CREATE INDEX tickets_by_folder on tickets
  (account_id, trash, spam, state, inbox_id, user_id, type, created_at, updated_at, label_ids, id);

CREATE INDEX tickets_by_inbox on tickets (account_id, inbox_id, updated_at, id);

CREATE INDEX tickets_by_kind on tickets (account_id, type, spam, trash);

CREATE INDEX tickets_by_state on tickets (account_id, state, updated_at, id);

CREATE INDEX tickets_by_update on tickets (account_id, updated_at, id, user_id, created_at, trash, spam, state, inbox_id, type, label_ids);

CREATE INDEX tickets_by_user on tickets (account_id, user_id, updated_at desc, id desc, created_at, trash, spam, state, inbox_id, type, label_ids);

CREATE TABLE transports (
  account_id text not null, id text not null, inbox_id text, host text not null, port integer not null,
  security text not null, username text, secret text, auth text not null, allow_private smallint not null,
  version integer not null, created_at integer not null,
  primary key (account_id, id), foreign key (account_id) references accounts (id),
  foreign key (account_id, inbox_id) references inboxes (account_id, id));

CREATE UNIQUE INDEX transports_of_accounts on transports (account_id) where inbox_id is null;

CREATE UNIQUE INDEX transports_of_inboxes on transports (account_id, inbox_id) where inbox_id is not null;

CREATE TABLE undos (
  account_id text not null, id text not null, part_of text, user_id text, token_id text, kind text not null, payload text not null,
  created_at integer not null, expires_at integer not null, done_at integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id));

CREATE INDEX undos_by_expiry on undos (expires_at);

CREATE INDEX undos_by_part on undos (account_id, part_of, id) where part_of is not null;

CREATE TABLE users (
  account_id text not null, id text not null, first_name text, last_name text, email text not null, email_key text not null, role text not null,
  password_hash text, version integer not null, created_at integer not null, signature text, notifications text not null default 'none', disabled_at integer, inbox_ids text, preferences text, totp_secret text, totp_confirmed_at integer, totp_last_step integer,
  primary key (account_id, id), foreign key (account_id) references accounts (id), unique (account_id, email_key));

CREATE INDEX users_by_email on users (email_key, account_id);

CREATE INDEX users_to_notify on users (account_id, id) where notifications <> 'none';

CREATE TABLE write_positions (account_id text primary key, lsn integer not null);
