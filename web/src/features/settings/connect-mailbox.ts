import { type InboxSettings, changeInbox } from "../../api/queries/inbox-settings.ts";
import { type Trial, addMailbox, addTransport, tryMailbox, tryTransport } from "../../api/queries/mail-settings.ts";
import { type ServerValues, serverInput } from "./server-fields.tsx";

/** A mailbox as people know it: one address and password for both directions. */
export interface ConnectValues {
  address: string;
  provider: string;
  user: string;
  password: string;
  auth: "password" | "oauth" | "none";
  imap_host: string;
  imap_port: string;
  imap_security: ServerValues["security"];
  smtp_host: string;
  smtp_port: string;
  smtp_security: ServerValues["security"];
  token_url: string;
  client_id: string;
  client_secret: string;
  refresh_token: string;
  from_now: boolean;
  authserv_id: string;
}

function inputs(values: ConnectValues) {
  const { imap_host, imap_port, imap_security, smtp_host, smtp_port, smtp_security, ...rest } = values;
  const user = values.user.trim() === "" ? values.address.trim() : values.user;
  const imap = serverInput({ ...rest, user, host: imap_host, port: imap_port, security: imap_security });
  const smtp = serverInput({ ...rest, user, host: smtp_host, port: smtp_port, security: smtp_security });
  return { imap: { ...imap, user }, smtp };
}

/** Tries both directions at once: nothing is taken and nothing kept. `sendTo` gets a test message. */
export async function tryBoth(
  values: ConnectValues,
  inbox: InboxSettings,
  sendTo: string,
): Promise<{ receiving: Trial; sending: Trial }> {
  const { imap, smtp } = inputs(values);
  const from = values.address.trim();
  const [receiving, sending] = await Promise.all([
    tryMailbox(imap),
    tryTransport({ ...smtp, inbox_id: inbox.id, from, send_to: sendTo }),
  ]);
  return { receiving, sending };
}

/** What of a mailbox is kept already: a try that failed half-way goes on from there. */
export interface Kept {
  address?: true;
  mailbox?: true;
  transport?: true;
}

export async function keepBoth(values: ConnectValues, inbox: InboxSettings, kept: Kept): Promise<void> {
  const { imap, smtp } = inputs(values);
  if (kept.address === undefined) await changeInbox(inbox.id, { address: values.address.trim() });
  kept.address = true;
  if (kept.mailbox === undefined) {
    const authserv_id = values.authserv_id === "" ? null : values.authserv_id;
    await addMailbox({ ...imap, inbox_id: inbox.id, from_now: values.from_now, authserv_id });
  }
  kept.mailbox = true;
  if (kept.transport === undefined) await addTransport({ ...smtp, inbox_id: inbox.id });
  kept.transport = true;
}
