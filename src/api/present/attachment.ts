import { formatTime } from "../../domain/time.ts";
import type { AttachmentRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "name", "size", "type"],
  extra: ["inline", "content_id", "message_id", "created_at"],
};

export function presentAttachment(attachment: AttachmentRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, size, type, content_id, message_id } = attachment;
  const created_at = formatTime(attachment.created_at);
  const resource = { id, name, size, type, inline: attachment.inline === 1, content_id, message_id, created_at };
  return pickFields(resource, FIELDS, asked);
}
