import { SYSTEM } from "../domain/events.ts";
import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { newId } from "../domain/ids.ts";
import { htmlToText } from "../domain/text.ts";
import { now } from "../domain/time.ts";
import type { MailAddress, ParsedMessage } from "../mail/parsed-message.ts";
import { senderOf } from "../mail/sender.ts";
import { insertAttachment } from "../storage/attachments.ts";
import { type BlobStore, hashBytes, recordBlob } from "../storage/blobs.ts";
import { findContactByKey } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { findLastMessage, findMessageByMailId } from "../storage/messages.ts";
import type { MessageRow, ReceivedMessageRow, TicketRow } from "../storage/schema.ts";
import { lockTicket } from "../storage/tickets.ts";
import { type PreparedMessage, writeMessage } from "./add-message.ts";
import { writeCustomer } from "./create-customer.ts";
import { openTicket } from "./create-ticket.ts";
import type { ReceivedResult } from "./receive-message.ts";
import { ticketAnswered } from "./reply-to-ticket.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

/** A message that was read. */
export interface ReadMail {
  parsed: ParsedMessage;
  fingerprint: string;
}

const NAME_LIMIT = 255;
const SUBJECT_LIMIT = 2000;
const ADDRESSES_LIMIT = 4000;

/** Longer Message-IDs are cut: an index entry has a limit, and RFC 5322 2.1.1 one of 998 for the whole line. */
const MAIL_ID_LIMIT = 500;

/** A Message-ID in the form in which it is kept and looked up. */
export function mailKey(mailId: string | null): string | null {
  return mailId === null ? null : mailId.slice(0, MAIL_ID_LIMIT);
}

/** Files a message: as a reply onto the ticket it answers (RFC 5322 3.6.4), else as a ticket of its own. */
export async function threadMail(
  tx: Tx,
  blobs: BlobStore,
  received: ReceivedMessageRow,
  { parsed }: ReadMail,
): Promise<ReceivedResult> {
  const { account_id } = received;
  const answered = await findAnswered(tx, account_id, parsed);
  const prepared = prepare(parsed);
  if (answered === null) {
    const ticket = await startTicket(tx, received, parsed, prepared);
    const message = await writeMessage(tx, ticket, SYSTEM, prepared, sentAt(parsed, received));
    await attach(tx, blobs, message, parsed);
    const reason = "it answers no message that is known here";
    return { outcome: "ticket", reason, ticketId: ticket.id, messageId: message.id };
  }
  const { ticket, mailId } = answered;
  const at = sentAt(parsed, received);
  const last = await findLastMessage(tx, account_id, ticket.id);
  // Live mail keeps the order of arrival within its ticket: a slow route or a wrong clock must not hide it among the old.
  const shown = received.source === "import" ? at : Math.max(at, last?.created_at ?? 0);
  const message = await writeMessage(tx, ticket, SYSTEM, prepared, shown);
  await attach(tx, blobs, message, parsed);
  await ticketAnswered(tx, ticket, SYSTEM, message, received.source === "import" ? at : now());
  return {
    outcome: "reply",
    reason: `it answers the message <${mailId}>`,
    ticketId: ticket.id,
    messageId: message.id,
  };
}

/** The ticket of the message that this one answers: In-Reply-To first, then References from the last to the first. */
async function findAnswered(
  tx: Tx,
  accountId: string,
  { inReplyTo, references }: ParsedMessage,
): Promise<{ ticket: TicketRow; mailId: string } | null> {
  const mailIds = [...new Set([...inReplyTo, ...references.toReversed()].map((id) => mailKey(id) ?? ""))];
  const message = await findMessageByMailId(tx, accountId, mailIds);
  if (message === undefined) return null;
  const ticket = await lockTicket(tx, accountId, message.ticket_id);
  return ticket === undefined ? null : { ticket, mailId: message.mail_id ?? "" };
}

/** When it was sent, as far as that can be believed: never in the future, and when it came if the date is unreadable. */
function sentAt({ date }: ParsedMessage, received: ReceivedMessageRow): number {
  const sent = date?.getTime() ?? received.created_at;
  return sent > 0 ? Math.min(sent, received.created_at) : received.created_at;
}

