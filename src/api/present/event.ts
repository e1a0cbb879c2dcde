import { formatTime } from "../../domain/time.ts";
import type { EventRow } from "../../storage/schema.ts";
import { type Resource, type ResourceFields, pickFields } from "../conventions/fields.ts";

const FIELDS: ResourceFields = {
  documented: ["id", "kind", "user_id", "token_id", "message_id", "changes", "created_at"],
  extra: [],
};

/** What happened to a ticket, as the API shows it. */
export function presentEvent(event: EventRow, asked: ReadonlySet<string> | null): Resource {
  const { id, kind, user_id, token_id, message_id, changes, created_at } = event;
  const shown = changes === null ? null : presentChanges(JSON.parse(changes) as Record<string, unknown>);
  const resource = { id, kind, user_id, token_id, message_id, changes: shown, created_at: formatTime(created_at) };
  return pickFields(resource, FIELDS, asked);
}

/** Columns become what a ticket shows of them. */
const FORMS: Record<string, (value: unknown) => unknown> = {
  label_ids: (value) => (typeof value === "string" ? (JSON.parse(value) as unknown) : value),
  spam: (value) => value === 1,
  trash: (value) => value === 1,
  snoozed_until: (value) => (typeof value === "number" ? formatTime(value) : null),
};

function presentChanges(changes: Record<string, unknown>): Resource {
  const shown = Object.entries(changes).map(([field, pair]) => {
    const form = Object.hasOwn(FORMS, field) ? FORMS[field] : undefined;
    return [field, form === undefined || !Array.isArray(pair) ? pair : pair.map(form)];
  });
  return Object.fromEntries(shown) as Resource;
}
