import { Type } from "typebox";
import { CONTACT_TYPES } from "../../domain/states.ts";
import { ContactInput, Id, NAME_LIMIT, nullable, oneOf } from "./shapes.ts";

const SUMMARY_LIMIT = 10_000;
const CONTACTS_LIMIT = 100;

export const Contact = Type.Object({ id: Id, type: oneOf(CONTACT_TYPES), value: Type.String() });

export const Customer = Type.Object({
  id: Id,
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
  summary: nullable(Type.String()),
  contacts: Type.Array(Contact),
});

export const CustomerBody = Type.Object({
  first_name: Type.Optional(nullable(Type.String({ maxLength: NAME_LIMIT }))),
  last_name: Type.Optional(nullable(Type.String({ maxLength: NAME_LIMIT }))),
  summary: Type.Optional(nullable(Type.String({ maxLength: SUMMARY_LIMIT }))),
  contacts: Type.Optional(nullable(Type.Array(ContactInput, { maxItems: CONTACTS_LIMIT }))),
});
