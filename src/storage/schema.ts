// Longer than most: every table of the one schema, side by side, because they refer to each other.
import type { Generated } from "kysely";
import type {
  ContactType,
  DeliveryState,
  Direction,
  DraftKind,
  MessageType,
  Notifications,
  TicketState,
  TicketType,
  UserRole,
} from "../domain/states.ts";
import type { EventResource } from "../domain/events.ts";
import type { Outcome } from "../domain/outcomes.ts";
import type { PresenceState } from "../domain/presence.ts";

/**
 * The tables, as both engines see them. Times are epoch milliseconds, truth values 0 or 1, ids 24 hex characters.
 * Every table of an account's own has `account_id` as the first column of its key.
 */
export interface Schema {
  accounts: AccountRow;
  counters: CounterRow;
  users: UserRow;
  api_tokens: ApiTokenRow;
  inboxes: InboxRow;
  labels: LabelRow;
  customers: CustomerRow;
  contacts: ContactRow;
  tickets: TicketRow;
  ticket_labels: TicketLabelRow;
  ticket_tallies: TicketTallyRow;
  transports: TransportRow;
  messages: MessageRow;
  blobs: BlobRow;
  attachments: AttachmentRow;
  received_messages: ReceivedMessageRow;
  mailboxes: MailboxRow;
  spam_totals: SpamTotalsRow;
  spam_tokens: SpamTokenRow;
  spam_trainings: SpamTrainingRow;
  events: EventRow;
  presences: PresenceRow;
  jobs: JobRow;
  idempotency_keys: IdempotencyKeyRow;
  credit_windows: CreditWindowRow;
  write_positions: WritePositionRow;
  sessions: SessionRow;
  recovery_codes: RecoveryCodeRow;
  passkeys: PasskeyRow;
  one_time_keys: OneTimeKeyRow;
  audit_entries: AuditEntryRow;
  seen_tickets: SeenTicketRow;
  mentions: MentionRow;
  drafts: DraftRow;
  draft_attachments: DraftAttachmentRow;
  saved_replies: SavedReplyRow;
  saved_searches: SavedSearchRow;
  undos: UndoRow;
  properties: PropertyRow;
  migrations: MigrationRow;
}

export type Flag = 0 | 1;

export interface AccountRow {
  id: string;
  /** The help desk's identifier in URLs and on the command line. */
  site: string;
  name: string;
  /** 0 means unlimited. */
  credits_per_minute: number;
  /** 0 means unlimited. */
  requests_per_second: number;
  /** How long a reply waits before it goes out, and may be taken back. */
  undo_seconds: number;
  version: number;
  /** Signs the keys by which answers find their ticket: 32 random bytes in hex. */
  thread_secret: string;
  created_at: number;
}

export interface CounterRow {
  account_id: string;
  last_ticket_number: number;
}

export interface UserRow {
  account_id: string;
  id: string;
  first_name: string | null;
  last_name: string | null;
  email: string;
  /** Lower case, trimmed: what sign-in and uniqueness compare. */
  email_key: string;
  role: UserRole;
  /** `scrypt$N$r$p$salt$hash`; null when the user cannot sign in by password. */
  password_hash: string | null;
  version: number;
  created_at: number;
  /** A template (`domain/templates.ts`) for the end of what they write. */
  signature: string | null;
  /** Of which tickets' new messages they are told by mail. */
  notifications: Notifications;
  /** Since when they may not sign in; they stay as the author of what they wrote. */
  disabled_at: number | null;
  /** A JSON array: the inboxes whose tickets they see; null for all. See `visibleInboxes`. */
  inbox_ids: string | null;
  /** JSON that only the web client reads: how it looks and behaves for them. */
  preferences: string | null;
  /** Sealed; in force once it was confirmed with a first code. */
  totp_secret: string | null;
  totp_confirmed_at: number | null;
  /** The time step of the last code that was taken: no code is taken twice (RFC 6238 5.2). */
  totp_last_step: number | null;
}

