import { type TSchema, Type } from "typebox";
import { CONTACT_VALUE_LIMIT } from "../../domain/contact-values.ts";
import { CONTACT_TYPES } from "../../domain/states.ts";

/** Most names fit; beyond, it is a text in the wrong field. */
export const NAME_LIMIT = 255;

export const Id = Type.String({ pattern: "^[0-9a-f]{24}$", description: "24 lower-case hexadecimal digits" });
export const Time = Type.String({ format: "date-time", description: "UTC, `YYYY-MM-DDTHH:MM:SSZ`" });

/** An id in a request: any string, since an unknown and a malformed one are refused alike (T8). */
export const Reference = Type.String({ description: "An id" });

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return Type.Enum([...values] as [T, ...T[]]);
}

export const ContactInput = Type.Object({
  type: oneOf(CONTACT_TYPES),
  value: Type.String({ maxLength: CONTACT_VALUE_LIMIT }),
});

export const Problem = Type.Object(
  {
    message: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ message: Type.String() }))),
  },
  { description: "What went wrong; a 422 lists every fault" },
);
