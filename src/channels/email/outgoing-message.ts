import { readAddressList } from "../../domain/addresses.ts";
import { readAddresses } from "../../mail/address-list.ts";
import { type OutgoingMessage, replySubject } from "../../mail/compose.ts";
import type { MailAddress } from "../../mail/parsed-message.ts";
import { withSignature } from "../../mail/signature.ts";
import { collectProblems } from "../../mail/problem-notes.ts";
import type { BlobStore } from "../../storage/blobs.ts";
import type { AttachmentRow, InboxRow, MessageRow, TicketRow } from "../../storage/schema.ts";

/** The rows that an outbound reply is made of. */
export interface OutboundReply {
  message: MessageRow;
  ticket: TicketRow;
  inbox: InboxRow;
  attachments: readonly AttachmentRow[];
  /** What who writes is called. */
  fromName: string;
  /** Where answers are asked to go; null for the inbox's own address. */
  answerTo: string | null;
  /** Those of the ticket's messages before it, oldest first. */
  earlier: readonly Pick<MessageRow, "mail_id" | "direction">[];
}

/** An outbound reply as mail: from its agent by way of the inbox, into the thread that the ticket is. */
export function outgoingMessage(reply: OutboundReply, address: string, blobs: BlobStore): OutgoingMessage {
  const { message, inbox, attachments, earlier: thread, answerTo, fromName } = reply;
  // Who gets it forwarded was not on the thread.
  const earlier = message.forward === 1 ? [] : thread;
  const mailIds = earlier.flatMap(({ mail_id }) => (mail_id === null ? [] : [mail_id]));
  // What it answers is what the customer wrote last; our own last mail when they never wrote.
  const answered = earlier.findLast(({ direction }) => direction === "in") ?? earlier.at(-1);
  return {
    messageId: message.mail_id ?? "",
    date: new Date(message.send_at ?? message.created_at),
    from: { name: fromName, address },
    to: addressesOf(message.to),
    cc: addressesOf(message.cc),
    bcc: addressesOf(message.bcc),
    replyTo: answerTo === null ? null : { name: inbox.name, address: answerTo },
    subject: message.subject ?? subjectOf(reply),
    inReplyTo: answered?.mail_id ?? null,
    references: mailIds,
    body: withSignature(message.body, message.signature, message.htmlized === 1),
    htmlized: message.htmlized === 1,
    autoSubmitted: message.auto_kind === "auto-reply" ? "auto-replied" : null,
    attachments: attachments.map(({ account_id, hash, name, type, size, content_id, inline }) => ({
      name,
      type,
      size,
      contentId: inline === 1 ? content_id : null,
      open: async () => await blobs.read(account_id, hash),
    })),
  };
}

function subjectOf({ message, ticket, earlier }: OutboundReply): string {
  const subject = ticket.subject ?? "";
  if (message.forward === 1) return `Fwd: ${subject}`.trim();
  return earlier.length === 0 ? subject : replySubject(subject);
}

/** As people type them, else as mail headers write them: what is no address is left out. */
function addressesOf(text: string | null): MailAddress[] {
  if (text === null) return [];
  return readAddressList(text) ?? readAddresses(text, collectProblems());
}