/** Of a user who was just added. */
export const NEW_USER = {
  signature: null,
  notifications: "none",
  disabled_at: null,
  inbox_ids: null,
  preferences: null,
  totp_secret: null,
  totp_confirmed_at: null,
  totp_last_step: null,
} as const satisfies Partial<UserRow>;

export interface SessionRow {
  account_id: string;
  id: string;
  user_id: string;
  /** Lower-case hex SHA-256 of the whole cookie. */
  token_hash: string;
  /** 1 while the second factor is still to come: nothing is open to it. */
  pending: Flag;
  /** Wrong second factors so far. */
  failures: number;
  address: string | null;
  user_agent: string | null;
  created_at: number;
  /** Written at most once an hour. */
  last_seen_at: number;
}

/** A code that stands in for a lost second factor, once. */
export interface RecoveryCodeRow {
  account_id: string;
  user_id: string;
  code_hash: string;
  created_at: number;
}

export interface PasskeyRow {
  account_id: string;
  id: string;
  user_id: string;
  /** Base64url, as is the key, which is in COSE form. */
  credential_id: string;
  public_key: string;
  sign_count: number;
  /** A JSON array. */
  transports: string;
  name: string;
  created_at: number;
  last_used_at: number | null;
}

export type OneTimeKeyKind = "setup" | "invitation" | "password-reset" | "challenge";

/** What opens one thing once: a link, or the challenge of a passkey that was answered. */
export interface OneTimeKeyRow {
  account_id: string;
  id: string;
  kind: OneTimeKeyKind;
  user_id: string | null;
  key_hash: string;
  created_at: number;
  /** Null: until it is used. */
  expires_at: number | null;
  used_at: number | null;
}

/** Who did what to the settings. */
export interface AuditEntryRow {
  account_id: string;
  id: string;
  user_id: string | null;
  token_id: string | null;
  /** Thing and verb: `inbox.updated`. */
  action: string;
  /** The id of what it was done to. */
  subject: string | null;
  /** JSON; never a secret. */
  details: string | null;
  /** The client's address; null for the command line. */
  address: string | null;
  created_at: number;
}

export interface ApiTokenRow {
  account_id: string;
  id: string;
  name: string;
  /** Lower-case hex SHA-256 of the whole token; the token itself is nowhere. */
  token_hash: string;
  created_at: number;
  last_used_at: number | null;
  revoked_at: number | null;
}

export interface InboxRow {
  account_id: string;
  id: string;
  name: string;
  address: string | null;
  address_key: string | null;
  /** Whether what goes out asks for answers to `address+KEY`: not every mail server knows such addresses. */
  plus_addressing: Flag;
  /** What who writes from it is called in the mail: a template; null for "Ada Byron via Support". */
  from_name: string | null;
  /** A template (`domain/templates.ts`) for the end of what agents write. */
  signature: string | null;
  /** Whether who writes first is told at once that it came, and in which words (a template). */
  acknowledges: Flag;
  acknowledgement: string | null;
  acknowledgement_htmlized: Flag;
  /** The domain, its selector and the sealed private key (PKCS #8, PEM) that sign what goes out (RFC 6376); all or none. */
  dkim_domain: string | null;
  dkim_selector: string | null;
  dkim_key: string | null;
  version: number;
  created_at: number;
}

/** Of an inbox that nobody has set anything of yet. */
export const NEW_INBOX = {
  plus_addressing: 0,
  from_name: null,
  signature: null,
  acknowledges: 0,
  acknowledgement: null,
  acknowledgement_htmlized: 0,
  dkim_domain: null,
  dkim_selector: null,
  dkim_key: null,
} as const satisfies Partial<InboxRow>;

export interface LabelRow {
  account_id: string;
  id: string;
  name: string;
  name_key: string;
  /** See `LABEL_COLOR`. */
  color: string;
  version: number;
  created_at: number;
}

