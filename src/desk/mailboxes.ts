import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import { deleteMailbox, findMailbox, insertMailbox, listMailboxes } from "../storage/mailboxes.ts";
import type { MailboxRow, MailboxSecurity } from "../storage/schema.ts";

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
}

const HOST = /^[a-zA-Z0-9]([a-zA-Z0-9.:-]{0,252}[a-zA-Z0-9])?$|^[0-9a-fA-F:]{2,45}$/;
const FOLDER_LIMIT = 255;

/** A mailbox as it would be: checked, and not kept yet. */
export async function prepareMailbox(
  tx: Tx,
  accountId: string,
  input: MailboxInput,
  faults: Faults,
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
  if (!/^(leave|seen|move:.{1,255})$/.test(afterImport)) faults.add("after must be leave, seen, or move: and a folder");
  if (afterImport === `move:${folder}`) faults.add("after must name another folder than the one that is fetched");
  const same = (await listMailboxes(tx, accountId)).find(
    (each) => each.host === host && each.port === port && each.username === username && each.folder === folder,
  );
  if (same !== undefined) faults.add(`mailbox is already fetched, as ${same.id}`);
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

/** Fetches it no more. What was taken from it stays, and so does what is in it. */
export async function removeMailbox(tx: Tx, accountId: string, id: string): Promise<MailboxRow> {
  const mailbox = await findMailbox(tx, accountId, id);
  if (mailbox === undefined) throw new NotFound();
  await deleteMailbox(tx, accountId, id);
  return mailbox;
}
