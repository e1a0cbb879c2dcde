import { type TSchema, Type } from "typebox";
import { BASE_PATH } from "./conventions/answer.ts";
import type { Route } from "./router.ts";
import { Id, Problem } from "./schemas/shapes.ts";
import { Attachment } from "./schemas/attachments.ts";
import { Contact, Customer } from "./schemas/customers.ts";
import { Inbox } from "./schemas/inboxes.ts";
import { Label } from "./schemas/labels.ts";
import { Message } from "./schemas/messages.ts";
import { Ticket } from "./schemas/tickets.ts";
import { User } from "./schemas/users.ts";

/** The schemas that the description names; wherever they stand, it refers to them. */
const COMPONENTS: Readonly<Record<string, TSchema>> = {
  Ticket,
  Message,
  Attachment,
  User,
  Customer,
  Contact,
  Inbox,
  Label,
  Problem,
};

type Json = Record<string, unknown>;

/** The API as OpenAPI 3.1, made of the same declarations and schemas that serve it. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([a-z_]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.verb.toLowerCase()]: operation(route) };
  }
  const schemas = Object.entries(COMPONENTS).map(([name, schema]) => [name, plain(schema, name)]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Cantrip",
      version: "1",
      description: "The API of a shared inbox. Tokens come from `cantrip token create`.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: BASE_PATH }],
    security: [{ bearer: [] }, { basic: [] }, { session: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(schemas) as Json,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        basic: { type: "http", scheme: "basic", description: "The token as user name, any password" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-cantrip",
          description: "The web client's session: sent from a page of this server, with the header X-Cantrip-Client",
        },
      },
      headers: HEADERS,
    },
  };
}

const HEADERS: Json = {
  "Rate-Limit-Limit": header("Credits of a minute", Type.Integer()),
  "Rate-Limit-Remaining": header("Credits left", Type.Integer()),
  "Rate-Limit-Used": header("Credits that this request used", Type.Integer()),
  "Rate-Limit-Reset": header("Seconds until the credits are back", Type.Integer({ minimum: 1 })),
  "Total-Count": header("All results, with count=true", Type.Integer({ minimum: 0 })),
  Location: header("Where the new resource is", Type.String({ format: "uri" })),
  ETag: header("Version and hash of the representation", Type.String()),
  "Retry-After": header("Seconds to wait", Type.Integer({ minimum: 1 })),
};

const RATE = ["Rate-Limit-Limit", "Rate-Limit-Remaining", "Rate-Limit-Used", "Rate-Limit-Reset"];

function header(description: string, schema: TSchema): Json {
  return { description, schema: plain(schema) };
}

function operation(route: Route): Json {
  const path = [...route.path.matchAll(/:([a-z_]+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: name === "key" ? "The key in the link" : name.endsWith("_ids") ? "Comma separated ids" : "An id",
    schema: plain(name === "key" || name.endsWith("_ids") ? Type.String() : Id),
  }));
  const query = (route.parameters ?? []).map(({ name, about, schema }) => ({
    name,
    in: "query",
    description: about,
    schema: plain(schema),
  }));
  return {
    tags: [route.tag],
    summary: route.summary,
    operationId: operationId(route),
    ...(route.open === true && { security: [] }),
    ...(route.signedIn === true && { security: [{ session: [] }] }),
    parameters: [...path, ...query],
    ...(route.body !== undefined && {
      requestBody: { required: true, content: { "application/json": { schema: plain(route.body) } } },
    }),
    ...(route.rawType !== undefined && { requestBody: { required: true, content: { [route.rawType]: {} } } }),
    responses: responses(route),
  };
}

function operationId({ verb, path }: Route): string {
  const words = path.split("/").filter(Boolean);
  const name = words.map((word) => (word.startsWith(":") ? `by_${word.slice(1)}` : word)).join("_");
  return `${verb.toLowerCase()}_${name}`;
}

function responses(route: Route): Json {
  const names = [...RATE];
  if (route.collection === true) names.push("Total-Count");
  if (route.status === 201) names.push("Location");
  if (route.answer !== undefined && route.collection !== true) names.push("ETag");
  const content =
    route.stream === true
      ? { "text/event-stream": {} }
      : route.binary === true
        ? { "application/octet-stream": {} }
        : route.answer === undefined
          ? undefined
          : { "application/json": { schema: plain(route.answer) } };
  return {
    [route.status]: { description: "Done", headers: refer(names), ...(content !== undefined && { content }) },
    "4XX": {
      description: "Refused: the message says why",
      headers: refer([...RATE, "Retry-After"]),
      content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
    "5XX": { description: "A fault of the server's; no body" },
  };
}

function refer(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A schema as plain JSON, with the named ones (but for `self`) as references. */
function plain(schema: TSchema, self?: string): unknown {
  return replace(schema, self);
}

function replace(value: unknown, self?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => replace(item));
  if (typeof value !== "object" || value === null) return value;
  const name = Object.keys(COMPONENTS).find((candidate) => COMPONENTS[candidate] === value);
  if (name !== undefined && name !== self) return { $ref: `#/components/schemas/${name}` };
  const members = Object.entries(value).filter(([key]) => key !== "expects" && !key.startsWith("~"));
  return Object.fromEntries(members.map(([key, member]) => [key, replace(member)]));
}