export interface CustomerRow {
  account_id: string;
  id: string;
  first_name: string | null;
  last_name: string | null;
  summary: string | null;
  version: number;
  created_at: number;
  updated_at: number;
  /** The customer that this one became part of: it is in no list any more. */
  merged_into: string | null;
}

export interface ContactRow {
  account_id: string;
  id: string;
  customer_id: string;
  position: number;
  type: ContactType;
  /** As given. */
  value: string;
  /** As compared: see `contactKey`. */
  value_key: string;
}

export interface TicketRow {
  account_id: string;
  id: string;
  number: number;
  customer_id: string;
  user_id: string | null;
  inbox_id: string;
  /** A JSON array, in the order in which the labels were put on. `ticket_labels` is its index for filters. */
  label_ids: string;
  state: TicketState;
  snoozed_until: number | null;
  subject: string | null;
  type: TicketType;
  spam: Flag;
  trash: Flag;
  reply_to: string | null;
  reply_cc: string | null;
  summary: string | null;
  /** The message that `summary` was taken from: a first reply replaces a first note. */
  summary_type: MessageType | null;
  version: number;
  created_at: number;
  updated_at: number;
  /** When its newest inbound reply or note was written; 0 without any. Later than what a user has seen, it is unread. */
  news_at: number;
  /** The ticket that this one's messages went to; it is in the trash, and mail for it lands there. */
  merged_into: string | null;
  /** The ticket that its first messages were taken from. */
  split_from: string | null;
  /** The ticket that its first message answers, though its sender was never on that one. */
  linked_to: string | null;
}

/** Of a ticket that is neither part of another nor a part of one. */
export const UNRELATED = { merged_into: null, split_from: null, linked_to: null } as const satisfies Partial<TicketRow>;

export interface TicketLabelRow {
  account_id: string;
  label_id: string;
  ticket_id: string;
}

/**
 * Tickets that are alike, and how many: triggers write it, and nobody else (`ticket-tallies.ts`). On PostgreSQL a sum of all rows that are alike
 * says how many, and `young` are those that `fold-tallies.ts` has not summed up yet.
 */
export interface TicketTallyRow extends Pick<
  TicketRow,
  "account_id" | "trash" | "spam" | "state" | "inbox_id" | "user_id" | "type" | "label_ids"
> {
  /** `user_id`, and empty for the unassigned: what the key has on SQLite, which alone has it. */
  assignee: string;
  /** Which period of 2^32 milliseconds, from 1970 on. */
  created_period: number;
  updated_period: number;
  count: number;
  young: boolean;
}

export interface MessageRow {
  account_id: string;
  id: string;
  ticket_id: string;
  type: MessageType;
  direction: Direction | null;
  from_name: string;
  from: string | null;
  to: string | null;
  cc: string | null;
  body: string;
  htmlized: Flag;
  more_body: string | null;
  user_id: string | null;
  delivery_state: DeliveryState | null;
  /** The Message-ID of RFC 5322 without angle brackets: given by the sender, or ours. */
  mail_id: string | null;
  /** How often its delivery was begun: tells one attempt from another. */
  delivery_attempts: number;
  /** Why it is not delivered yet, or never will be, or not to everybody. */
  delivery_error: string | null;
  /** What the mail server said when it took the message. */
  delivery_response: string | null;
  /** A JSON array: the addresses that no mail server took it for; null while that is all of them, and when it is none. */
  undelivered: string | null;
  /** Set before the last bytes of the running attempt leave: from then on the mail server may have the message. */
  handed_over_at: number | null;
  sent_at: number | null;
  /** What an outbound reply's mail has of its own: see `MailOptions` in `desk/mail-options.ts`. */
  bcc: string | null;
  /** In place of the ticket's. */
  subject: string | null;
  /** When it goes out at the earliest, if later than usual. */
  send_at: number | null;
  /** Whether it passes the conversation on to somebody, and is no part of the customer's thread. */
  forward: Flag;
  /** What its first attempt put under the body, ready to send, so that each further one sends the same. */
  signature: string | null;
  /** Of a message that came by mail: why it is on this ticket, in plain words. */
  thread_reason: string | null;
  /** Of a message that a machine sent: see `mail/auto-reply.ts`. */
  auto_kind: string | null;
  /** JSON: what is known of who sent it (`mail/authentication.ts`); null when nothing judged it. */
  verdicts: string | null;
  /** How likely it is spam, 0 to 1; null when that was not asked. */
  spam_score: number | null;
  version: number;
  created_at: number;
}

