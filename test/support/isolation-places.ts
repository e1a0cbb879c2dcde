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
  "userEmail",
  "session",
  "passkey",
  "app",
  "word",
  "draft",
  "savedReply",
  "savedSearch",
  "undo",
  "transport",
  "mailbox",
  "received",
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
  session_id: "session",
  passkey_id: "passkey",
  app_id: "app",
  draft_id: "draft",
  saved_reply_id: "savedReply",
  saved_search_id: "savedSearch",
  undo_id: "undo",
  transport_id: "transport",
  mailbox_id: "mailbox",
  received_message_id: "received",
};

const IN_QUERY: Record<string, Kind> = {
  id: "ticket",
  inbox_id: "inbox",
  customer_id: "customer",
  user_id: "user",
  label_id: "label",
  "contacts.value": "email",
  q: "word",
  ticket_id: "ticket",
  ticket_ids: "ticket",
  after_id: "ticket",
  inbox: "address",
  subject: "inbox",
};

const NO_REFERENCE_IN_QUERY = new Set(
  "state type spam trash since_created_at since_updated_at sort embed page per_page count fields envelope contacts.type unread mentioned draft after tab view action outcome".split(
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
  add_label_ids: "label",
  remove_label_ids: "label",
  label_id: "label",
  ticket_id: "ticket",
  message_id: "message",
  mention_ids: "user",
  draft_id: "draft",
  q: "word",
  ticket_ids: "ticket",
  message_ids: "message",
  customer_ids: "customer",
  value: "email",
  from: "email",
  to: "email",
  reply_to: "email",
  reply_cc: "email",
  cc: "email",
  bcc: "email",
  address: "address",
  inbox_ids: "inbox",
  email: "userEmail",
  "POST /labels name": "labelName",
  "PATCH /labels/:label_id name": "labelName",
  "POST /transports/test id": "transport",
  "POST /mailboxes/test id": "mailbox",
};

const NO_REFERENCE_IN_BODY = new Set(
  "type subject first_name last_name summary direction send_at forward body htmlized from_name state spam trash name color data snoozed_until version kind query shared draft unread mentioned since_created_at since_updated_at tab role disabled preferences signature notifications current_password password code response undo_seconds credits_per_minute requests_per_second plus_addressing enabled domain host port security auth user token_url client_id client_secret refresh_token folder after authserv_id from_now send_to content_id user_signature".split(
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
  "POST /inboxes/:inbox_id/dkim": () => ({}),
  "POST /transports": () => ({ host: "127.0.0.1" }),
  "PATCH /transports/:transport_id": () => ({}),
  "POST /transports/test": () => ({ host: "127.0.0.1" }),
  "POST /mailboxes": () => ({ host: "127.0.0.1", user: "x", password: "x" }),
  "PATCH /mailboxes/:mailbox_id": () => ({}),
  "POST /mailboxes/test": () => ({ host: "127.0.0.1", user: "x", password: "x" }),
  "POST /people/:user_id/ownership": () => ({}),
  "DELETE /people/:user_id/second-factors": () => ({}),
  "POST /inboxes/:inbox_id/signature-preview": () => ({}),
  "POST /people": () => ({ email: `${crypto.randomUUID()}@new.example` }),
  "PATCH /people/:user_id": () => ({}),
  "PATCH /me/passkeys/:passkey_id": () => ({ name: "x" }),
  "POST /apps": () => ({ name: "New" }),
  "PATCH /account": () => ({}),
  "PATCH /me": () => ({}),
  "PUT /me/password": () => ({ password: "a good password" }),
  "PUT /me/totp": () => ({ code: "000000" }),
  "DELETE /me/totp": () => ({}),
  "POST /me/recovery-codes": () => ({}),
  "POST /me/passkeys": () => ({ response: {} }),
  "POST /tickets/bulk": () => ({ changes: { state: "closed" } }),
  "PUT /tickets/:ticket_id/seen": () => ({}),
  "PUT /tickets/:ticket_id/draft": () => ({}),
  "POST /drafts": () => ({}),
  "PUT /drafts/:draft_id": () => ({}),
  "POST /saved-replies": () => ({ name: "x", body: "x" }),
  "PATCH /saved-replies/:saved_reply_id": () => ({}),
  "POST /saved-replies/:saved_reply_id/render": () => ({}),
  "POST /saved-searches": () => ({ name: "x", query: "x" }),
  "PATCH /saved-searches/:saved_search_id": () => ({}),
  "POST /tickets/:ticket_id/merge": () => ({}),
  "POST /tickets/:ticket_id/split": () => ({}),
  "POST /customers/:customer_id/merge": () => ({}),
  "PUT /tickets/:ticket_id/presence": () => ({ state: "viewing" }),
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
      path: `${fillPath(route, own)}?${name}=${encodeURIComponent(value)}&count=true&per_page=100${saidWith(route, name, own)}`,
      ...("rawType" in route && { body: "From: a@x.example\r\n\r\nhello", type: route.rawType }),
    });
    const alone: Place = { name: `?${name}=`, kind, ask: request };
    if (name === "q" || name === "after_id" || name === "ticket_id" || route.verb !== "GET") return [alone];
    return [alone, { name: `?${name}=, in a list`, kind, ask: (value, own) => request(`${value},${own[kind]}`, own) }];
  });
}

/** What a parameter says nothing without. */
function saidWith({ path }: Route, name: string, own: Things): string {
  if (path !== "/search-hits") return "";
  return name === "q" ? `&ticket_ids=${own.ticket}` : `&q=${own.word}`;
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
