import { Type } from "typebox";
import { SETTABLE_STATES } from "../../domain/states.ts";
import { Id, Reference, nullable, oneOf } from "./shapes.ts";

const TICKETS_LIMIT = 1000;
const LABELS_LIMIT = 100;

const value = Type.Optional(Type.String());

/** The filters of a list of tickets, as strings. */
export const BulkFilter = Type.Object({
  inbox_id: value,
  customer_id: value,
  user_id: value,
  label_id: value,
  state: value,
  type: value,
  spam: value,
  trash: value,
  since_created_at: value,
  since_updated_at: value,
  unread: value,
  mentioned: value,
  draft: value,
  q: value,
});

export const BulkChange = Type.Object({
  ticket_ids: Type.Optional(nullable(Type.Array(Reference, { maxItems: TICKETS_LIMIT }))),
  filter: Type.Optional(nullable(BulkFilter)),
  changes: Type.Object({
    state: Type.Optional(oneOf(SETTABLE_STATES)),
    user_id: Type.Optional(nullable(Reference)),
    inbox_id: Type.Optional(Reference),
    add_label_ids: Type.Optional(Type.Array(Reference, { maxItems: LABELS_LIMIT })),
    remove_label_ids: Type.Optional(Type.Array(Reference, { maxItems: LABELS_LIMIT })),
    spam: Type.Optional(Type.Boolean()),
    trash: Type.Optional(Type.Boolean()),
    snoozed_until: Type.Optional(Type.String({ description: "A time to come, in ISO 8601" })),
  }),
});

export const BulkChanged = Type.Object({
  changed: Type.Integer({ minimum: 0 }),
  skipped: Type.Integer({
    minimum: 0,
    description: "Those that are so already, cannot be so (spam in the trash), or are not there",
  }),
  undo_id: nullable(Id),
});
