// Longer than most: how mail to a notification is told apart, believed or not, and filed, in one place to read it over.
import type { Actor } from "../domain/events.ts";
import { SYSTEM } from "../domain/events.ts";
import { contactKey } from "../domain/contact-values.ts";
import { Invalid } from "../domain/errors.ts";
import { Faults } from "../domain/faults.ts";
import { isAtLeast, visibleInboxes } from "../domain/roles.ts";
import { htmlToText } from "../domain/text.ts";
import { now } from "../domain/time.ts";
import { ANSWER_MARK } from "../channels/email/notification.ts";
import type { Verdicts } from "../mail/authentication.ts";
import { autoKindOf } from "../mail/auto-reply.ts";
import type { Bounce } from "../mail/bounce.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { splitReply, splitReplyHtml } from "../mail/quoted-reply.ts";
import { senderOf } from "../mail/sender.ts";
import { type AgentKey, agentKeysIn, readAgentKey } from "../mail/thread-key.ts";
import { findAccount } from "../storage/accounts.ts";
import { listContacts } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { type MessageRow, NO_ROUTE, type TicketRow, type UserRow } from "../storage/schema.ts";
import { findTicketByNumber, lockCurrentTicket } from "../storage/tickets.ts";
import { findUser } from "../storage/users.ts";
import { type PreparedMessage, prepareMessage, writeMessage } from "./add-message.ts";
import type { ReceivedResult } from "./received-result.ts";
import { ticketAnswered } from "./reply-to-ticket.ts";

/** A message that may have to do with a notification. */
export interface AgentMail {
  accountId: string;
  parsed: ParsedMessage;
  verdicts: Verdicts | null;
  bounce: Bounce | null;
  /** Gives a message the files of the mail. */
  attach: (message: MessageRow) => Promise<void>;
}

/**
 * Files mail that has to do with a notification; null for any other. An answer of the agent becomes their reply to the
 * customer, or their note; one that is not believed to be theirs becomes a note that says why, and never leaves. A
 * machine's answer, a delivery report and a copy of the notification itself change nothing on the ticket.
 */
export async function fileAgentMail(tx: Tx, mail: AgentMail): Promise<ReceivedResult | null> {
  const { accountId, parsed, bounce } = mail;
  const texts = [parsed.messageId ?? "", bounce?.originalMailId ?? ""];
  const keys = agentKeysIn(parsed);
  if (keys.length === 0 && !texts.some((text) => text.startsWith("cantrip.u"))) return null;
  const account = await findAccount(tx, accountId);
  const secret = Buffer.from(account?.thread_secret ?? "", "hex");
  const [own, reported] = texts.map((text) => readAgentKey(secret, accountId, text));
  if (own != null) return await ended(tx, accountId, own, "duplicate", "it is a notification of our own");
  if (reported != null) return await ended(tx, accountId, reported, "bounce", "a delivery report on a notification");
  const key = keys.map((each) => readAgentKey(secret, accountId, each)).find((each) => each !== null);
  if (key == null || bounce !== null) return null;
  const { kind } = autoKindOf(parsed);
  if (kind === "auto-reply" || kind === "auto-generated") {
    return await ended(tx, accountId, key, "auto-reply", "an automatic answer to a notification");
  }
  return await fileAnswer(tx, mail, key);
}

/** Nothing came of it but what the ledger says. */
async function ended(
  tx: Tx,
  accountId: string,
  { ticketNumber }: AgentKey,
  outcome: ReceivedResult["outcome"],
  reason: string,
): Promise<ReceivedResult> {
  const ticket = await findTicketByNumber(tx, accountId, ticketNumber);
  return { outcome, reason, ticketId: ticket?.id ?? null, messageId: null };
}

async function fileAnswer(tx: Tx, mail: AgentMail, key: AgentKey): Promise<ReceivedResult | null> {
  const { accountId, parsed, verdicts, attach } = mail;
  const found = await findTicketByNumber(tx, accountId, key.ticketNumber);
  const ticket = found === undefined ? undefined : await lockCurrentTicket(tx, accountId, found.id);
  if (ticket === undefined) return null;
  const user = await findUser(tx, accountId, key.userId);
  const sender = senderOf(parsed);
  const refusal = isAgentReply(user, sender.address, verdicts) ?? refusalOf(user, ticket);
  const { body, htmlized } = writtenIn(parsed);
  const faults = new Faults();
  const prepared =
    user === undefined || refusal !== null
      ? null
      : await prepareAnswer(tx, ticket, user, { becomes: key.becomes, body, htmlized }, faults);
  const isSent = prepared !== null && faults.empty;
  const why = refusal ?? sentenceOf(faults);
  const actor: Actor = isSent ? { tokenId: null, userId: user?.id ?? null } : SYSTEM;
  const filed = isSent ? prepared : unbelieved(sender.name, body, htmlized, why ?? "");
  const message = await writeMessage(tx, ticket, actor, filed, now());
  await attach(message);
  await ticketAnswered(tx, ticket, actor, message, now());
  const reason = isSent
    ? `it answers a notification, from ${user?.email}`
    : `it answers a notification and was not sent: ${why}`;
  return { outcome: "reply", reason, ticketId: ticket.id, messageId: message.id };
}

