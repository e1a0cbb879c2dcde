import { Type } from "typebox";
import { Id, NAME_LIMIT, nullable } from "./shapes.ts";

export const Attachment = Type.Object({
  id: Id,
  name: Type.String(),
  size: Type.Integer({ minimum: 0, description: "Bytes, decoded" }),
  type: Type.String({ description: "Media type" }),
});

export const CreateAttachment = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  type: Type.String({
    // RFC 2045 5.1: type "/" subtype, with parameters.
    pattern: "^[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}( *;[ -~]{0,200})?$",
    expects: "a media type, such as application/pdf",
  }),
  data: Type.String({ description: "The bytes, in Base64" }),
  content_id: Type.Optional(
    nullable(
      Type.String({
        pattern: "^[A-Za-z0-9._+-]{1,100}@[A-Za-z0-9.-]{1,100}$",
        expects: "a name with an @ in it, such as chart@example.com",
        description: "For an image inside an HTML body, which names it `cid:…`",
      }),
    ),
  ),
});