/** Of a message that did not come by mail. */
export const NO_ROUTE = {
  thread_reason: null,
  auto_kind: null,
  verdicts: null,
  spam_score: null,
} as const satisfies Partial<MessageRow>;

/** Of a message whose mail is as usual. */
export const NO_MAIL_OPTIONS = {
  bcc: null,
  subject: null,
  send_at: null,
  forward: 0,
} as const satisfies Partial<MessageRow>;

/** Of a message that nobody has tried to deliver. */
export const NO_DELIVERY = {
  signature: null,
  delivery_attempts: 0,
  delivery_error: null,
  delivery_response: null,
  undelivered: null,
  handed_over_at: null,
  sent_at: null,
} as const satisfies Partial<MessageRow>;

export type TransportSecurity = "tls" | "starttls" | "none";
export type TransportAuth = "password" | "xoauth2" | "none";

/** A mail server that takes an inbox's mail, or the account's. */
export interface TransportRow {
  account_id: string;
  id: string;
  /** Null: for all inboxes without one of their own. */
  inbox_id: string | null;
  host: string;
  port: number;
  security: TransportSecurity;
  username: string | null;
  /** Sealed: see `secrets.ts`. */
  secret: string | null;
  auth: TransportAuth;
  /** Whether the operator lets it be a host of this network. */
  allow_private: Flag;
  version: number;
  created_at: number;
}

export interface BlobRow {
  account_id: string;
  /** Lower-case hex SHA-256 of the bytes. */
  hash: string;
  size: number;
  created_at: number;
  /** Of small mail and what came with it, the bytes themselves; null where they are in the store. See `row-blobs.ts`. */
  bytes: Generated<Uint8Array | null>;
}

export interface AttachmentRow {
  account_id: string;
  id: string;
  message_id: string | null;
  position: number;
  name: string;
  type: string;
  size: number;
  hash: string;
  content_id: string | null;
  inline: Flag;
  created_at: number;
}

export type { Outcome };

/** The ledger of mail: one row for each message received, written before anything is made of it. */
export interface ReceivedMessageRow {
  account_id: string;
  id: string;
  inbox_id: string;
  /** How it came: `pipe`, `import`, `imap`, `smtp`, `lmtp`, `http`. */
  source: string;
  /** Where an import found it, so that the import can be resumed; null for live mail. */
  source_position: string | null;
  /** The blob of the raw message. */
  hash: string;
  size: number;
  /** See `mail/fingerprint.ts`; null until the message is parsed. */
  fingerprint: string | null;
  mail_id: string | null;
  outcome: Outcome;
  /** Why it became what it became, in plain words. */
  reason: string | null;
  ticket_id: string | null;
  message_id: string | null;
  created_at: number;
  processed_at: number | null;
  /** The mailbox it was fetched from, which may be gone, and where it stood there; null for other sources. */
  mailbox_id: string | null;
  uid_validity: number | null;
  uid: number | null;
  /** How often it was taken up after it had been left behind, and when it may be again; null at any time. */
  attempts: number;
  next_try_at: number | null;
  /** JSON, of mail that came by SMTP: who brought it (`SmtpEnvelope`). */
  envelope: string | null;
}

