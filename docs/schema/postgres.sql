create table accounts (
  id text collate "C" not null,
  site text not null,
  name text not null,
  credits_per_minute integer not null,
  requests_per_second integer not null,
  created_at bigint not null,
  undo_seconds integer not null,
  thread_secret text,
  version integer not null,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_site_key UNIQUE (site)
);

create table api_tokens (
  account_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  token_hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint,
  constraint api_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint api_tokens_account_id_token_hash_key UNIQUE (account_id, token_hash),
  constraint api_tokens_pkey PRIMARY KEY (account_id, id)
);

create table attachments (
  account_id text collate "C" not null,
  id text collate "C" not null,
  message_id text collate "C",
  "position" integer not null,
  name text not null,
  type text not null,
  size bigint not null,
  hash text collate "C" not null,
  content_id text,
  inline smallint not null,
  created_at bigint not null,
  constraint attachments_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint attachments_account_id_hash_fkey FOREIGN KEY (account_id, hash) REFERENCES blobs(account_id, hash),
  constraint attachments_account_id_message_id_fkey FOREIGN KEY (account_id, message_id) REFERENCES messages(account_id, id),
  constraint attachments_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX attachments_by_hash ON attachments USING btree (account_id, hash);

CREATE INDEX attachments_by_message ON attachments USING btree (account_id, message_id, "position");

CREATE INDEX attachments_unused ON attachments USING btree (created_at) WHERE (message_id IS NULL);

create table audit_entries (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C",
  token_id text collate "C",
  action text not null,
  subject text,
  details text,
  address text,
  created_at bigint not null,
  constraint audit_entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint audit_entries_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX audit_entries_by_creation ON audit_entries USING btree (account_id, created_at, id);

CREATE INDEX audit_entries_by_user ON audit_entries USING btree (account_id, user_id, created_at, id);

create table blobs (
  account_id text collate "C" not null,
  hash text collate "C" not null,
  size bigint not null,
  created_at bigint not null,
  bytes bytea,
  constraint blobs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint blobs_pkey PRIMARY KEY (account_id, hash)
);

CREATE INDEX blobs_in_rows ON blobs USING btree (created_at) WHERE (bytes IS NOT NULL);

create table contacts (
  account_id text collate "C" not null,
  id text collate "C" not null,
  customer_id text collate "C" not null,
  "position" integer not null,
  type text not null,
  value text not null,
  value_key text not null,
  constraint contacts_account_id_customer_id_fkey FOREIGN KEY (account_id, customer_id) REFERENCES customers(account_id, id),
  constraint contacts_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint contacts_account_id_value_key_type_key UNIQUE (account_id, value_key, type),
  constraint contacts_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX contacts_by_customer ON contacts USING btree (account_id, customer_id, "position");

create table counters (
  account_id text collate "C" not null,
  last_ticket_number integer not null,
  constraint counters_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint counters_pkey PRIMARY KEY (account_id)
);

create unlogged table credit_windows (
  account_id text collate "C" not null,
  minute_start bigint not null,
  credits_used integer not null,
  second_start bigint not null,
  requests_used integer not null,
  at bigint not null,
  admitted boolean not null,
  constraint credit_windows_pkey PRIMARY KEY (account_id)
);

create table customers (
  account_id text collate "C" not null,
  id text collate "C" not null,
  first_name text,
  last_name text,
  summary text,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  merged_into text collate "C",
  constraint customers_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint customers_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX customers_by_creation ON customers USING btree (account_id, created_at, id);

create table draft_attachments (
  account_id text collate "C" not null,
  draft_id text collate "C" not null,
  attachment_id text collate "C" not null,
  constraint draft_attachments_account_id_attachment_id_fkey FOREIGN KEY (account_id, attachment_id) REFERENCES attachments(account_id, id),
  constraint draft_attachments_account_id_draft_id_fkey FOREIGN KEY (account_id, draft_id) REFERENCES drafts(account_id, id),
  constraint draft_attachments_pkey PRIMARY KEY (account_id, draft_id, attachment_id)
);

CREATE INDEX draft_attachments_by_attachment ON draft_attachments USING btree (account_id, attachment_id);

create table drafts (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  ticket_id text collate "C",
  kind text not null,
  inbox_id text collate "C",
  customer_id text collate "C",
  subject text,
  "to" text,
  cc text,
  bcc text,
  body text not null,
  htmlized smallint not null,
  attachment_ids text not null,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint drafts_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint drafts_account_id_ticket_id_fkey FOREIGN KEY (account_id, ticket_id) REFERENCES tickets(account_id, id),
  constraint drafts_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint drafts_account_id_user_id_ticket_id_key UNIQUE (account_id, user_id, ticket_id),
  constraint drafts_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX drafts_by_ticket ON drafts USING btree (account_id, ticket_id) WHERE (ticket_id IS NOT NULL);

CREATE INDEX drafts_by_update ON drafts USING btree (account_id, user_id, updated_at, id);

create table events (
  account_id text collate "C" not null,
  id text collate "C" not null,
  "position" bigint not null,
  kind text not null,
  ticket_id text collate "C" not null,
  message_id text collate "C",
  token_id text collate "C",
  user_id text collate "C",
  changes text,
  created_at bigint not null,
  resource text not null,
  resource_id text collate "C",
  audience_id text collate "C",
  constraint events_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint events_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX events_by_ticket ON events USING btree (account_id, ticket_id, id);

CREATE INDEX events_in_order ON events USING btree (account_id, "position", id);

CREATE INDEX events_private ON events USING btree (created_at) WHERE (audience_id IS NOT NULL);

create table idempotency_keys (
  account_id text collate "C" not null,
  token_id text collate "C" not null,
  request text not null,
  body_hash text not null,
  status integer not null,
  location text,
  version integer,
  body text,
  created_at bigint not null,
  constraint idempotency_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint idempotency_keys_pkey PRIMARY KEY (account_id, token_id, request)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys USING btree (created_at);

create table inboxes (
  account_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  address text,
  address_key text,
  version integer not null,
  created_at bigint not null,
  plus_addressing smallint not null,
  signature text,
  acknowledges smallint not null,
  acknowledgement text,
  acknowledgement_htmlized smallint not null,
  dkim_domain text,
  dkim_selector text,
  dkim_key text,
  from_name text,
  constraint inboxes_account_id_address_key_key UNIQUE (account_id, address_key),
  constraint inboxes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint inboxes_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX inboxes_by_address ON inboxes USING btree (address_key) WHERE (address_key IS NOT NULL);

create table jobs (
  account_id text collate "C" not null,
  id text collate "C" not null,
  kind text not null,
  payload text not null,
  run_at bigint not null,
  attempts integer not null,
  locked_until bigint,
  last_error text,
  failed_at bigint,
  created_at bigint not null,
  constraint jobs_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint jobs_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX jobs_due ON jobs USING btree (run_at, id) WHERE (failed_at IS NULL);

create table labels (
  account_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  name_key text not null,
  color text not null,
  version integer not null,
  created_at bigint not null,
  constraint labels_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint labels_account_id_name_key_key UNIQUE (account_id, name_key),
  constraint labels_pkey PRIMARY KEY (account_id, id)
);

create table mailboxes (
  account_id text collate "C" not null,
  id text collate "C" not null,
  inbox_id text collate "C" not null,
  host text not null,
  port integer not null,
  security text not null,
  username text not null,
  auth text not null,
  secret text not null,
  folder text not null,
  after_import text not null,
  allow_private smallint not null,
  uid_validity bigint,
  last_uid bigint not null,
  stuck_uid bigint,
  stuck_count integer not null,
  leased_by text,
  leased_until bigint,
  last_fetched_at bigint,
  last_error text,
  error_count integer not null,
  next_try_at bigint not null,
  version integer not null,
  created_at bigint not null,
  authserv_id text,
  constraint mailboxes_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint mailboxes_account_id_inbox_id_fkey FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes(account_id, id),
  constraint mailboxes_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX mailboxes_due ON mailboxes USING btree (next_try_at);

create table mentions (
  account_id text collate "C" not null,
  user_id text collate "C" not null,
  ticket_id text collate "C" not null,
  message_id text collate "C" not null,
  created_at bigint not null,
  constraint mentions_account_id_message_id_fkey FOREIGN KEY (account_id, message_id) REFERENCES messages(account_id, id),
  constraint mentions_account_id_ticket_id_fkey FOREIGN KEY (account_id, ticket_id) REFERENCES tickets(account_id, id),
  constraint mentions_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint mentions_pkey PRIMARY KEY (account_id, user_id, ticket_id, message_id)
);

CREATE INDEX mentions_by_message ON mentions USING btree (account_id, message_id);

create table messages (
  account_id text collate "C" not null,
  id text collate "C" not null,
  ticket_id text collate "C" not null,
  type text not null,
  direction text,
  from_name text not null,
  "from" text,
  "to" text,
  cc text,
  body text not null,
  htmlized smallint not null,
  more_body text,
  user_id text collate "C",
  delivery_state text,
  mail_id text,
  version integer not null,
  created_at bigint not null,
  delivery_attempts integer not null,
  delivery_error text,
  delivery_response text,
  undelivered text,
  handed_over_at bigint,
  sent_at bigint,
  thread_reason text,
  auto_kind text,
  verdicts text,
  spam_score double precision,
  bcc text,
  subject text,
  send_at bigint,
  forward smallint not null,
  signature text,
  constraint messages_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint messages_account_id_ticket_id_fkey FOREIGN KEY (account_id, ticket_id) REFERENCES tickets(account_id, id),
  constraint messages_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint messages_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX messages_acknowledging ON messages USING btree (account_id, "to", created_at) WHERE ((direction = 'out'::text) AND (auto_kind = 'auto-reply'::text));

CREATE INDEX messages_by_mail_id ON messages USING btree (account_id, mail_id) WHERE (mail_id IS NOT NULL);

CREATE INDEX messages_by_ticket ON messages USING btree (account_id, ticket_id, created_at, id);

CREATE INDEX messages_failed ON messages USING btree (account_id, ticket_id) WHERE (delivery_state = 'failed'::text);

CREATE INDEX messages_to_deliver ON messages USING btree (account_id, id) WHERE (delivery_state = ANY (ARRAY['queued'::text, 'sending'::text, 'failed'::text]));

create table migrations (
  name text not null,
  applied_at bigint not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table one_time_keys (
  account_id text collate "C" not null,
  id text collate "C" not null,
  kind text not null,
  user_id text collate "C",
  key_hash text collate "C" not null,
  created_at bigint not null,
  expires_at bigint,
  used_at bigint,
  constraint one_time_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint one_time_keys_account_id_key_hash_key UNIQUE (account_id, key_hash),
  constraint one_time_keys_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint one_time_keys_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX one_time_keys_by_end ON one_time_keys USING btree (expires_at);

CREATE INDEX one_time_keys_by_user ON one_time_keys USING btree (account_id, user_id, kind);

create table passkeys (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  credential_id text collate "C" not null,
  public_key text not null,
  sign_count bigint not null,
  transports text not null,
  name text not null,
  created_at bigint not null,
  last_used_at bigint,
  constraint passkeys_account_id_credential_id_key UNIQUE (account_id, credential_id),
  constraint passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint passkeys_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint passkeys_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX passkeys_by_user ON passkeys USING btree (account_id, user_id, id);

create unlogged table presences (
  account_id text collate "C" not null,
  ticket_id text collate "C" not null,
  user_id text collate "C" not null,
  tab text not null,
  state text not null,
  expires_at bigint not null,
  constraint presences_pkey PRIMARY KEY (account_id, ticket_id, user_id, tab)
);

create table properties (
  name text not null,
  value text not null,
  constraint properties_pkey PRIMARY KEY (name)
);

create table received_messages (
  account_id text collate "C" not null,
  id text collate "C" not null,
  inbox_id text collate "C" not null,
  source text not null,
  source_position text,
  hash text collate "C" not null,
  size bigint not null,
  fingerprint text,
  mail_id text,
  outcome text not null,
  reason text,
  ticket_id text collate "C",
  message_id text collate "C",
  created_at bigint not null,
  processed_at bigint,
  mailbox_id text collate "C",
  uid_validity bigint,
  uid bigint,
  attempts integer not null,
  envelope text,
  next_try_at bigint,
  constraint received_messages_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint received_messages_account_id_hash_fkey FOREIGN KEY (account_id, hash) REFERENCES blobs(account_id, hash),
  constraint received_messages_account_id_inbox_id_fkey FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes(account_id, id),
  constraint received_messages_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX received_by_hash ON received_messages USING btree (account_id, hash);

CREATE INDEX received_by_message ON received_messages USING btree (account_id, message_id) WHERE (message_id IS NOT NULL);

CREATE INDEX received_by_outcome ON received_messages USING btree (account_id, outcome, id);

CREATE UNIQUE INDEX received_from_mailbox ON received_messages USING btree (account_id, mailbox_id, uid_validity, uid) WHERE (mailbox_id IS NOT NULL);

CREATE UNIQUE INDEX received_once ON received_messages USING btree (account_id, inbox_id, fingerprint) WHERE (outcome = ANY (ARRAY['ticket'::text, 'reply'::text, 'bounce'::text, 'auto-reply'::text, 'spam'::text]));

CREATE INDEX received_pending ON received_messages USING btree (account_id, id) WHERE (outcome = 'pending'::text);

create table recovery_codes (
  account_id text collate "C" not null,
  user_id text collate "C" not null,
  code_hash text collate "C" not null,
  created_at bigint not null,
  constraint recovery_codes_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint recovery_codes_pkey PRIMARY KEY (account_id, user_id, code_hash)
);

create table saved_replies (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  name text not null,
  body text not null,
  htmlized smallint not null,
  shared smallint not null,
  uses integer not null,
  last_used_at bigint,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  constraint saved_replies_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint saved_replies_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint saved_replies_pkey PRIMARY KEY (account_id, id)
);

create table saved_searches (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  name text not null,
  query text not null,
  shared smallint not null,
  version integer not null,
  created_at bigint not null,
  constraint saved_searches_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint saved_searches_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint saved_searches_pkey PRIMARY KEY (account_id, id)
);

create table search_entries (
  account_id text collate "C" not null,
  id text collate "C" not null,
  ticket_id text collate "C",
  words tsvector not null,
  constraint search_entries_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX search_entries_by_words ON search_entries USING gin (words);

create table seen_tickets (
  account_id text collate "C" not null,
  user_id text collate "C" not null,
  ticket_id text collate "C" not null,
  seen_at bigint not null,
  constraint seen_tickets_account_id_ticket_id_fkey FOREIGN KEY (account_id, ticket_id) REFERENCES tickets(account_id, id),
  constraint seen_tickets_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint seen_tickets_pkey PRIMARY KEY (account_id, user_id, ticket_id)
);

CREATE INDEX seen_tickets_in_full ON seen_tickets USING btree (account_id, user_id, ticket_id, seen_at);

create table sessions (
  account_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  token_hash text collate "C" not null,
  pending smallint not null,
  failures integer not null,
  address text,
  user_agent text,
  created_at bigint not null,
  last_seen_at bigint not null,
  constraint sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint sessions_account_id_token_hash_key UNIQUE (account_id, token_hash),
  constraint sessions_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint sessions_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX sessions_by_age ON sessions USING btree (last_seen_at);

CREATE INDEX sessions_by_user ON sessions USING btree (account_id, user_id, id);

create table spam_tokens (
  account_id text collate "C" not null,
  token text collate "C" not null,
  spam integer not null,
  ham integer not null,
  constraint spam_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint spam_tokens_pkey PRIMARY KEY (account_id, token)
);

create table spam_totals (
  account_id text collate "C" not null,
  spam integer not null,
  ham integer not null,
  constraint spam_totals_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint spam_totals_pkey PRIMARY KEY (account_id)
);

create table spam_trainings (
  account_id text collate "C" not null,
  message_id text collate "C" not null,
  verdict text not null,
  tokens text not null,
  constraint spam_trainings_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint spam_trainings_pkey PRIMARY KEY (account_id, message_id)
);

create table ticket_labels (
  account_id text collate "C" not null,
  label_id text collate "C" not null,
  ticket_id text collate "C" not null,
  constraint ticket_labels_account_id_ticket_id_fkey FOREIGN KEY (account_id, ticket_id) REFERENCES tickets(account_id, id),
  constraint ticket_labels_pkey PRIMARY KEY (account_id, label_id, ticket_id)
);

CREATE INDEX ticket_labels_by_ticket ON ticket_labels USING btree (account_id, ticket_id, label_id);

create table ticket_tallies (
  account_id text collate "C" not null,
  trash smallint not null,
  spam smallint not null,
  state text not null,
  inbox_id text collate "C" not null,
  user_id text collate "C",
  type text not null,
  label_ids text not null,
  created_period integer not null,
  updated_period integer not null,
  count integer not null,
  young boolean not null
);

CREATE INDEX ticket_tallies_by_folder ON ticket_tallies USING btree (account_id, trash, spam, state, inbox_id, user_id);

CREATE INDEX ticket_tallies_young ON ticket_tallies USING btree (account_id) WHERE young;

create table tickets (
  account_id text collate "C" not null,
  id text collate "C" not null,
  number integer not null,
  customer_id text collate "C" not null,
  user_id text collate "C",
  inbox_id text collate "C" not null,
  label_ids text not null,
  state text not null,
  snoozed_until bigint,
  subject text,
  type text not null,
  spam smallint not null,
  trash smallint not null,
  reply_to text,
  reply_cc text,
  summary text,
  summary_type text,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  news_at bigint not null,
  merged_into text collate "C",
  split_from text collate "C",
  linked_to text collate "C",
  constraint tickets_account_id_customer_id_fkey FOREIGN KEY (account_id, customer_id) REFERENCES customers(account_id, id),
  constraint tickets_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint tickets_account_id_inbox_id_fkey FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes(account_id, id),
  constraint tickets_account_id_number_key UNIQUE (account_id, number),
  constraint tickets_account_id_user_id_fkey FOREIGN KEY (account_id, user_id) REFERENCES users(account_id, id),
  constraint tickets_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX tickets_by_assignee ON tickets USING btree (account_id, user_id NULLS FIRST, id);

CREATE INDEX tickets_by_creation ON tickets USING btree (account_id, created_at, id);

CREATE INDEX tickets_by_customer ON tickets USING btree (account_id, customer_id, created_at, id);

CREATE INDEX tickets_by_folder ON tickets USING btree (account_id, trash, spam, state, inbox_id, user_id, type, created_at, updated_at);

CREATE INDEX tickets_by_inbox ON tickets USING btree (account_id, inbox_id, updated_at, id);

CREATE INDEX tickets_by_kind ON tickets USING btree (account_id, type, spam, trash);

CREATE INDEX tickets_by_state ON tickets USING btree (account_id, state, updated_at, id);

CREATE INDEX tickets_by_update ON tickets USING btree (account_id, updated_at, id);

CREATE INDEX tickets_by_user ON tickets USING btree (account_id, user_id NULLS FIRST, updated_at DESC, id DESC);

CREATE TRIGGER tickets_tallied_delete AFTER DELETE ON tickets REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_removed_tickets();

CREATE TRIGGER tickets_tallied_insert AFTER INSERT ON tickets REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_added_tickets();

CREATE TRIGGER tickets_tallied_update AFTER UPDATE ON tickets FOR EACH ROW WHEN (((old.trash IS DISTINCT FROM new.trash) OR (old.spam IS DISTINCT FROM new.spam) OR (old.state IS DISTINCT FROM new.state) OR (old.inbox_id IS DISTINCT FROM new.inbox_id) OR (old.user_id IS DISTINCT FROM new.user_id) OR (old.type IS DISTINCT FROM new.type) OR (old.label_ids IS DISTINCT FROM new.label_ids) OR (((old.created_at >> 32))::integer IS DISTINCT FROM ((new.created_at >> 32))::integer) OR (((old.updated_at >> 32))::integer IS DISTINCT FROM ((new.updated_at >> 32))::integer))) EXECUTE FUNCTION tally_changed_ticket();

create table transports (
  account_id text collate "C" not null,
  id text collate "C" not null,
  inbox_id text collate "C",
  host text not null,
  port integer not null,
  security text not null,
  username text,
  secret text,
  auth text not null,
  allow_private smallint not null,
  version integer not null,
  created_at bigint not null,
  constraint transports_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint transports_account_id_inbox_id_fkey FOREIGN KEY (account_id, inbox_id) REFERENCES inboxes(account_id, id),
  constraint transports_pkey PRIMARY KEY (account_id, id)
);

CREATE UNIQUE INDEX transports_of_accounts ON transports USING btree (account_id) WHERE (inbox_id IS NULL);

CREATE UNIQUE INDEX transports_of_inboxes ON transports USING btree (account_id, inbox_id) WHERE (inbox_id IS NOT NULL);

create table undos (
  account_id text collate "C" not null,
  id text collate "C" not null,
  part_of text collate "C",
  user_id text collate "C",
  token_id text collate "C",
  kind text not null,
  payload text not null,
  created_at bigint not null,
  expires_at bigint not null,
  done_at bigint,
  constraint undos_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint undos_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX undos_by_expiry ON undos USING btree (expires_at);

CREATE INDEX undos_by_part ON undos USING btree (account_id, part_of, id) WHERE (part_of IS NOT NULL);

create table users (
  account_id text collate "C" not null,
  id text collate "C" not null,
  first_name text,
  last_name text,
  email text not null,
  email_key text not null,
  role text not null,
  password_hash text,
  version integer not null,
  created_at bigint not null,
  signature text,
  notifications text not null,
  disabled_at bigint,
  inbox_ids text,
  preferences text,
  totp_secret text,
  totp_confirmed_at bigint,
  totp_last_step bigint,
  constraint users_account_id_email_key_key UNIQUE (account_id, email_key),
  constraint users_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id),
  constraint users_pkey PRIMARY KEY (account_id, id)
);

CREATE INDEX users_by_email ON users USING btree (email_key, account_id);

CREATE INDEX users_to_notify ON users USING btree (account_id, id) WHERE (notifications <> 'none'::text);

create unlogged table write_positions (
  account_id text collate "C" not null,
  lsn bigint not null,
  constraint write_positions_pkey PRIMARY KEY (account_id)
);

CREATE OR REPLACE FUNCTION tally_added_tickets()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
      insert into ticket_tallies (account_id, trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period, count) select account_id, trash, spam, state, inbox_id, user_id, type, label_ids, (created_at >> 32)::integer, (updated_at >> 32)::integer, count(*) from added group by account_id, trash, spam, state, inbox_id, user_id, type, label_ids, (created_at >> 32)::integer, (updated_at >> 32)::integer;
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION tally_changed_ticket()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
      insert into ticket_tallies (account_id, trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period, count)
        values (old.account_id, old.trash, old.spam, old.state, old.inbox_id, old.user_id, old.type, old.label_ids, (old.created_at >> 32)::integer, (old.updated_at >> 32)::integer, -1), (new.account_id, new.trash, new.spam, new.state, new.inbox_id, new.user_id, new.type, new.label_ids, (new.created_at >> 32)::integer, (new.updated_at >> 32)::integer, 1);
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION tally_removed_tickets()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin
      insert into ticket_tallies (account_id, trash, spam, state, inbox_id, user_id, type, label_ids, created_period, updated_period, count) select account_id, trash, spam, state, inbox_id, user_id, type, label_ids, (created_at >> 32)::integer, (updated_at >> 32)::integer, -count(*) from removed group by account_id, trash, spam, state, inbox_id, user_id, type, label_ids, (created_at >> 32)::integer, (updated_at >> 32)::integer;
      return null;
    end $function$;
