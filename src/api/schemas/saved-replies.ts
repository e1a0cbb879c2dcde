import { Type } from "typebox";
import { Id, NAME_LIMIT, Reference, Time, nullable } from "./shapes.ts";

/** Characters: a text to answer with, no book. */
const BODY_LIMIT = 200_000;

export const SavedReply = Type.Object({
  id: Id,
  name: Type.String(),
  body: Type.String({ description: "May hold variables: `{{customer.first_name|there}}`" }),
  htmlized: Type.Boolean(),
  shared: Type.Boolean({ description: "Whether all may use it" }),
  user_id: Id,
  uses: Type.Integer({ minimum: 0 }),
  last_used_at: nullable(Time),
  updated_at: Time,
});

export const CreateSavedReply = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  body: Type.String({ maxLength: BODY_LIMIT }),
  htmlized: Type.Optional(nullable(Type.Boolean())),
  shared: Type.Optional(nullable(Type.Boolean())),
});

export const UpdateSavedReply = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  body: Type.Optional(Type.String({ maxLength: BODY_LIMIT })),
  htmlized: Type.Optional(Type.Boolean()),
  shared: Type.Optional(Type.Boolean()),
});

export const RenderSavedReply = Type.Object({ ticket_id: Type.Optional(nullable(Reference)) });

export const RenderedReply = Type.Object({ id: Id, body: Type.String(), htmlized: Type.Boolean() });
