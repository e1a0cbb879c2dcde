import type { Static } from "typebox";
import type { Attachment as AttachmentSchema } from "../../../src/api/schemas/attachments.ts";
import type {
  Contact as ContactSchema,
  Customer as CustomerSchema,
  CustomerBody as CustomerBodySchema,
} from "../../../src/api/schemas/customers.ts";
import type { Inbox as InboxSchema } from "../../../src/api/schemas/inboxes.ts";
import type { Label as LabelSchema } from "../../../src/api/schemas/labels.ts";
import type { Message as MessageSchema, MessageBody as MessageBodySchema } from "../../../src/api/schemas/messages.ts";
import type { Ticket as TicketSchema, UpdateTicket as UpdateTicketSchema } from "../../../src/api/schemas/tickets.ts";
import type { User as UserSchema } from "../../../src/api/schemas/users.ts";

/** The API's resources as the client reads them: the documented fields, and the extras that it asks for by `fields`. */

export type Id = string;
/** UTC, `YYYY-MM-DDTHH:MM:SSZ`. */
export type Time = string;

export type Attachment = Static<typeof AttachmentSchema>;
export type Contact = Static<typeof ContactSchema>;
/** `version` and `created_at` only where `fields` names them. */
export type Customer = Static<typeof CustomerSchema> & { version?: number; created_at?: Time };
export type CustomerChanges = Static<typeof CustomerBodySchema>;
export type Inbox = Static<typeof InboxSchema> & { address?: string | null };
export type Label = Static<typeof LabelSchema>;
export type User = Static<typeof UserSchema>;
export type Message = Static<typeof MessageSchema> & MessageExtras;
export type TicketChanges = Static<typeof UpdateTicketSchema>;
export type TicketState = Ticket["state"];

export interface NewMessage extends Static<typeof MessageBodySchema> {
  cc?: string | null;
  bcc?: string | null;
  subject?: string | null;
  send_at?: Time | null;
  mention_ids?: Id[];
  /** My draft on this ticket became this message, and goes. */
  draft?: boolean;
}

/** Only where `fields` names them. */
export interface MessageExtras {
  cc?: string | null;
  bcc?: string | null;
  subject?: string | null;
  delivery_state?: "queued" | "sending" | "sent" | "failed" | null;
  delivery_error?: string | null;
  delivery_attempts?: number | null;
  send_at?: Time | null;
  /** Outside the ticket's thread: a copy for somebody else. */
  forward?: boolean;
  /** The mail server's words when it took the message. */
  delivery_response?: string | null;
  sent_at?: Time | null;
  thread_reason?: string | null;
  /** Attachments that the HTML shows inside itself. */
  inline_attachment_ids?: Id[];
  auto_kind?: "auto-reply" | "auto-generated" | "bulk" | null;
  verdicts?: { spf: string; dkim: string; dmarc: string; domain: string | null } | null;
  version?: number;
}

export type Ticket = Static<typeof TicketSchema> & TicketExtras;

/** Only where `fields` names them. */
export interface TicketExtras {
  last_message?: {
    id: Id;
    type: "reply" | "note";
    direction: "in" | "out" | null;
    from_name: string;
    text: string;
    created_at: Time;
  } | null;
  message_count?: number;
  attachment_count?: number;
  unread?: boolean;
  draft?: boolean;
  failed_delivery?: boolean;
  mentioned?: boolean;
  version?: number;
  merged_into?: Id | null;
  /** Up to when one has seen it; null: never. */
  seen_at?: Time | null;
}

/** A ticket in a list: who, when, what. */
export interface TicketRow extends Ticket {
  customer: Customer;
}

/** Of which tickets one is told by mail. */
export type Notifications = "none" | "assigned" | "all";

export type Role = "owner" | "admin" | "agent" | "read_only";

export interface Session {
  user: {
    id: Id;
    first_name: string | null;
    last_name: string | null;
    email: string;
    role: Role;
    inbox_ids: Id[] | null;
    signature: string | null;
    preferences: Preferences;
    notifications: Notifications;
    totp: boolean;
    passkeys: number;
    /** How many recovery codes are left. */
    recovery_codes: number;
    has_password: boolean;
  };
  account: { id: Id; site: string; name: string; undo_seconds: number };
  session: { id: Id };
  /** Where the stream of changes stood before anything else was read. */
  stream: { cursor: Id };
  server: { version: string; /** Bytes that a file may have. */ attachment_limit?: number };
}

/** What a person likes, kept with them on the server. */
export interface Preferences {
  /** What opens after a ticket is closed or snoozed. */
  after_close?: "next" | "list";
  [name: string]: unknown;
}

export interface FolderCounts {
  unassigned: number;
  mine: number;
  mentions: number;
  drafts: number;
  snoozed: number;
  closed: number;
  hold: number;
  spam: number;
  trash: number;
  all: number;
  inboxes: { id: Id; open: number }[];
  labels: { id: Id; open: number }[];
  searches: { id: Id; count: number }[];
}

export interface SavedReply {
  id: Id;
  name: string;
  body: string;
  htmlized: boolean;
  shared: boolean;
  /** Whose it is, and how often it was used. */
  user_id?: Id;
  uses?: number;
}

export interface SavedSearch {
  id: Id;
  name: string;
  query: string;
  shared: boolean;
}

/** Where in a ticket a search found its words; `marks` are places in `text`, from, up to and without. */
export interface SearchHit {
  ticket_id: Id;
  message_id: Id | null;
  field: "subject" | "body" | "from";
  text: string;
  marks: (readonly [number, number])[];
}

export interface TicketEvent {
  id: string;
  kind: string;
  user_id: Id | null;
  token_id: Id | null;
  message_id: Id | null;
  /** Before and after, field by field. */
  changes: Record<string, unknown[]> | null;
  created_at: Time;
}

/** What a bulk action or a merge answers: `undo_id` takes it back for ten minutes. */
export interface BulkResult {
  changed: number;
  /** Those that were so already, or cannot be so. */
  skipped: number;
  /** Null when nothing changed. */
  undo_id: Id | null;
}

export interface BulkChanges {
  state?: "open" | "hold" | "closed";
  user_id?: Id | null;
  inbox_id?: Id;
  add_label_ids?: Id[];
  remove_label_ids?: Id[];
  spam?: boolean;
  trash?: boolean;
  snoozed_until?: Time | null;
}
