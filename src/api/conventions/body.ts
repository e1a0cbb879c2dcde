import { type Static, type TObject, type TSchema } from "typebox";
import { type Validator, Compile } from "typebox/compile";
import type { Faults } from "../../domain/faults.ts";

/** The members of a checked body that are sound: what is faulty is named in the faults and left out, inside too. */
export type Checked<T extends TObject> = Partial<Static<T>>;

/**
 * Checks a body against its schema, member by member, and adds every fault by name: `messages[0].body must be a string`.
 * Values are never coerced (T7); unknown members are ignored (T10); a NUL is a fault (T15). Text that is not well-formed
 * UTF-16 is mended. A body that is no object is one fault.
 */
export function checkBody<T extends TObject>(schema: T, body: unknown, faults: Faults): Checked<T> {
  if (body === undefined) return checkObject(schema, {}, faults, "") as Checked<T>;
  if (!isObject(body)) {
    faults.addWhole("the body must be a JSON object");
    return {};
  }
  return checkObject(schema, body, faults, "") as Checked<T>;
}

function checkObject(schema: TObject, value: Record<string, unknown>, faults: Faults, path: string): unknown {
  const sound: Record<string, unknown> = {};
  const required = new Set(schema.required ?? []);
  for (const [name, member] of Object.entries(schema.properties)) {
    if (!Object.hasOwn(value, name)) {
      if (required.has(name)) faults.add(`${path}${name} is required: ${describe(member)}`);
      continue;
    }
    const checked = checkValue(member, value[name], faults, `${path}${name}`);
    if (checked !== FAULTY) sound[name] = checked;
  }
  return sound;
}

const FAULTY = Symbol("faulty");

function checkValue(schema: TSchema, value: unknown, faults: Faults, path: string): unknown {
  const part = withoutNull(schema);
  if (value === null && part !== schema) return null;
  if (isObjectSchema(part)) {
    if (!isObject(value)) return fault(faults, path, schema);
    return checkObject(part, value, faults, `${path}.`);
  }
  if (isArraySchema(part)) {
    if (!Array.isArray(value)) return fault(faults, path, schema);
    if (part.maxItems !== undefined && value.length > part.maxItems) return fault(faults, path, schema);
    return value.map((item, index) => {
      const checked = checkValue(part.items, item, faults, `${path}[${index}]`);
      return checked === FAULTY ? placeholder(part.items) : checked;
    });
  }
  if (typeof value === "string" && value.includes("\u0000")) {
    faults.add(`${path} must not hold the NUL character`);
    return FAULTY;
  }
  if (!validatorOf(schema).Check(value)) return fault(faults, path, schema);
  return typeof value === "string" ? value.toWellFormed() : value;
}

function fault(faults: Faults, path: string, schema: TSchema): typeof FAULTY {
  faults.add(`${path} must be ${describe(schema)}`);
  return FAULTY;
}

/** Keeps the place of a faulty item, so that the other items are looked at too: a fault of an item is named once. */
function placeholder(schema: TSchema): unknown {
  return isObjectSchema(schema) ? {} : "";
}

const validators = new WeakMap<TSchema, Validator>();

function validatorOf(schema: TSchema): Validator {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  return validator;
}

interface ArraySchema {
  items: TSchema;
  maxItems?: number;
}

/** The parts of a JSON schema that a sentence needs. */
interface Described {
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly TSchema[];
  minLength?: number;
  maxLength?: number;
  expects?: string;
}

/** What a schema allows, as the end of "must be …". A schema's own `expects` wins. */
function describe(schema: TSchema): string {
  const { type, enum: values, minLength, maxLength, expects } = schema as Described;
  const part = withoutNull(schema);
  if (expects !== undefined) return expects;
  if (part !== schema) return `${describe(part)}, or null`;
  if (values !== undefined) return values.length === 1 ? String(values[0]) : `one of: ${values.join(", ")}`;
  if (isArraySchema(schema)) return describeArray(schema);
  if (type === "boolean") return "true or false";
  if (type === "object") return "an object";
  if (type !== "string") return `a value of type ${type ?? "unknown"}`;
  const limit = maxLength === undefined ? "" : ` of at most ${maxLength} characters`;
  return `a string${limit}${minLength === undefined ? "" : " that is not empty"}`;
}

function describeArray({ items, maxItems }: ArraySchema): string {
  const what = isObjectSchema(items) ? "objects" : "strings";
  return maxItems === undefined ? `a list of ${what}` : `a list of at most ${maxItems} ${what}`;
}

/** The other part of a union with null; the schema itself when it is none. */
function withoutNull(schema: TSchema): TSchema {
  const parts = (schema as Described).anyOf;
  if (parts === undefined) return schema;
  const others = parts.filter((part) => (part as Described).type !== "null");
  return others.length === 1 && others.length < parts.length ? (others[0] ?? schema) : schema;
}

function isObjectSchema(schema: TSchema): schema is TObject {
  return (schema as Described).type === "object";
}

function isArraySchema(schema: TSchema): schema is TSchema & ArraySchema {
  return (schema as Described).type === "array";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
