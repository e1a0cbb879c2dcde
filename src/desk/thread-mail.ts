import { SYSTEM } from "../domain/events.ts";
import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { newId } from "../domain/ids.ts";
import { htmlToText } from "../domain/text.ts";
import { now } from "../domain/time.ts";
import { type AutoKind, autoKindOf } from "../mail/auto-reply.ts";
import type { Verdicts } from "../mail/authentication.ts";
import { readBounce } from "../mail/bounce.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { isForward, splitReply, splitReplyHtml } from "../mail/quoted-reply.ts";
import { senderOf } from "../mail/sender.ts";
import { insertAttachment } from "../storage/attachments.ts";
import { hashBytes } from "../storage/blobs.ts";
import { findInboxByAddress } from "../storage/inboxes.ts";
import type { Tx } from "../storage/database.ts";
import { findLastMessage, findMessageByMailId, hasManyIncoming } from "../storage/messages.ts";
import { type MessageRow, NO_ROUTE, type ReceivedMessageRow, type TicketRow } from "../storage/schema.ts";
import { findLatestTicketOf } from "../storage/tickets.ts";
import { acknowledge } from "./acknowledge.ts";
import { type PreparedMessage, writeMessage } from "./add-message.ts";
import { fileAgentMail } from "./agent-mail.ts";
import { copiesAfter } from "./copies.ts";
import { openTicket } from "./create-ticket.ts";
import { fileBounce } from "./file-bounce.ts";
import { type Conversation, findConversation } from "./find-conversation.ts";
import { LOOP_SPAN, NAME_LIMIT, findCustomerOf } from "./find-sender.ts";
import { formatAddress, formatAddresses } from "./format-address.ts";
import { mailKey } from "./mail-key.ts";
import { doubtOf, judgeSpam, scoreText } from "./judge-spam.ts";
import type { ReceivedResult } from "./received-result.ts";
import { type Keep, recordBytes } from "./store-received.ts";
import { ticketAnswered } from "./reply-to-ticket.ts";
import { newsOf } from "./ticket-news.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

/** A message that was read. */
export interface ReadMail {
  parsed: ParsedMessage;
  fingerprint: string;
  /** What is known of who sent it; null when nothing judged it. */
  verdicts: Verdicts | null;
}

type Stores = Pick<Keep, "blobs" | "reach">;

const SUBJECT_LIMIT = 2000;

/** So many tickets of one sender within `LOOP_SPAN` are a loop: what comes next goes onto the last one. People get more. */
const LOOP_TICKETS = { machine: 10, person: 100 };

/** So many messages to one ticket within `LOOP_SPAN` are a loop too: all are filed, and nobody is woken or told by what follows. */
const LOOP_MESSAGES = 50;

/**
 * Files a message: a delivery report onto the message that came back, an answer onto its ticket, anything else as a ticket
 * of its own. Someone who was never on the thread gets a new ticket that names the other.
 */
export async function threadMail(
  tx: Tx,
  stores: Stores,
  received: ReceivedMessageRow,
  { parsed, verdicts }: ReadMail,
): Promise<ReceivedResult> {
  const bounce = readBounce(parsed);
  const bounced = bounce === null ? null : await fileBounce(tx, received.account_id, bounce);
  if (bounced !== null) {
    stores.reach?.("receive.bounced");
    return bounced;
  }
  const own = await findOwnCopy(tx, received, parsed);
  if (own !== null) return own;
  const agents = await fileAgentMail(tx, {
    accountId: received.account_id,
    parsed,
    verdicts,
    bounce,
    attach: async (message) => await attach(tx, stores, message, parsed),
  });
  if (agents !== null) return agents;
  const { kind } = autoKindOf(parsed);
  const machine = bounce !== null || kind === "auto-reply" || kind === "auto-generated";
  const sender = { address: senderOf(parsed).address, verdicts };
  const found = await findConversation(tx, received.account_id, parsed, sender);
  const prepared = await prepare(tx, received, parsed, bounce === null ? kind : "auto-generated");
  const result =
    found?.participant === true
      ? await answer(tx, stores, { received, parsed, verdicts, prepared, conversation: found, reopens: !machine })
      : await begin(tx, stores, {
          received,
          parsed,
          verdicts,
          prepared,
          stranger: found,
          machine,
          isReport: bounce !== null,
        });
  if (bounce !== null) return { ...result, outcome: "bounce", reason: `a delivery report; ${result.reason}` };
  return kind === "auto-reply"
    ? { ...result, outcome: "auto-reply", reason: `an automatic reply; ${result.reason}` }
    : result;
}

