import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import {
  deleteMailbox,
  findMailbox,
  insertMailbox,
  listMailboxes,
  lockMailbox,
  updateAuthserv,
  updateMailbox,
} from "../storage/mailboxes.ts";
import type { MailboxRow, MailboxSecurity } from "../storage/schema.ts";
import type { Precondition } from "./precondition.ts";

export interface MailboxInput {
  inboxId: string;
  host: string;
  /** 993 with TLS from the start, else 143, when absent. */
  port?: number;
  security: MailboxSecurity;
  username: string;
  auth: MailboxRow["auth"];
  /** Sealed: see `MailboxSecret`. */
  secret: string;
  folder?: string;
  afterImport?: string;
  allowPrivate?: boolean;
  /** See `MailboxRow.authserv_id`. */
  authservId?: string | null;
}

const HOST = /^[a-zA-Z0-9]([a-zA-Z0-9.:-]{0,252}[a-zA-Z0-9])?$|^[0-9a-fA-F:]{2,45}$/;
const FOLDER_LIMIT = 255;
const AFTER = /^(leave|seen|move:.{1,255})$/;

/** RFC 8601 2.5: a host name, as a rule. */
const AUTHSERV = /^[a-zA-Z0-9._-]{1,255}$/;
const AUTHSERV_RULE = "must be a host name, such as mx.example.com";

function isAuthservId(text: string | null | undefined): boolean {
  return text == null || AUTHSERV.test(text);
}

/** A mailbox as it would be: checked, and not kept yet. One that is fetched already is a fault, but for a mere try. */
export async function prepareMailbox(
  tx: Tx,
  accountId: string,
  input: MailboxInput,
  faults: Faults,
  { mayBeKept = false } = {},
): Promise<MailboxRow> {
  const { host, security, username, folder = "INBOX", afterImport = "leave" } = input;
  const port = input.port ?? (security === "tls" ? 993 : 143);
  if ((await findInbox(tx, accountId, input.inboxId)) === undefined) {
    faults.add("inbox_id must be an inbox of the account");
  }
  if (!HOST.test(host)) faults.add("host must be a host name or an address, such as imap.example.com");
  if (!Number.isInteger(port) || port < 1 || port > 65_535) faults.add("port must be a number from 1 to 65535");
  if (username.trim() === "") faults.add("user must not be empty");
  if (folder === "" || folder.length > FOLDER_LIMIT) faults.add(`folder must have 1 to ${FOLDER_LIMIT} characters`);
  if (!AFTER.test(afterImport)) faults.add("after must be leave, seen, or move: and a folder");
  if (afterImport === `move:${folder}`) faults.add("after must name another folder than the one that is fetched");
  if (!isAuthservId(input.authservId)) faults.add(`authserv_id ${AUTHSERV_RULE}`);
  const same = (await listMailboxes(tx, accountId)).find(
    (each) => each.host === host && each.port === port && each.username === username && each.folder === folder,
  );
  if (same !== undefined && !mayBeKept) faults.add(`mailbox is already fetched, as ${same.id}`);
  faults.throwIfAny();
  return {
    account_id: accountId,
    id: newId(),
    inbox_id: input.inboxId,
    host,
    port,
    security,
    username,
    auth: input.auth,
    secret: input.secret,
    folder,
    after_import: afterImport,
    allow_private: input.allowPrivate === true ? 1 : 0,
    authserv_id: input.authservId ?? null,
    uid_validity: null,
    last_uid: 0,
    stuck_uid: null,
    stuck_count: 0,
    leased_by: null,
    leased_until: null,
    last_fetched_at: null,
    last_error: null,
    error_count: 0,
    next_try_at: now(),
    version: 1,
    created_at: now(),
  };
}

export async function addMailbox(tx: Tx, accountId: string, input: MailboxInput, faults: Faults): Promise<MailboxRow> {
  const mailbox = await prepareMailbox(tx, accountId, input, faults);
  await insertMailbox(tx, mailbox);
  return mailbox;
}

/** Says whose Authentication-Results are believed in the mail of a mailbox that comes from now on; null for nobody's. */
export async function trustAuthserv(
  tx: Tx,
  accountId: string,
  id: string,
  authservId: string | null,
  faults: Faults,
): Promise<MailboxRow> {
  const mailbox = await findMailbox(tx, accountId, id);
  if (mailbox === undefined) throw new NotFound();
  if (!isAuthservId(authservId)) faults.add(`authserv_id ${AUTHSERV_RULE}`);
  faults.throwIfAny();
  if (mailbox.authserv_id === authservId) return mailbox;
  await updateAuthserv(tx, mailbox, authservId);
  return { ...mailbox, authserv_id: authservId, version: mailbox.version + 1 };
}

/**
 * What may change of a mailbox. Host, user and folder say which one it is, and how far it was read: another one is added,
 * and this one removed.
 */
export interface MailboxUpdate {
  inboxId?: string;
  port?: number;
  security?: MailboxSecurity;
  auth?: MailboxRow["auth"];
  /** Sealed. */
  secret?: string;
  afterImport?: string;
  authservId?: string | null;
}

/** Changes a mailbox, and has it fetched anew at once: whoever fetches it now lets it go within seconds. */
export async function changeMailbox(
  tx: Tx,
  accountId: string,
  id: string,
  input: MailboxUpdate,
  faults: Faults,
  precondition: Precondition,
): Promise<MailboxRow> {
  const mailbox = await lockMailbox(tx, accountId, id);
  if (mailbox === undefined) throw new NotFound();
  precondition(mailbox.version);
  const columns = {
    inbox_id: input.inboxId ?? mailbox.inbox_id,
    port: input.port ?? mailbox.port,
    security: input.security ?? mailbox.security,
    auth: input.auth ?? mailbox.auth,
    secret: input.secret ?? mailbox.secret,
    after_import: input.afterImport ?? mailbox.after_import,
    authserv_id: input.authservId === undefined ? mailbox.authserv_id : input.authservId,
  };
  if ((await findInbox(tx, accountId, columns.inbox_id)) === undefined) {
    faults.add("inbox_id must be an inbox of the account");
  }
  if (!AFTER.test(columns.after_import)) faults.add("after must be leave, seen, or move: and a folder");
  if (columns.after_import === `move:${mailbox.folder}`) {
    faults.add("after must name another folder than the one that is fetched");
  }
  if (!isAuthservId(columns.authserv_id)) faults.add(`authserv_id ${AUTHSERV_RULE}`);
  faults.throwIfAny();
  const fresh = { leased_by: null, leased_until: null, last_error: null, error_count: 0, next_try_at: now() };
  await updateMailbox(tx, mailbox, { ...columns, ...fresh });
  return { ...mailbox, ...columns, ...fresh, version: mailbox.version + 1 };
}

/** Fetches it no more. What was taken from it stays, and so does what is in it. */
export async function removeMailbox(tx: Tx, accountId: string, id: string): Promise<MailboxRow> {
  const mailbox = await findMailbox(tx, accountId, id);
  if (mailbox === undefined) throw new NotFound();
  await deleteMailbox(tx, accountId, id);
  return mailbox;
}