function prepare(parsed: ParsedMessage): PreparedMessage {
  const sender = senderOf(parsed);
  const html = parsed.html !== null && (parsed.text === null || htmlToText(parsed.html) !== "");
  return {
    row: {
      type: "reply",
      direction: "in",
      from_name: sender.name.slice(0, NAME_LIMIT),
      from: sender.address === null ? sender.name : formatAddress({ name: sender.name, address: sender.address }),
      to: formatAddresses(parsed.to),
      cc: formatAddresses(parsed.cc),
      body: (html ? parsed.html : parsed.text) ?? "",
      htmlized: html ? 1 : 0,
      user_id: null,
      more_body: null,
      mail_id: mailKey(parsed.messageId),
    },
    attachmentIds: [],
    received: true,
  };
}

async function startTicket(
  tx: Tx,
  received: ReceivedMessageRow,
  parsed: ParsedMessage,
  { row }: PreparedMessage,
): Promise<TicketRow> {
  const replyTo = parsed.replyTo.find(({ address }) => isEmailAddress(address));
  return await openTicket(tx, SYSTEM, {
    account_id: received.account_id,
    customer_id: await findSender(tx, received.account_id, parsed),
    user_id: null,
    inbox_id: received.inbox_id,
    subject: parsed.subject?.slice(0, SUBJECT_LIMIT) ?? null,
    reply_to: replyTo?.address ?? null,
    reply_cc: null,
    ...NO_SUMMARY,
    ...summaryWith(NO_SUMMARY, row),
    created_at: received.source === "import" ? sentAt(parsed, received) : now(),
  });
}

/** The customer who holds the sender's address, else a new one; a sender without a readable address is always new. */
async function findSender(tx: Tx, accountId: string, parsed: ParsedMessage): Promise<string> {
  const { name, address } = senderOf(parsed);
  const known = address !== null && isEmailAddress(address) ? address : null;
  const key = known === null ? "" : contactKey("email", known);
  const holder = known === null ? undefined : await findContactByKey(tx, accountId, "email", key);
  if (holder !== undefined) return holder.customer_id;
  const contacts = known === null ? [] : [{ type: "email" as const, value: known, key, field: "from" }];
  const customer = await writeCustomer(tx, accountId, name === known ? {} : splitName(name), contacts);
  return customer.id;
}

/** "Ruby Miller" and "Miller, Ruby" as first and last name; a single word is a first name. */
function splitName(name: string): { first_name: string; last_name: string | null } {
  const [family, given] = name.split(",").map((part) => part.trim());
  const words = given === undefined || given === "" ? name.trim().split(/\s+/) : [given, family ?? ""];
  const last = words.length > 1 ? (words.at(-1) ?? null) : null;
  const first = last === null ? words.join(" ") : words.slice(0, -1).join(" ");
  return { first_name: first.slice(0, NAME_LIMIT), last_name: last?.slice(0, NAME_LIMIT) ?? null };
}

async function attach(tx: Tx, blobs: BlobStore, message: MessageRow, parsed: ParsedMessage): Promise<void> {
  for (const [position, attachment] of parsed.attachments.entries()) {
    const { name, type, size, content, contentId, inline } = attachment;
    const hash = hashBytes(content);
    await recordBlob(tx, blobs, { accountId: message.account_id, hash, bytes: content, at: now() });
    await insertAttachment(tx, {
      account_id: message.account_id,
      id: newId(),
      message_id: message.id,
      position,
      name: name.slice(0, NAME_LIMIT),
      type,
      size,
      hash,
      content_id: contentId,
      inline: inline ? 1 : 0,
      created_at: message.created_at,
    });
  }
}

function formatAddress({ name, address }: MailAddress): string {
  if (name === "" || name === address) return address;
  return /[",;<>()@\\]/.test(name) ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>` : `${name} <${address}>`;
}

function formatAddresses(addresses: readonly MailAddress[]): string | null {
  return addresses.length === 0 ? null : addresses.map(formatAddress).join(", ").slice(0, ADDRESSES_LIMIT);
}