export type MailboxSecurity = "tls" | "starttls" | "none";

/** A mailbox that is fetched by IMAP into an inbox. */
export interface MailboxRow {
  account_id: string;
  id: string;
  inbox_id: string;
  host: string;
  port: number;
  security: MailboxSecurity;
  username: string;
  auth: "password" | "xoauth2";
  /** Sealed JSON: see `MailboxSecret` in `channels/email/mailbox-connection.ts`. */
  secret: string;
  folder: string;
  /** What happens in the mailbox to a message that was taken: `leave`, `seen`, or `move:<folder>`. */
  after_import: string;
  /** Whether the host may be on the operator's own network. */
  allow_private: Flag;
  /** The name under which its mail server writes Authentication-Results that are believed; null for none. */
  authserv_id: string | null;
  /** The folder's UIDVALIDITY when it was last fetched, and the last UID that was taken; null and 0 before. */
  uid_validity: number | null;
  last_uid: number;
  /** The message whose fetching failed last, and how often in a row. */
  stuck_uid: number | null;
  stuck_count: number;
  /** The process that fetches it, until when; null when none does. */
  leased_by: string | null;
  leased_until: number | null;
  /** When it was last known that nothing was left to take. */
  last_fetched_at: number | null;
  last_error: string | null;
  /** Failures in a row. */
  error_count: number;
  next_try_at: number;
  version: number;
  created_at: number;
}

/** How many messages an account's filter was trained with. */
export interface SpamTotalsRow {
  account_id: string;
  spam: number;
  ham: number;
}

/** In how many of them a token was: see `mail/spam-tokens.ts`. */
export interface SpamTokenRow {
  account_id: string;
  token: string;
  spam: number;
  ham: number;
}

/** What one message has taught, so that it can be forgotten. */
export interface SpamTrainingRow {
  account_id: string;
  message_id: string;
  verdict: "spam" | "ham";
  /** A JSON array. */
  tokens: string;
}

export interface EventRow {
  account_id: string;
  id: string;
  /** Orders events of an account by commit: see `storage/events.ts`. */
  position: number;
  kind: string;
  /** The ticket that it concerns; empty when it concerns none. */
  ticket_id: string;
  message_id: string | null;
  token_id: string | null;
  user_id: string | null;
  /** JSON: what changed. */
  changes: string | null;
  created_at: number;
  /** What it happened to: the ticket, or something of its own. */
  resource: EventResource;
  /** The id of what it happened to, when that is no ticket. */
  resource_id: string | null;
  /** The user whom alone it concerns; null for everybody. Such events are kept for a day only. */
  audience_id: string | null;
}

/** Of an event that happened to a ticket. */
export const OF_TICKET = {
  resource: "ticket",
  resource_id: null,
  audience_id: null,
} as const satisfies Partial<EventRow>;

/** Who looks at a ticket, on PostgreSQL only: for all processes, not worth surviving a crash. */
export interface PresenceRow {
  account_id: string;
  ticket_id: string;
  user_id: string;
  /** Tells a user's browser tabs apart. */
  tab: string;
  state: PresenceState;
  expires_at: number;
}

export interface JobRow {
  account_id: string;
  id: string;
  kind: string;
  /** JSON, read by the task of that kind. */
  payload: string;
  run_at: number;
  attempts: number;
  /** Until when the worker that claimed it holds it; null when nobody does. */
  locked_until: number | null;
  last_error: string | null;
  /** Set when it was given up; it stays, to be seen and retried. */
  failed_at: number | null;
  created_at: number;
}

export interface IdempotencyKeyRow {
  account_id: string;
  token_id: string;
  /** Verb, path and key: what tells one request from another. */
  request: string;
  body_hash: string;
  status: number;
  location: string | null;
  version: number | null;
  /** JSON; null for an answer without a body. */
  body: string | null;
  created_at: number;
}

