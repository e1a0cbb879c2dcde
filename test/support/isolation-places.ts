import type { TSchema } from "typebox";
import type { Route } from "../../src/api/router.ts";

/** What an account has that another must not reach: ids, and values that are looked up as ids are. */
export const KINDS = [
  "ticket",
  "message",
  "attachment",
  "user",
  "customer",
  "contact",
  "inbox",
  "label",
  "email",
  "address",
  "labelName",
  "word",
] as const;
export type Kind = (typeof KINDS)[number];

/** One of each kind, all of one account. */
export type Things = Record<Kind, string>;

export interface Request {
  path: string;
  /** A value for JSON, or a raw body of `type`. */
  body?: object | string;
  type?: string;
}

/** A place of an endpoint in which one of them can stand; the rest of the request is the account's own. */
export interface Place {
  name: string;
  kind: Kind;
  ask(value: string, own: Things): Request;
}

const IN_PATH: Record<string, Kind> = {
  ticket_id: "ticket",
  message_id: "message",
  attachment_id: "attachment",
  user_id: "user",
  customer_id: "customer",
  contact_id: "contact",
  inbox_id: "inbox",
  label_id: "label",
  label_ids: "label",
};

const IN_QUERY: Record<string, Kind> = {
  id: "ticket",
  inbox_id: "inbox",
  customer_id: "customer",
  user_id: "user",
  label_id: "label",
  "contacts.value": "email",
  q: "word",
  inbox: "address",
};

const NO_REFERENCE_IN_QUERY = new Set(
  "state type spam trash since_created_at since_updated_at sort embed page per_page count fields envelope contacts.type".split(
    " ",
  ),
);

/** By the member's name, or by its place in one endpoint's body. */
const IN_BODY: Record<string, Kind> = {
  customer_id: "customer",
  user_id: "user",
  inbox_id: "inbox",
  label_ids: "label",
  attachment_ids: "attachment",
  value: "email",
  from: "email",
  to: "email",
  reply_to: "email",
  reply_cc: "email",
  address: "address",
  "POST /labels name": "labelName",
  "PATCH /labels/:label_id name": "labelName",
};

const NO_REFERENCE_IN_BODY = new Set(
  "type subject first_name last_name summary direction body htmlized from_name state spam trash name color data snoozed_until".split(
    " ",
  ),
);

/** A body of each endpoint that is sound. Members that a place brings need not be in it. */
const BODIES: Record<string, (own: Things) => Record<string, unknown>> = {
  "POST /tickets": () => ({ type: "email", subject: "x", customer: { first_name: "New" } }),
  "PATCH /tickets/:ticket_id": () => ({}),
  "POST /tickets/:ticket_id/snooze": () => ({ snoozed_until: "2999-01-01T00:00:00Z" }),
  "POST /tickets/:ticket_id/messages": ({ user }) => ({ type: "note", user_id: user, body: "x" }),
  "POST /attachments": () => ({ name: "a", type: "a/b", data: "" }),
  "POST /customers": () => ({}),
  "PATCH /customers/:customer_id": () => ({}),
  "POST /customers/:customer_id/contacts": () => ({ type: "email", value: `${crypto.randomUUID()}@new.example` }),
  "POST /customers/:customer_id": () => ({ type: "email", value: `${crypto.randomUUID()}@new.example` }),
  "POST /inboxes": () => ({ name: "New" }),
  "PATCH /inboxes/:inbox_id": () => ({}),
  "POST /labels": () => ({ name: crypto.randomUUID() }),
  "PATCH /labels/:label_id": () => ({}),
};

export function nameOf({ verb, path }: Route): string {
  return `${verb} ${path}`;
}

/** Every place of an endpoint. Throws for a parameter, a member or a body that it does not know: they have to be thought about. */
export function placesOf(route: Route): Place[] {
  return [...pathPlaces(route), ...queryPlaces(route), ...bodyPlaces(route)];
}

function fillPath(route: Route, own: Things, name?: string, value?: string): string {
  return route.path.replace(/:([a-z_]+)/g, (_, each: string) => {
    if (each === name) return encodeURIComponent(value ?? "").replaceAll("%2C", ",");
    return own[known(IN_PATH, each, `the path of ${nameOf(route)}`)];
  });
}

function bodyOf(route: Route, own: Things): Record<string, unknown> {
  return known(BODIES, nameOf(route), "the bodies of the isolation test")(own);
}

