import { SYSTEM } from "../domain/events.ts";
import { now } from "../domain/time.ts";
import type { Bounce } from "../mail/bounce.ts";
import type { Tx } from "../storage/database.ts";
import { findMessageByMailId } from "../storage/messages.ts";
import { type MessageRow, NO_ROUTE } from "../storage/schema.ts";
import { lockTicket, touchTicket } from "../storage/tickets.ts";
import { writeMessage } from "./add-message.ts";
import { changeDelivery } from "./finish-attempt.ts";
import { mailKey } from "./mail-key.ts";
import type { ReceivedResult } from "./received-result.ts";
import { newsOf } from "./ticket-news.ts";

/**
 * Attaches a delivery report to the message of ours that came back: the message says that it failed, the ticket shows a
 * note with the server's words, and nothing is answered or reopened (RFC 3834 2). Null when the report names no message
 * that we sent: a report proves nothing about its sender.
 */
export async function fileBounce(tx: Tx, accountId: string, bounce: Bounce): Promise<ReceivedResult | null> {
  const key = mailKey(bounce.originalMailId);
  const original = key === null ? undefined : await findMessageByMailId(tx, accountId, [key]);
  if (original?.direction !== "out") return null;
  const ticket = await lockTicket(tx, accountId, original.ticket_id);
  if (ticket === undefined) return null;
  const text = describeBounce(bounce);
  const at = now();
  if (bounce.kind === "failed") await changeDelivery(tx, original, { delivery_state: "failed", delivery_error: text });
  const note = await writeMessage(tx, ticket, SYSTEM, { row: noteRow(text), attachmentIds: [], received: true }, at);
  await touchTicket(tx, accountId, ticket.id, newsOf(note), at);
  const reason = `a delivery report on the message ${original.id}`;
  return { outcome: "bounce", reason, ticketId: ticket.id, messageId: note.id };
}

type NoteRow = Parameters<typeof writeMessage>[3]["row"];

function noteRow(body: string): NoteRow {
  return {
    type: "note",
    direction: null,
    from_name: "Mail delivery",
    from: null,
    to: null,
    cc: null,
    body,
    htmlized: 0,
    user_id: null,
    more_body: null,
    mail_id: null,
    ...NO_ROUTE,
    auto_kind: "auto-generated",
  } satisfies Partial<MessageRow>;
}

const WORDS: Record<Bounce["kind"], string> = {
  failed: "could not be delivered",
  delayed: "is delayed; the mail server goes on trying",
  delivered: "was delivered",
  relayed: "was passed on to a server that sends no reports",
  expanded: "was passed on to several addresses",
};

function describeBounce({ kind, recipients }: Bounce): string {
  const lines = recipients.map(({ address, action, status, diagnostic }) =>
    [`The reply to ${address} ${WORDS[action]}`, status, diagnostic].filter((part) => part !== null).join(": "),
  );
  return lines.length === 0 ? `The reply ${WORDS[kind]}.` : lines.join("\n");
}
