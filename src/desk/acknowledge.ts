import { SYSTEM } from "../domain/events.ts";
import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { HOUR, now } from "../domain/time.ts";
import { fillTemplate } from "../domain/templates.ts";
import type { Verdicts } from "../mail/authentication.ts";
import { autoKindOf } from "../mail/auto-reply.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { senderOf } from "../mail/sender.ts";
import { findAccount } from "../storage/accounts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import { wasAcknowledged } from "../storage/messages.ts";
import {
  type InboxRow,
  type MessageRow,
  NO_ROUTE,
  type ReceivedMessageRow,
  type TicketRow,
} from "../storage/schema.ts";
import { writeMessage } from "./add-message.ts";
import { withoutInboxes } from "./copies.ts";
import { SIGNATURE_VARIABLES, signatureOf, valuesOf } from "./signatures.ts";

/** What an acknowledgement may name. `inbox.signature` is the signature, ready. */
export const ACKNOWLEDGEMENT_VARIABLES = [
  "customer.name",
  "customer.first_name",
  "ticket.number",
  "ticket.subject",
  "inbox.signature",
  ...SIGNATURE_VARIABLES.filter((name) => !name.startsWith("user.")),
] as const;

/** One address is answered once in this time, however often it writes: two machines must not find each other here. */
const ONCE_WITHIN = HOUR;

export interface NewMail {
  received: Pick<ReceivedMessageRow, "source">;
  parsed: ParsedMessage;
  verdicts: Verdicts | null;
  ticket: TicketRow;
}

/**
 * Tells who wrote that it came, where the inbox does so: once for a new ticket, by a reply of nobody that goes out at once.
 * Never to a machine or a list, to spam, to a sender who is shown to be forged (it would reach a stranger), to ourselves,
 * or twice to an address within the hour (RFC 3834). The ticket does not move. Null when there is none.
 */
export async function acknowledge(tx: Tx, mail: NewMail): Promise<MessageRow | null> {
  const { received, parsed, verdicts, ticket } = mail;
  const { address } = senderOf(parsed);
  if (received.source === "import" || ticket.spam === 1 || address === null || !isEmailAddress(address)) return null;
  if (verdicts?.dmarc === "fail" || !autoKindOf(parsed).mayAnswer) return null;
  const inbox = await findInbox(tx, ticket.account_id, ticket.inbox_id);
  if (inbox?.acknowledges !== 1 || inbox.acknowledgement === null || inbox.address === null) return null;
  if ((await withoutInboxes(tx, ticket.account_id, [{ name: "", address }])).length === 0) return null;
  const to = contactKey("email", address);
  // Of two mails at the same moment the second has waited for its ticket's number, and sees the first one's answer.
  if (await wasAcknowledged(tx, ticket.account_id, to, now() - ONCE_WITHIN)) return null;
  const row = {
    type: "reply" as const,
    direction: "out" as const,
    from_name: inbox.name,
    from: null,
    to,
    cc: null,
    body: await textOf(tx, inbox, ticket),
    htmlized: inbox.acknowledgement_htmlized,
    user_id: null,
    more_body: null,
    mail_id: null,
    ...NO_ROUTE,
    auto_kind: "auto-reply",
  };
  return await writeMessage(tx, ticket, SYSTEM, { row, attachmentIds: [], received: false }, now());
}

async function textOf(tx: Tx, inbox: InboxRow, ticket: TicketRow): Promise<string> {
  const into = inbox.acknowledgement_htmlized === 1 ? "html" : "text";
  const account = await findAccount(tx, ticket.account_id);
  const customer = await findCustomer(tx, ticket.account_id, ticket.customer_id);
  const signatory = { account, inbox, user: undefined };
  const values = {
    ...valuesOf(signatory),
    "customer.name": [customer?.first_name, customer?.last_name].filter((part) => part != null).join(" "),
    "customer.first_name": customer?.first_name,
    "ticket.number": String(ticket.number),
    "ticket.subject": ticket.subject,
  };
  const parts = (inbox.acknowledgement ?? "").split(/\{\{\s*inbox\.signature\s*\}\}/);
  return parts.map((part) => fillTemplate(part, values, into)).join(signatureOf(signatory, into));
}
