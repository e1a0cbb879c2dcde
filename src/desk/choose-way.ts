import { isEmailAddress } from "../domain/contact-values.ts";
import { fillTemplate } from "../domain/templates.ts";
import type { DkimSigner } from "../mail/dkim.ts";
import type { SmtpServer } from "../mail/smtp-connection.ts";
import { makeThreadKey, plusAddress } from "../mail/thread-key.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import type { InboxRow, MessageRow } from "../storage/schema.ts";
import { findUser } from "../storage/users.ts";
import { type MailServers, chooseMailServer } from "./choose-mail-server.ts";
import { DkimKeyLost, signerOf } from "./inbox-dkim.ts";
import { signatureOf, valuesOf } from "./signatures.ts";

/** How an inbox's mail goes out. */
export interface Way {
  server: SmtpServer;
  /** Whom it comes from. */
  address: string;
  signer: DkimSigner | null;
}

/** How an inbox's mail goes out; a text says why it cannot now. */
export async function chooseWay(tx: Tx, means: MailServers, inbox: InboxRow): Promise<Way | string> {
  if (inbox.address === null) return `the inbox ${inbox.name} has no address to send from`;
  const server = await chooseMailServer(tx, means, inbox);
  if (typeof server === "string") return server;
  try {
    return { server, address: inbox.address, signer: signerOf(means.vault, inbox) };
  } catch (error) {
    if (error instanceof DkimKeyLost) return error.message;
    throw error;
  }
}

/** Fixed by the first attempt: what is under a mail must not change while it is on its way. */
export async function chooseSignature(tx: Tx, message: MessageRow, inbox: InboxRow): Promise<string> {
  const { account_id, user_id, auto_kind } = message;
  if (auto_kind !== null || user_id === null) return "";
  const account = await findAccount(tx, account_id);
  const user = await findUser(tx, account_id, user_id);
  return signatureOf({ account, inbox, user }, message.htmlized === 1 ? "html" : "text");
}

/**
 * What who writes is called in the mail: by the inbox's template, else "Ada Byron via Support". For what nobody wrote, and for who
 * has no name yet, it is the inbox: the address by which somebody signs in is not for customers.
 */
export async function chooseFromName(tx: Tx, message: MessageRow, inbox: InboxRow): Promise<string> {
  const { account_id, user_id, from_name } = message;
  if (user_id === null) return inbox.name;
  const isNameless = isEmailAddress(from_name ?? "");
  const usual = isNameless ? inbox.name : `${from_name} via ${inbox.name}`;
  if (inbox.from_name === null || (isNameless && /\{\{\s*user\.\w*name\b/.test(inbox.from_name))) return usual;
  const account = await findAccount(tx, account_id);
  const user = await findUser(tx, account_id, user_id);
  const values = { ...valuesOf({ account, inbox, user }), "user.name": from_name };
  const name = fillTemplate(inbox.from_name, values, "text").replace(/\s+/g, " ").trim();
  return name === "" ? usual : name;
}

/** The inbox's address with the ticket's key, where the inbox takes mail for such; null for the address as it is. */
export async function chooseAnswerAddress(tx: Tx, inbox: InboxRow, ticketId: string): Promise<string | null> {
  if (inbox.plus_addressing === 0 || inbox.address === null) return null;
  const account = await findAccount(tx, inbox.account_id);
  const secret = Buffer.from(account?.thread_secret ?? "", "hex");
  const address = plusAddress(inbox.address, makeThreadKey(secret, inbox.account_id, ticketId, null));
  return address === inbox.address ? null : address;
}
