import { contactKey } from "../domain/contact-values.ts";
import type { Verdicts } from "../mail/authentication.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { keysIn, readThreadKey } from "../mail/thread-key.ts";
import { findAccount } from "../storage/accounts.ts";
import { listContacts } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { findTicketOfMessage } from "../storage/deliveries.ts";
import { findInboxByAddress } from "../storage/inboxes.ts";
import { findMessageByMailId, listMessagesOf } from "../storage/messages.ts";
import type { TicketRow } from "../storage/schema.ts";
import { findTicket, findTicketByNumber, lockCurrentTicket } from "../storage/tickets.ts";
import { findUserByEmail } from "../storage/users.ts";
import { mailKey } from "./mail-key.ts";

/** Who wrote a message, and what is known of that. */
export interface Claimed {
  address: string | null;
  /** Null when nothing judged the message. */
  verdicts: Verdicts | null;
}

export interface Conversation {
  ticket: TicketRow;
  /** How it was found, as the end of "it …". */
  reason: string;
  /** Whether the sender was on the thread before. Someone who was not gets a ticket of their own. */
  participant: boolean;
}

/**
 * The conversation that a message belongs to: by the signed key that our own mail carries, then by In-Reply-To and
 * References (RFC 5322 3.6.4), then by a ticket's number in the subject, which anybody can write and which counts for
 * participants only. Locks the ticket.
 */
export async function findConversation(
  tx: Tx,
  accountId: string,
  parsed: ParsedMessage,
  sender: Claimed,
): Promise<Conversation | null> {
  const found =
    (await byKey(tx, accountId, parsed)) ??
    (await byMailId(tx, accountId, parsed)) ??
    (await byNumber(tx, accountId, parsed));
  if (found === null) return null;
  const participant = await isParticipant(tx, found.ticket, sender);
  const reason = found.reasonOn(participant ? "this ticket" : "a ticket");
  return participant || !found.guess ? { ticket: found.ticket, reason, participant } : null;
}

interface Candidate {
  ticket: TicketRow;
  /** How it was found, in the words of the ticket that it is filed on. */
  reasonOn: (ticket: "this ticket" | "a ticket") => string;
  /** Found by what anybody can write. */
  guess: boolean;
}

async function byKey(tx: Tx, accountId: string, parsed: ParsedMessage): Promise<Candidate | null> {
  const keys = keysIn(parsed);
  if (keys.length === 0) return null;
  const account = await findAccount(tx, accountId);
  const secret = Buffer.from(account?.thread_secret ?? "", "hex");
  for (const key of keys) {
    const read = readThreadKey([secret], key);
    if (read === null || (read.accountId !== undefined && read.accountId !== accountId)) continue;
    if ((await findTicket(tx, accountId, read.ticketId)) === undefined) continue;
    // A message may be on another ticket than when it was sent: it was split off.
    const moved = read.messageId === undefined ? undefined : await findTicketOfMessage(tx, accountId, read.messageId);
    const ticket = await lockCurrentTicket(tx, accountId, moved ?? read.ticketId);
    if (ticket !== undefined) return { ticket, reasonOn: (named) => `carries the key of ${named}`, guess: false };
  }
  return null;
}

async function byMailId(
  tx: Tx,
  accountId: string,
  { inReplyTo, references }: ParsedMessage,
): Promise<Candidate | null> {
  const mailIds = [...new Set([...inReplyTo, ...references.toReversed()].flatMap((id) => mailKey(id) ?? []))];
  const message = await findMessageByMailId(tx, accountId, mailIds);
  const ticket = message === undefined ? undefined : await lockCurrentTicket(tx, accountId, message.ticket_id);
  if (ticket === undefined) return null;
  return { ticket, reasonOn: () => `answers the message <${message?.mail_id}>`, guess: false };
}

async function byNumber(tx: Tx, accountId: string, { subject }: ParsedMessage): Promise<Candidate | null> {
  const number = /(?:^|[\s[(])#(\d{1,9})(?=$|[\s\]):,.])/.exec((subject ?? "").slice(0, 500))?.[1];
  if (number === undefined) return null;
  const found = await findTicketByNumber(tx, accountId, Number(number));
  const ticket = found === undefined ? undefined : await lockCurrentTicket(tx, accountId, found.id);
  return ticket === undefined
    ? null
    : { ticket, reasonOn: () => `names ticket #${number} in its subject`, guess: true };
}

/**
 * Whether an address is the customer's, one of ours, or of someone who wrote or was written to on the ticket. One of ours
 * only as long as nothing speaks against it: a message that was judged has to be proven to come from there.
 */
async function isParticipant(tx: Tx, ticket: TicketRow, { address, verdicts }: Claimed): Promise<boolean> {
  if (address === null) return false;
  const { account_id } = ticket;
  const key = contactKey("email", address);
  const contacts = await listContacts(tx, account_id, [ticket.customer_id]);
  if (contacts.some(({ type, value_key }) => type === "email" && value_key === key)) return true;
  const isOurs =
    (await findInboxByAddress(tx, account_id, key)) !== undefined ||
    (await findUserByEmail(tx, account_id, key)) !== undefined;
  if (isOurs) return verdicts === null || verdicts.dmarc === "pass";
  if (ticket.reply_to !== null && holds(ticket.reply_to, key)) return true;
  const messages = await listMessagesOf(tx, account_id, [ticket.id]);
  return messages.some(({ from, to, cc, bcc }) =>
    [from, to, cc, bcc].some((text) => text !== null && holds(text, key)),
  );
}

/** Whether a header's text names an address: the whole address, not the end of a longer one. */
function holds(text: string, key: string): boolean {
  return text
    .toLowerCase()
    .split(/[\s,;<>"()]+/)
    .includes(key);
}