function pathPlaces(route: Route): Place[] {
  const names = [...route.path.matchAll(/:([a-z_]+)/g)].map(([, name = ""]) => name);
  return names.flatMap((name) => {
    const kind = known(IN_PATH, name, `the path of ${nameOf(route)}`);
    const request = (value: string, own: Things): Request => ({
      path: fillPath(route, own, name, value),
      ...(route.body !== undefined && { body: bodyOf(route, own) }),
    });
    const alone: Place = { name: `:${name}`, kind, ask: request };
    if (!name.endsWith("_ids")) return [alone];
    const beside: Place = {
      name: `:${name}, in a list`,
      kind,
      ask: (value, own) => request(`${own[kind]},${value}`, own),
    };
    return [alone, beside];
  });
}

function queryPlaces(route: Route): Place[] {
  const names = (route.parameters ?? []).map(({ name }) => name).filter((name) => !NO_REFERENCE_IN_QUERY.has(name));
  return names.flatMap((name) => {
    const kind = known(IN_QUERY, name, `the parameters of ${nameOf(route)}`);
    const request = (value: string, own: Things): Request => ({
      path: `${fillPath(route, own)}?${name}=${encodeURIComponent(value)}&count=true&per_page=100`,
      ...("rawType" in route && { body: "From: a@x.example\r\n\r\nhello", type: route.rawType }),
    });
    const alone: Place = { name: `?${name}=`, kind, ask: request };
    if (name === "q" || route.verb !== "GET") return [alone];
    return [alone, { name: `?${name}=, in a list`, kind, ask: (value, own) => request(`${value},${own[kind]}`, own) }];
  });
}

type Step = string | number;

/** A schema as far as this looks into it. */
interface Shape {
  anyOf?: TSchema[];
  properties?: Record<string, TSchema>;
  items?: TSchema;
}

function bodyPlaces(route: Route): Place[] {
  if (route.body === undefined) return [];
  return leavesOf(route.body, []).flatMap((steps): Place[] => {
    const field = steps.filter((step) => typeof step === "string").join(".");
    const leaf = String(steps.findLast((step) => typeof step === "string"));
    if (NO_REFERENCE_IN_BODY.has(leaf) && !Object.hasOwn(IN_BODY, `${nameOf(route)} ${field}`)) return [];
    const kind = IN_BODY[`${nameOf(route)} ${field}`] ?? known(IN_BODY, leaf, `the body of ${nameOf(route)}`);
    const ask = (value: string, own: Things): Request => {
      const body = bodyOf(route, own);
      put(body, steps, value);
      complete(body, steps, own);
      return { path: fillPath(route, own), body };
    };
    return [{ name: field, kind, ask }];
  });
}

function leavesOf(schema: TSchema, steps: Step[]): Step[][] {
  const { anyOf, properties, items } = schema as Shape;
  const parts = anyOf?.filter((part) => (part as { type?: string }).type !== "null");
  if (parts?.[0] !== undefined) return leavesOf(parts[0], steps);
  if (items !== undefined) return leavesOf(items, [...steps, 0]);
  if (properties === undefined) return [steps];
  return Object.entries(properties).flatMap(([name, member]) => leavesOf(member, [...steps, name]));
}

function put(body: Record<string, unknown>, steps: readonly Step[], value: string): void {
  let at = body as Record<Step, unknown>;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    if (next === undefined) at[step] = value;
    else at = (at[step] ??= typeof next === "number" ? [] : {}) as Record<Step, unknown>;
  }
}

/** What else a message or a contact needs so that its place is reached. */
function complete(body: Record<string, unknown>, steps: readonly Step[], own: Things): void {
  const leaf = steps.findLast((step) => typeof step === "string");
  const holder = steps.slice(0, steps.lastIndexOf(leaf ?? "")).reduce<unknown>((at, step) => (at as never)[step], body);
  const members = holder as Record<string, unknown>;
  if (leaf === "value") members["type"] ??= "email";
  const inMessage = ["from", "to", "attachment_ids"].includes(String(leaf)) || steps[0] === "messages";
  if (!inMessage) return;
  members["body"] ??= "x";
  if (leaf === "from") Object.assign(members, { type: "reply", direction: "in" });
  else if (leaf === "to") Object.assign(members, { type: "reply", direction: "out", user_id: own.user });
  else {
    members["type"] ??= "note";
    members["user_id"] ??= own.user;
  }
}

function known<T>(table: Record<string, T>, name: string, where: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) {
    throw new Error(`${name} is new in ${where}: say what it refers to, so that isolation is tested`);
  }
  return found;
}