interface Filing {
  received: ReceivedMessageRow;
  parsed: ParsedMessage;
  verdicts: Verdicts | null;
  prepared: PreparedMessage;
}

/** Adds a message to the ticket it belongs to; a machine's does not reopen it (RFC 3834 2). */
async function answer(
  tx: Tx,
  stores: Stores,
  filing: Filing & { conversation: Conversation; reopens: boolean },
): Promise<ReceivedResult> {
  const { received, parsed, verdicts, prepared, conversation, reopens } = filing;
  const { ticket } = conversation;
  const isImport = received.source === "import";
  const crowded =
    !isImport && (await hasManyIncoming(tx, ticket.account_id, ticket.id, now() - LOOP_SPAN, LOOP_MESSAGES));
  const loop = crowded ? `; ${LOOP_MESSAGES} came to this ticket within the hour, so that it reopens nothing` : "";
  const reason = `it ${conversation.reason}${doubtOf(verdicts)}${loop}`;
  const at = sentAt(parsed, received);
  const last = await findLastMessage(tx, ticket.account_id, ticket.id);
  // Live mail keeps the order of arrival within its ticket: a slow route or a wrong clock must not hide it among the old.
  const shown = isImport ? at : Math.max(at, last?.created_at ?? 0);
  const row = { ...prepared.row, thread_reason: reason, verdicts: textOf(verdicts) };
  const quiet = prepared.quiet === true || crowded;
  const message = await writeMessage(tx, ticket, SYSTEM, { ...prepared, row, quiet }, shown);
  await attach(tx, stores, message, parsed);
  await ticketAnswered(tx, ticket, SYSTEM, message, isImport ? at : now(), reopens && !crowded);
  return { outcome: "reply", reason, ticketId: ticket.id, messageId: message.id };
}

/** Makes a ticket of a message; but a sender who makes one after the other gets no more of them (a loop). */
async function begin(
  tx: Tx,
  stores: Stores,
  filing: Filing & { stranger: Conversation | null; machine: boolean; isReport: boolean },
): Promise<ReceivedResult> {
  const { received, parsed, verdicts, prepared, stranger, machine } = filing;
  const most = LOOP_TICKETS[machine ? "machine" : "person"];
  const customerId = await findCustomerOf(tx, received.account_id, parsed, prepared);
  const looping =
    received.source === "import"
      ? undefined
      : await findLatestTicketOf(tx, received.account_id, customerId, now() - LOOP_SPAN, most);
  if (looping !== undefined) {
    const reason = `comes from a sender of ${most} tickets within the hour`;
    const conversation = { ticket: looping, reason, participant: true };
    return await answer(tx, stores, { received, parsed, verdicts, prepared, conversation, reopens: !machine });
  }
  const reason =
    stranger === null
      ? `it answers no message that is known here${doubtOf(verdicts)}`
      : `it ${stranger.reason}, ticket #${stranger.ticket.number}, but its sender was never on that thread${doubtOf(verdicts)}`;
  const { score, isSpam } = await judgeSpam(tx, customerId, filing);
  const row = { ...prepared.row, thread_reason: reason, verdicts: textOf(verdicts), spam_score: score };
  const linkedTo = stranger?.ticket.id ?? null;
  const ticket = await startTicket(tx, { received, parsed, prepared: { ...prepared, row } }, customerId, {
    isSpam,
    linkedTo,
  });
  const message = await writeMessage(tx, ticket, SYSTEM, { ...prepared, row }, sentAt(parsed, received));
  await attach(tx, stores, message, parsed);
  const filed = { ticketId: ticket.id, messageId: message.id };
  if (isSpam) {
    return { outcome: "spam", reason: `its words are those of spam (${scoreText(score)} of 1); ${reason}`, ...filed };
  }
  const acknowledgement = await acknowledge(tx, { received, parsed, verdicts, ticket });
  if (acknowledgement !== null) stores.reach?.("receive.acknowledged");
  return { outcome: "ticket", reason, ...filed };
}

