import { Type } from "typebox";
import { CONTACT_VALUE_LIMIT } from "../../domain/contact-values.ts";
import { Id, NAME_LIMIT, nullable } from "./shapes.ts";

export const Inbox = Type.Object({ id: Id, name: Type.String() });

export const CreateInbox = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LIMIT }),
  address: Type.Optional(nullable(Type.String({ maxLength: CONTACT_VALUE_LIMIT }))),
});

export const UpdateInbox = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LIMIT })),
  address: Type.Optional(nullable(Type.String({ maxLength: CONTACT_VALUE_LIMIT }))),
});
