import { formatTime } from "../../domain/time.ts";
import { listAttachments } from "../../storage/attachments.ts";
import type { Reader } from "../../storage/database.ts";
import type { MessageRow } from "../../storage/schema.ts";
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
  extra: ["version", "ticket_id", "cc", "delivery_state"],
};

/** Messages as the API shows them, their attachments with them. A note has no direction, sender or recipient at all (M1). */
export async function presentMessages(
  reader: Reader,
  accountId: string,
  messages: readonly MessageRow[],
  asked: ReadonlySet<string> | null,
): Promise<Resource[]> {
  const ids = messages.map(({ id }) => id);
  const wantsAttachments = asked === null || asked.has("attachments");
  const attachments = wantsAttachments ? await listAttachments(reader, accountId, ids) : [];
  const byMessage = Map.groupBy(attachments, ({ message_id }) => message_id);
  return messages.map((message) => {
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
      attachments: (byMessage.get(message.id) ?? []).map((attachment) => presentAttachment(attachment, null)),
      created_at: formatTime(message.created_at),
      ...(reply && { more_body: message.more_body, cc: message.cc, delivery_state: message.delivery_state }),
      ticket_id: message.ticket_id,
      version: message.version,
    };
    return pickFields(resource, FIELDS, asked);
  });
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
