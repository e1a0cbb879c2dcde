import { formatTime } from "../../domain/time.ts";
import { listAttachments } from "../../storage/attachments.ts";
import type { Reader } from "../../storage/database.ts";
import type { AttachmentRow, MessageRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";
import { presentAttachment } from "./attachment.ts";

const FIELDS: ResourceFields = {
  documented: [
    "id",
    "type",
    "direction",
    "from_name",
    "body",
    "htmlized",
    "from",
    "to",
    "user_id",
    "attachments",
    "created_at",
    "more_body",
  ],
  extra: [
    "thread_reason",
    "auto_kind",
    "verdicts",
    "spam_score",
    "version",
    "ticket_id",
    "cc",
    "bcc",
    "subject",
    "send_at",
    "forward",
    "inline_attachment_ids",
    "delivery_state",
    "delivery_error",
    "delivery_attempts",
    "delivery_response",
    "sent_at",
  ],
};

/** Messages as the API shows them, their attachments with them. A note has no direction, sender or recipient at all (M1). */
export async function presentMessages(
  reader: Reader,
  accountId: string,
  messages: readonly MessageRow[],
  asked: ReadonlySet<string> | null,
): Promise<Resource[]> {
  const ids = messages.map(({ id }) => id);
  const wantsAttachments = asked === null || asked.has("attachments") || asked.has("inline_attachment_ids");
  const attachments = wantsAttachments ? await listAttachments(reader, accountId, ids) : [];
  const byMessage = Map.groupBy(attachments, ({ message_id }) => message_id);
  return messages.map((message) => messageWith(byMessage.get(message.id) ?? [], message, asked));
}

/** A message as the API shows it, with these attachments. */
export function messageWith(
  attachments: readonly AttachmentRow[],
  message: MessageRow,
  asked: ReadonlySet<string> | null,
): Resource {
  const reply = message.type === "reply";
  const resource = {
    id: message.id,
    type: message.type,
    ...(reply && { direction: message.direction }),
    from_name: message.from_name,
    body: message.body,
    htmlized: message.htmlized === 1,
    ...(reply && { from: message.from, to: message.to }),
    user_id: message.user_id,
    attachments: attachments.map((attachment) => presentAttachment(attachment, null)),
    created_at: formatTime(message.created_at),
    ...(reply && {
      more_body: message.more_body,
      thread_reason: message.thread_reason,
      auto_kind: message.auto_kind,
      verdicts: message.verdicts === null ? null : (JSON.parse(message.verdicts) as object),
      spam_score: message.spam_score,
      cc: message.cc,
      bcc: message.bcc,
      subject: message.subject,
      send_at: message.send_at === null ? null : formatTime(message.send_at),
      forward: message.forward === 1,
      inline_attachment_ids: shownInside(message, attachments),
      ...delivery(message),
    }),
    ticket_id: message.ticket_id,
    version: message.version,
  };
  return pickFields(resource, FIELDS, asked);
}

/** Those that the HTML shows as its pictures (`cid:`, RFC 2392): they are no files of their own to whoever reads it. */
function shownInside({ htmlized, body, more_body }: MessageRow, attachments: readonly AttachmentRow[]): string[] {
  if (htmlized !== 1) return [];
  const html = `${body} ${more_body ?? ""}`;
  return attachments.flatMap(({ id, content_id }) => {
    if (content_id === null || content_id === "") return [];
    const spelled = [content_id, encodeURIComponent(content_id), content_id.replaceAll("&", "&amp;")];
    return spelled.some((each) => html.includes(`cid:${each}`)) ? [id] : [];
  });
}

/** What became of an outbound reply; nulls for one that came in. */
function delivery(message: MessageRow): Resource {
  return {
    delivery_state: message.delivery_state,
    delivery_error: message.delivery_error,
    delivery_attempts: message.direction === "out" ? message.delivery_attempts : null,
    delivery_response: message.delivery_response,
    sent_at: message.sent_at === null ? null : formatTime(message.sent_at),
  };
}

export async function presentMessage(
  reader: Reader,
  accountId: string,
  message: MessageRow,
  asked: ReadonlySet<string> | null,
): Promise<Resource> {
  const [resource = {}] = await presentMessages(reader, accountId, [message], asked);
  return resource;
}
