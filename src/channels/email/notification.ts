import { htmlToText } from "../../domain/text.ts";
import type { OutgoingMessage } from "../../mail/compose.ts";
import type { AccountRow, InboxRow, MessageRow, TicketRow, UserRow } from "../../storage/schema.ts";

/** What a notification is made of. */
export interface NotificationFacts {
  account: Pick<AccountRow, "name">;
  inbox: Pick<InboxRow, "name">;
  ticket: Pick<TicketRow, "id" | "number" | "subject">;
  user: Pick<UserRow, "email">;
  /** What it is about; null for a ticket that somebody was given and nobody has written on. */
  message: Pick<MessageRow, "from_name" | "body" | "htmlized"> | null;
  reason: "message" | "assigned" | "mentioned";
  /** When there was something to tell, in epoch milliseconds. */
  since: number;
  /** What an answer to it becomes. */
  becomes: "reply" | "note";
  /** Where the help desk is reached, without a slash at its end; null when that is not known. */
  publicUrl: string | null;
  address: string;
  answerTo: string;
  messageId: string;
}

/** What stands above all that is quoted in an answer: from here on nothing is the agent's. */
export const ANSWER_MARK = "##- Write your answer above this line -##";

/** A mail shows so much of a long message; the rest is a click away. */
const TEXT_LIMIT = 20_000;

/** A mail that tells a user of something, and that they can answer. */
export function notificationMail(facts: NotificationFacts): OutgoingMessage {
  const { ticket, user, message, inbox, address, answerTo, messageId } = facts;
  const who = message?.from_name ?? inbox.name;
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return {
    messageId,
    date: new Date(facts.since),
    from: { name: who === inbox.name ? who : `${who} via ${inbox.name}`, address },
    to: [{ name: "", address: user.email }],
    cc: [],
    bcc: [],
    replyTo: { name: inbox.name, address: answerTo },
    subject: `[#${ticket.number}] ${ticket.subject ?? "(no subject)"}`,
    inReplyTo: null,
    // Of no message: it keeps a ticket's notifications together in the reader's mail program.
    references: [`cantrip.ticket.${ticket.id}@${domain}`],
    body: bodyOf(facts, who),
    htmlized: false,
    autoSubmitted: "auto-generated",
    attachments: [],
  };
}

function bodyOf({ ticket, message, reason, becomes, publicUrl, account }: NotificationFacts, who: string): string {
  const name = `#${ticket.number} ${ticket.subject ?? "(no subject)"}`;
  const what = {
    message: `${who} wrote on ${name}:`,
    assigned: `${name} is yours now.${message === null ? "" : ` ${who} wrote:`}`,
    mentioned: `${who} mentions you in a note on ${name}:`,
  }[reason];
  const text = message === null ? "" : message.htmlized === 1 ? htmlToText(message.body) : message.body;
  const shown = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}…` : text;
  const answer =
    becomes === "reply"
      ? "What you answer to this mail goes to the customer."
      : "What you answer to this mail becomes a note that only your team sees.";
  const link = publicUrl === null ? [] : [`${publicUrl}/tickets/${ticket.id}`];
  return [ANSWER_MARK, what, ...(shown === "" ? [] : [shown]), ...link, `${answer}\n${account.name}`].join("\n\n");
}
