import { formatTime } from "../../domain/time.ts";
import type { LabelRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = { documented: ["id", "name", "color"], extra: ["created_at", "version"] };

export function presentLabel(label: LabelRow, asked: ReadonlySet<string> | null): Resource {
  const { id, name, color, version } = label;
  return pickFields({ id, name, color, created_at: formatTime(label.created_at), version }, FIELDS, asked);
}
