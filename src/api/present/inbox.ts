import { formatTime } from "../../domain/time.ts";
import type { InboxRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = { documented: ["id", "name"], extra: ["address", "created_at", "version"] };

export function presentInbox(inbox: InboxRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, address, version } = inbox;
  return pickFields({ id, name, address, created_at: formatTime(inbox.created_at), version }, FIELDS, asked);
}
