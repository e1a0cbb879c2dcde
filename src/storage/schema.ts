// Longer than most: every table of the one schema, side by side, because they refer to each other.
import type {
  ContactType,
  DeliveryState,
  Direction,
  MessageType,
  TicketState,
  TicketType,
  UserRole,
} from "../domain/states.ts";

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
  transports: TransportRow;
  messages: MessageRow;
  blobs: BlobRow;
  attachments: AttachmentRow;
  received_messages: ReceivedMessageRow;
  mailboxes: MailboxRow;
  events: EventRow;
  jobs: JobRow;
  idempotency_keys: IdempotencyKeyRow;
  credit_windows: CreditWindowRow;
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
  version: number;
  created_at: number;
}

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
}

export interface TicketLabelRow {
  account_id: string;
  label_id: string;
  ticket_id: string;
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
  /** Of a message that came by mail: why it is on this ticket, in plain words. */
  thread_reason: string | null;
  /** Of a message that a machine sent: see `mail/auto-reply.ts`. */
  auto_kind: string | null;
  version: number;
  created_at: number;
}

/** Of a message that did not come by mail. */
export const NO_ROUTE = { thread_reason: null, auto_kind: null } as const satisfies Partial<MessageRow>;

/** Of a message that nobody has tried to deliver. */
export const NO_DELIVERY = {
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

export type Outcome = "pending" | "ticket" | "reply" | "bounce" | "auto-reply" | "duplicate" | "quarantine";

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
  /** How often the sweep has tried to process it. */
  attempts: number;
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

export interface EventRow {
  account_id: string;
  id: string;
  /** Orders events of an account by commit: see `storage/events.ts`. */
  position: number;
  kind: string;
  ticket_id: string;
  message_id: string | null;
  token_id: string | null;
  user_id: string | null;
  /** JSON: what changed. */
  changes: string | null;
  created_at: number;
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
  "events",
  "jobs",
  "idempotency_keys",
  "credit_windows",
] as const satisfies readonly (keyof Schema)[];
