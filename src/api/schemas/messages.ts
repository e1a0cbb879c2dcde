import { Type } from "typebox";
import { Attachment } from "./attachments.ts";
import { NAME_LIMIT, Id, Reference, Time, nullable, oneOf } from "./shapes.ts";

const ADDRESSES_LIMIT = 4000;
const SUBJECT_LIMIT = 2000;
const ATTACHMENTS_LIMIT = 100;
const MENTIONS_LIMIT = 100;

const common = {
  id: Id,
  from_name: Type.String(),
  body: Type.String(),
  htmlized: Type.Boolean({ description: "Whether the body is HTML" }),
  user_id: nullable(Id),
  attachments: Type.Array(Attachment),
  created_at: Time,
};

const Reply = Type.Object({
  ...common,
  type: Type.Literal("reply"),
  direction: oneOf(["in", "out"]),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
  more_body: nullable(Type.String({ description: "Signature and quotes, if split off the body" })),
});

/** A note has no direction, sender or recipient at all (M1). */
const Note = Type.Object({ ...common, type: Type.Literal("note") });

export const Message = Type.Union([Reply, Note]);

/** A message to create. What a type and direction need beyond this is in the rules of M2. */
export const MessageBody = Type.Object({
  type: oneOf(["reply", "note"]),
  direction: Type.Optional(nullable(oneOf(["in", "out"]))),
  body: Type.String(),
  htmlized: Type.Optional(nullable(Type.Boolean())),
  from_name: Type.Optional(nullable(Type.String({ maxLength: NAME_LIMIT }))),
  from: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  to: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  user_id: Type.Optional(nullable(Reference)),
  attachment_ids: Type.Optional(nullable(Type.Array(Reference, { maxItems: ATTACHMENTS_LIMIT }))),
  cc: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  bcc: Type.Optional(nullable(Type.String({ maxLength: ADDRESSES_LIMIT }))),
  subject: Type.Optional(nullable(Type.String({ maxLength: SUBJECT_LIMIT, description: "Of this mail only" }))),
  send_at: Type.Optional(nullable(Type.String({ description: "When it goes out, in ISO 8601; within a year" }))),
  forward: Type.Optional(nullable(Type.Boolean({ description: "Passes the conversation on, outside its thread" }))),
  mention_ids: Type.Optional(
    nullable(Type.Array(Reference, { maxItems: MENTIONS_LIMIT, description: "Of a note: the users whom it mentions" })),
  ),
});

/** As above, on a ticket that is there. */
export const NewMessageBody = Type.Object({
  ...MessageBody.properties,
  draft: Type.Optional(
    nullable(
      Type.Boolean({ description: "Of who is signed in: their draft on this ticket became this message, and goes" }),
    ),
  ),
});
