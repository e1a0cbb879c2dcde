import { formatTime } from "../../domain/time.ts";
import type { SavedReplyRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "name", "body", "htmlized", "shared", "user_id", "uses", "last_used_at", "updated_at"],
  extra: ["created_at", "version"],
};

export function presentSavedReply(reply: SavedReplyRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, body, user_id, uses, version } = reply;
  const resource = {
    id,
    name,
    body,
    htmlized: reply.htmlized === 1,
    shared: reply.shared === 1,
    user_id,
    uses,
    last_used_at: reply.last_used_at === null ? null : formatTime(reply.last_used_at),
    updated_at: formatTime(reply.updated_at),
    created_at: formatTime(reply.created_at),
    version,
  };
  return pickFields(resource, FIELDS, asked);
}
