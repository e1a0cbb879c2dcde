import fc from "fast-check";
import type { TSchema } from "typebox";

/** Names that JavaScript objects have without being asked. */
export const PROTOTYPE_NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

/** Strings that have broken something somewhere. */
export const NASTY_STRINGS: readonly string[] = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\r\nX-Evil: yes",
  "\u001b[31m\u0007\u007f",
  "\ud800",
  "\udc00\ud800",
  "\u202e\ufeff\u200b",
  "e" + "\u0301".repeat(300),
  "\ufdfa".repeat(60),
  "👍🏽".repeat(70),
  "%",
  "%zz%00",
  "null",
  "undefined",
  "NaN",
  "true",
  "-1",
  "0",
  "1e999",
  "9".repeat(40),
  "9007199254740993",
  "0x10",
  "٣",
  ",",
  ",,,a,,",
  "*",
  "'\"`\\ OR 1=1; --",
  "a:* & !(b | c) <-> d",
  'NEAR("x" "y", 5) AND scope : z',
  "../../../x",
  "[]",
  "{}",
  "2023-13-45T99:99:99Z",
  "+275760-09-13T00:00:00Z",
  "-000001-01-01",
  "a".repeat(3000),
  "a,".repeat(499),
  ...PROTOTYPE_NAMES,
];

/** JSON values that stand where another belongs. */
export const NASTY_VALUES: readonly unknown[] = [
  ...NASTY_STRINGS,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  [],
  [[]],
  [null],
  [""],
  ["__proto__"],
  {},
  { length: 5 },
  JSON.parse('{"__proto__":{"type":"x"},"constructor":{"prototype":{}},"toString":1}'),
  Array.from({ length: 600 }, () => "x"),
];

/** Any string, the nasty ones often. */
export const junkString: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_STRINGS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

/** Any value that JSON can hold, with names of prototypes as keys. */
export const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NASTY_VALUES),
  junkString,
  fc.double(),
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.oneof(fc.constantFrom(...PROTOTYPE_NAMES), fc.string({ maxLength: 8 })),
    fc.jsonValue({ maxDepth: 2 }),
    {
      maxKeys: 4,
    },
  ),
);

interface Shape {
  type?: string;
  enum?: unknown[];
  anyOf?: TSchema[];
  properties?: Record<string, TSchema>;
  items?: TSchema;
}

/** Values of a schema, `sound` where it wants a string, with junk in between. */
export function nearly(schema: TSchema, sound: readonly string[]): fc.Arbitrary<unknown> {
  const { type, enum: values, anyOf, properties, items } = schema as Shape;
  const good = ((): fc.Arbitrary<unknown> => {
    if (anyOf !== undefined) return fc.oneof(...anyOf.map((part) => nearly(part, sound)));
    if (values !== undefined) return fc.constantFrom(...values);
    if (items !== undefined) return fc.array(nearly(items, sound), { maxLength: 3 });
    if (properties !== undefined) {
      const members = Object.entries(properties).map(([name, member]) => [name, nearly(member, sound)] as const);
      const object = fc.record(Object.fromEntries(members), { requiredKeys: [] });
      return fc
        .tuple(object, junkValue)
        .map(([known, more]) =>
          typeof more === "object" && more !== null && !Array.isArray(more)
            ? Object.assign(Object.create(null), more, known)
            : known,
        );
    }
    if (type === "boolean") return fc.boolean();
    if (type === "null") return fc.constant(null);
    return fc.constantFrom(...sound);
  })();
  return fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: junkValue });
}

/** Percent-encodes the bytes of a string, half a character included, which `encodeURIComponent` refuses. */
export function escapeAll(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