/**
 * Whether mail with a user's key is that user's: null, or why not. The key alone proves nothing: whoever a notification
 * was forwarded to has it. So From has to be the user's own address, and proven by DMARC (RFC 7489); where nothing judged
 * the mail, nobody is believed.
 */
export function isAgentReply(
  user: UserRow | undefined,
  sender: string | null,
  verdicts: Verdicts | null,
): string | null {
  if (user === undefined) return "the user whom the notification was for is gone";
  const key = sender === null ? "" : contactKey("email", sender);
  if (key !== user.email_key) return `it comes from ${sender ?? "nobody"} and not from ${user.email}`;
  if (verdicts === null) return "nothing proves who sent it: the server that took it told no DMARC verdict";
  const domain = key.slice(key.lastIndexOf("@") + 1);
  if (verdicts.dmarc !== "pass" || verdicts.domain !== domain) {
    return `nothing proves that it is from ${user.email}: DMARC says ${verdicts.dmarc}`;
  }
  return null;
}

/** Why a user may not write on a ticket. */
function refusalOf(user: UserRow | undefined, ticket: TicketRow): string | null {
  if (user === undefined || user.disabled_at !== null) return "the user may not sign in any more";
  if (!isAtLeast(user.role, "agent")) return "the user may only read";
  const visible = visibleInboxes(user.role, user.inbox_ids);
  return visible === null || visible.includes(ticket.inbox_id) ? null : "the user may not see this inbox";
}

/** The mark as it comes back: mail programs wrap and quote the line that it stands on. */
const MARK = new RegExp(
  ANSWER_MARK.split(" ")
    .map((word) => RegExp.escape(word))
    .join("[\\s>]+"),
);

/** What the sender wrote, without what they quote: not a word of a notification may reach a customer. */
function writtenIn(parsed: ParsedMessage): { body: string; htmlized: boolean } {
  const html = parsed.html === null ? "" : splitReplyHtml(parsed.html).visible;
  const shown = htmlToText(html);
  if (shown.trim() !== "" && !MARK.test(shown)) return { body: html, htmlized: true };
  const text = parsed.text ?? htmlToText(parsed.html ?? "");
  const { visible } = splitReply(text);
  if (!MARK.test(visible)) return { body: visible.trim(), htmlized: false };
  return { body: aboveQuote(visible.slice(0, visible.search(MARK)).split("\n")), htmlized: false };
}

/** Of a quote that no mail program's words introduce, or that is all there is: what stands above it and its "… wrote:". */
function aboveQuote(lines: string[]): string {
  while (lines.length > 0 && /^[>\s]*$/.test(lines.at(-1) ?? "")) lines.pop();
  if (/[:：]\s*$/.test(lines.at(-1) ?? "")) {
    for (let wrapped = 0; wrapped < 3 && (lines.at(-1) ?? "").trim() !== ""; wrapped += 1) lines.pop();
  }
  return lines.join("\n").trim();
}

async function prepareAnswer(
  tx: Tx,
  ticket: TicketRow,
  user: UserRow,
  { becomes, body, htmlized }: { becomes: AgentKey["becomes"]; body: string; htmlized: boolean },
  faults: Faults,
): Promise<PreparedMessage> {
  const contacts = await listContacts(tx, ticket.account_id, [ticket.customer_id]);
  const to = ticket.reply_to ?? contacts.find(({ type }) => type === "email")?.value ?? null;
  const input =
    becomes === "note"
      ? ({ type: "note", body, htmlized, user_id: user.id } as const)
      : ({ type: "reply", direction: "out", to, body, htmlized, user_id: user.id } as const);
  return await prepareMessage(tx, ticket.account_id, ticket.type, input, faults);
}

function sentenceOf(faults: Faults): string | null {
  try {
    faults.throwIfAny();
    return null;
  } catch (error) {
    if (error instanceof Invalid) return error.faults.join("; ");
    throw error;
  }
}

/** What was not believed, for the team to see. */
function unbelieved(name: string, body: string, htmlized: boolean, why: string): PreparedMessage {
  const text = htmlized ? htmlToText(body) : body;
  return {
    row: {
      type: "note",
      direction: null,
      from_name: name.slice(0, 255),
      from: null,
      to: null,
      cc: null,
      body: `Not believed, and not sent: ${why}.\n\n${text}`,
      htmlized: 0,
      user_id: null,
      more_body: null,
      mail_id: null,
      ...NO_ROUTE,
    },
    attachmentIds: [],
    received: true,
  };
}