/** A copy of what we sent ourselves, come back by a list, a rule or a Bcc: it is here already. */
async function findOwnCopy(
  tx: Tx,
  { account_id }: ReceivedMessageRow,
  { messageId }: ParsedMessage,
): Promise<ReceivedResult | null> {
  const key = mailKey(messageId);
  const sent = key === null ? undefined : await findMessageByMailId(tx, account_id, [key]);
  if (sent?.direction !== "out") return null;
  return { outcome: "duplicate", reason: "it is a message of our own", ticketId: sent.ticket_id, messageId: sent.id };
}

/** When it was sent, as far as that can be believed: never in the future, and when it came if the date is unreadable. */
function sentAt({ date }: ParsedMessage, received: ReceivedMessageRow): number {
  const sent = date?.getTime() ?? received.created_at;
  return sent > 0 ? Math.min(sent, received.created_at) : received.created_at;
}

function textOf(verdicts: Verdicts | null): string | null {
  return verdicts === null ? null : JSON.stringify(verdicts);
}

/** What a person reads, with quotes and signature apart; the whole of it stays in the raw message. */
async function prepare(
  tx: Tx,
  received: ReceivedMessageRow,
  parsed: ParsedMessage,
  kind: AutoKind,
): Promise<PreparedMessage> {
  const sender = senderOf(parsed);
  const html = parsed.html !== null && (parsed.text === null || htmlToText(parsed.html) !== "");
  const options = { forwarded: isForward(parsed) };
  const { visible, more } = html ? splitReplyHtml(parsed.html ?? "", options) : splitReply(parsed.text ?? "", options);
  return {
    row: {
      type: "reply",
      direction: (await isSentByUs(tx, received, sender.address)) ? "out" : "in",
      from_name: sender.name.slice(0, NAME_LIMIT),
      from: sender.address === null ? sender.name : formatAddress({ name: sender.name, address: sender.address }),
      to: formatAddresses(parsed.to),
      cc: formatAddresses(parsed.cc),
      body: visible,
      htmlized: html ? 1 : 0,
      user_id: null,
      more_body: more,
      mail_id: mailKey(parsed.messageId),
      ...NO_ROUTE,
      auto_kind: kind === "no" ? null : kind,
    },
    attachmentIds: [],
    received: true,
    quiet: received.source === "import",
  };
}

/** An import brings what went out of an inbox, too. Live mail in an inbox's own name is not believed. */
async function isSentByUs(
  tx: Tx,
  { account_id, source }: ReceivedMessageRow,
  address: string | null,
): Promise<boolean> {
  if (source !== "import" || address === null) return false;
  return (await findInboxByAddress(tx, account_id, contactKey("email", address))) !== undefined;
}

async function startTicket(
  tx: Tx,
  { received, parsed, prepared: { row } }: Omit<Filing, "verdicts">,
  customerId: string,
  { isSpam, linkedTo }: { isSpam: boolean; linkedTo: string | null },
): Promise<TicketRow> {
  // Of our own it is ourselves.
  const ids = { account_id: received.account_id, customer_id: customerId };
  const replyTo = row.direction === "out" ? undefined : parsed.replyTo.find(({ address }) => isEmailAddress(address));
  return await openTicket(tx, SYSTEM, {
    ...ids,
    user_id: null,
    inbox_id: received.inbox_id,
    subject: parsed.subject?.slice(0, SUBJECT_LIMIT) ?? null,
    reply_to: replyTo?.address ?? null,
    reply_cc: await copiesAfter(tx, { ...ids, reply_cc: null, reply_to: replyTo?.address ?? null }, row),
    ...NO_SUMMARY,
    ...summaryWith(NO_SUMMARY, row),
    spam: isSpam ? 1 : 0,
    linked_to: linkedTo,
    created_at: received.source === "import" ? sentAt(parsed, received) : now(),
    ...newsOf({ direction: row.direction, created_at: sentAt(parsed, received) }),
  });
}

async function attach(tx: Tx, { blobs }: Stores, message: MessageRow, parsed: ParsedMessage): Promise<void> {
  for (const [position, attachment] of parsed.attachments.entries()) {
    const { name, type, size, content, contentId, inline } = attachment;
    const hash = hashBytes(content);
    await recordBytes(tx, blobs, { accountId: message.account_id, hash, bytes: content, at: now() });
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