/** The fixed windows of C1, on PostgreSQL only: shared by all processes, not worth surviving a crash. */
export interface CreditWindowRow {
  account_id: string;
  minute_start: number;
  credits_used: number;
  second_start: number;
  requests_used: number;
  /** When the last request came, and whether it was admitted. */
  at: number;
  admitted: boolean;
}

/** On PostgreSQL with a replica: where the log stood when the account was last written to, in bytes. */
export interface WritePositionRow {
  account_id: string;
  lsn: number;
}

/** Up to when a user has seen a ticket; -1 when they marked it as unread. No row: never. */
export interface SeenTicketRow {
  account_id: string;
  user_id: string;
  ticket_id: string;
  seen_at: number;
}

/** A user who is named in a note. */
export interface MentionRow {
  account_id: string;
  user_id: string;
  ticket_id: string;
  message_id: string;
  created_at: number;
}

/** What a user is writing: one for each ticket, and any number for tickets that are not there yet. */
export interface DraftRow {
  account_id: string;
  id: string;
  user_id: string;
  /** Null for a new ticket. */
  ticket_id: string | null;
  kind: DraftKind;
  /** Of a new ticket, as are the customer and the subject; whether they are there is seen when it is sent. */
  inbox_id: string | null;
  customer_id: string | null;
  subject: string | null;
  to: string | null;
  cc: string | null;
  bcc: string | null;
  body: string;
  htmlized: Flag;
  /** A JSON array, in order. `draft_attachments` keeps them from being swept. */
  attachment_ids: string;
  version: number;
  created_at: number;
  updated_at: number;
}

export interface DraftAttachmentRow {
  account_id: string;
  draft_id: string;
  attachment_id: string;
}

/** A text to answer with, of one user or shared by all. */
export interface SavedReplyRow {
  account_id: string;
  id: string;
  /** Whoever made it. */
  user_id: string;
  name: string;
  body: string;
  htmlized: Flag;
  shared: Flag;
  /** How often it was put into an answer. */
  uses: number;
  last_used_at: number | null;
  version: number;
  created_at: number;
  updated_at: number;
}

/** A search with a name, of one user or shared by all. */
export interface SavedSearchRow {
  account_id: string;
  id: string;
  /** Whoever made it. */
  user_id: string;
  name: string;
  /** As `q` of a list of tickets. */
  query: string;
  shared: Flag;
  version: number;
  created_at: number;
}

/** What somebody did and may take back for a while: see `desk/undos.ts`. */
export interface UndoRow {
  account_id: string;
  id: string;
  /** The first undo of something that took several transactions; null for that one. */
  part_of: string | null;
  user_id: string | null;
  token_id: string | null;
  kind: string;
  /** JSON: what the kind needs to take it back. */
  payload: string;
  created_at: number;
  expires_at: number;
  /** When it was taken back. */
  done_at: number | null;
}

/** Facts about the whole installation: a lease, an epoch. */
export interface PropertyRow {
  name: string;
  value: string;
}

export interface MigrationRow {
  name: string;
  applied_at: number;
}

/** The tables whose rows belong to an account: every query of them names it. */
export const ACCOUNT_TABLES = [
  "counters",
  "users",
  "api_tokens",
  "inboxes",
  "labels",
  "customers",
  "contacts",
  "tickets",
  "ticket_labels",
  "transports",
  "messages",
  "blobs",
  "attachments",
  "received_messages",
  "mailboxes",
  "spam_totals",
  "spam_tokens",
  "spam_trainings",
  "events",
  "jobs",
  "idempotency_keys",
  "credit_windows",
  "write_positions",
  "presences",
  "sessions",
  "recovery_codes",
  "passkeys",
  "one_time_keys",
  "audit_entries",
  "seen_tickets",
  "mentions",
  "drafts",
  "draft_attachments",
  "saved_replies",
  "saved_searches",
  "undos",
] as const satisfies readonly (keyof Schema)[];
