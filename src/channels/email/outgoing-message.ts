import { readAddressList } from "../../domain/addresses.ts";
import { readAddresses } from "../../mail/address-list.ts";
import { type OutgoingMessage, replySubject } from "../../mail/compose.ts";
import type { MailAddress } from "../../mail/parsed-message.ts";
import { collectProblems } from "../../mail/problem-notes.ts";
import type { BlobStore } from "../../storage/blobs.ts";
import type { AttachmentRow, InboxRow, MessageRow, TicketRow } from "../../storage/schema.ts";

/** The rows that an outbound reply is made of. */
export interface OutboundReply {
  message: MessageRow;
  ticket: TicketRow;
  inbox: InboxRow;
  attachments: readonly AttachmentRow[];
  /** Those of the ticket's messages before it, oldest first. */
  earlier: readonly Pick<MessageRow, "mail_id" | "direction">[];
}

/** An outbound reply as mail: from its agent by way of the inbox, into the thread that the ticket is. */
export function outgoingMessage(reply: OutboundReply, address: string, blobs: BlobStore): OutgoingMessage {
  const { message, ticket, inbox, attachments, earlier } = reply;
  const mailIds = earlier.flatMap(({ mail_id }) => (mail_id === null ? [] : [mail_id]));
  // What it answers is what the customer wrote last; our own last mail when they never wrote.
  const answered = earlier.findLast(({ direction }) => direction === "in") ?? earlier.at(-1);
  const subject = ticket.subject ?? "";
  return {
    messageId: message.mail_id ?? "",
    date: new Date(message.created_at),
    from: { name: `${message.from_name} via ${inbox.name}`, address },
    to: addressesOf(message.to),
    cc: addressesOf(message.cc),
    bcc: [],
    replyTo: null,
    subject: earlier.length === 0 ? subject : replySubject(subject),
    inReplyTo: answered?.mail_id ?? null,
    references: mailIds,
    body: message.body,
    htmlized: message.htmlized === 1,
    autoSubmitted: null,
    attachments: attachments.map(({ account_id, hash, name, type, size, content_id, inline }) => ({
      name,
      type,
      size,
      contentId: inline === 1 ? content_id : null,
      open: async () => await blobs.read(account_id, hash),
    })),
  };
}

/** As people type them, else as mail headers write them: what is no address is left out. */
function addressesOf(text: string | null): MailAddress[] {
  if (text === null) return [];
  return readAddressList(text) ?? readAddresses(text, collectProblems());
}
