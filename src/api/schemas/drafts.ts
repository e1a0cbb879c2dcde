import { Type } from "typebox";
import { DRAFT_KINDS } from "../../domain/states.ts";
import { Attachment } from "./attachments.ts";
import { Id, Reference, Time, nullable, oneOf } from "./shapes.ts";

const SUBJECT_LIMIT = 2000;
const ADDRESSES_LIMIT = 4000;
const ATTACHMENTS_LIMIT = 100;

/** Characters; a draft is saved every few seconds. */
const BODY_LIMIT = 1_000_000;

export const Draft = Type.Object({
  id: Id,
  ticket_id: nullable(Id),
  kind: oneOf(DRAFT_KINDS),
  to: nullable(Type.String()),
  cc: nullable(Type.String()),
  bcc: nullable(Type.String()),
  body: Type.String(),
  htmlized: Type.Boolean(),
  attachments: Type.Array(Attachment),
  subject: nullable(Type.String()),
  inbox_id: nullable(Id),
  customer_id: nullable(Id),
  version: Type.Integer({ minimum: 1 }),
  created_at: Time,
  updated_at: Time,
});

const addresses = Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT })));

export const TicketDraftBody = Type.Object({
  kind: Type.Optional(oneOf(DRAFT_KINDS)),
  to: addresses,
  cc: addresses,
  bcc: addresses,
  subject: Type.Optional(nullable(Type.String({ maxLength: SUBJECT_LIMIT }))),
  body: Type.Optional(Type.String({ maxLength: BODY_LIMIT })),
  htmlized: Type.Optional(nullable(Type.Boolean())),
  attachment_ids: Type.Optional(nullable(Type.Array(Reference, { maxItems: ATTACHMENTS_LIMIT }))),
  version: Type.Optional(
    nullable(
      Type.Integer({ minimum: 0, description: "The version that this follows, 0 for none: 412 when there is another" }),
    ),
  ),
});

export const FreeDraftBody = Type.Object({
  ...TicketDraftBody.properties,
  inbox_id: Type.Optional(nullable(Reference)),
  customer_id: Type.Optional(nullable(Reference)),
});
