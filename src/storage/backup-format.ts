import type { Engine } from "./database.ts";
import type { Schema } from "./schema.ts";

/**
 * A backup is a gzipped tar of
 *
 *     manifest.json                         what it is, first
 *     tables/<table>/<number>.ndjson        rows, one a line, in chunks; a table's chunks in order and together
 *     attachments/<account>/<hash>          the bytes, each under its SHA-256
 *     checksums.json                        what must have been there, last: without it the archive is cut off
 *
 * Rows are those of `schema.ts`, which both engines share: neither leaves anything of its own in it.
 */
export const BACKUP_FORMAT = 1;

export const MANIFEST = "manifest.json";
export const CHECKSUMS = "checksums.json";
export const TABLE_ENTRY = /^tables\/([a-z_]+)\/(\d{6,})\.ndjson$/;
export const ATTACHMENT_ENTRY = /^attachments\/([0-9a-f]{24})\/([0-9a-f]{64})$/;

export interface Manifest {
  format: number;
  /** The version of Cantrip that wrote it. */
  cantrip: string;
  engine: Engine;
  /** ISO 8601. */
  created_at: string;
  /** The schema of the rows: the migrations it is made of, in order. */
  migrations: string[];
}

export interface Checksums {
  /** Lower-case hex SHA-256 of a table's chunks, one after the other. */
  tables: Record<string, { rows: number; sha256: string }>;
  attachments: { files: number; bytes: number };
  /** Attachments whose bytes were gone or damaged before the backup: `<account>/<hash>`. */
  missing: string[];
}

/** An archive that cannot be restored; the message says why. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
  /** What the command line shows without a stack. */
  readonly code = "BACKUP_REFUSED";
}

/**
 * The tables in the order in which they can be loaded, each with what its rows are ordered by; null stays behind:
 * answers kept for a retry within a day, the minute's rate limits, and what a restore makes anew.
 */
const ORDERS: Record<keyof Schema, readonly string[] | null> = {
  accounts: ["id"],
  counters: ["account_id"],
  users: ["account_id", "id"],
  api_tokens: ["account_id", "id"],
  inboxes: ["account_id", "id"],
  labels: ["account_id", "id"],
  customers: ["account_id", "id"],
  contacts: ["account_id", "id"],
  tickets: ["account_id", "id"],
  ticket_labels: ["account_id", "label_id", "ticket_id"],
  transports: ["account_id", "id"],
  messages: ["account_id", "id"],
  blobs: ["account_id", "hash"],
  attachments: ["account_id", "id"],
  received_messages: ["account_id", "id"],
  mailboxes: ["account_id", "id"],
  spam_totals: ["account_id"],
  spam_tokens: ["account_id", "token"],
  spam_trainings: ["account_id", "message_id"],
  // As readers see them, so that a restore can number them anew while it loads.
  events: ["account_id", "position", "id"],
  jobs: ["account_id", "id"],
  recovery_codes: ["account_id", "user_id", "code_hash"],
  passkeys: ["account_id", "id"],
  one_time_keys: ["account_id", "id"],
  audit_entries: ["account_id", "id"],
  seen_tickets: ["account_id", "user_id", "ticket_id"],
  mentions: ["account_id", "user_id", "ticket_id", "message_id"],
  drafts: ["account_id", "id"],
  draft_attachments: ["account_id", "draft_id", "attachment_id"],
  saved_replies: ["account_id", "id"],
  saved_searches: ["account_id", "id"],
  properties: ["name"],
  idempotency_keys: null,
  credit_windows: null,
  write_positions: null,
  // Kept by triggers while the tickets are loaded.
  ticket_tallies: null,
  presences: null,
  // They last ten minutes.
  undos: null,
  // Whoever gets hold of a backup must not be signed in by it, and after a restore everybody signs in again.
  sessions: null,
  migrations: null,
};

export const BACKUP_TABLES: readonly { name: keyof Schema; order: readonly string[] }[] = Object.entries(
  ORDERS,
).flatMap(([name, order]) => (order === null ? [] : [{ name: name as keyof Schema, order }]));
