import { Type } from "typebox";
import { Id, nullable, oneOf } from "./shapes.ts";

export const SearchHit = Type.Object({
  ticket_id: Id,
  message_id: nullable(Id),
  field: oneOf(["subject", "body", "from"]),
  text: Type.String({ description: "Plain text around what was found" }),
  marks: Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 }), {
    description: "Where in the text the words are: from, up to and without, in UTF-16 units",
  }),
});
