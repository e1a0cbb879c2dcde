import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { Query } from "../../src/api/conventions/query.ts";
import { openApiDocument } from "../../src/api/openapi.ts";
import { type Route, Router } from "../../src/api/router.ts";
import { declareRoutes } from "../../src/api/routes.ts";
import type { Got } from "./test-api.ts";

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }>; headers?: object }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** The routes as they are declared, without a server. */
export function declaredRoutes(): readonly Route[] {
  const ignore = { get: () => undefined, route: () => undefined };
  const router = new Router(ignore as never, {} as never);
  declareRoutes(router);
  return router.routes;
}

export const document = openApiDocument(declaredRoutes()) as unknown as Document;

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/**
 * Fails when a response of the API is not what its description says: status, and schema of the body. Every response of
 * the suite goes through here.
 */
export function checkAgainstDocument(
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  got: Got,
): void {
  const [before = "", mark, rest = ""] = path.split(/([?&])(.*)/s);
  const query = new Query(mark === "&" ? rest.replaceAll("?", "&") : rest);
  if (!before.startsWith("/api/v1/") || got.status >= 500 || got.status === 304 || method === "HEAD") return;
  if (got.body === undefined || before.endsWith("/openapi.json")) return;
  const enveloped = got.status === 200 && query.isTrue("envelope");
  const status: number = enveloped ? got.body.status : got.status;
  const body: unknown = enveloped ? got.body.response : got.body;
  if (status === 204) return;
  const name = Object.keys(headers).find((header) => header.toLowerCase() === "x-http-method-override");
  const verb = (name === undefined || method !== "POST" ? method : String(headers[name])).toLowerCase();
  const operation = operationOf(before.slice("/api/v1".length).replace(/\/$/, ""), verb);
  const response = status >= 400 ? PROBLEM : operation?.responses[String(status)];
  if (response === undefined) {
    throw new Error(`${method} ${path} answered ${status}, which the description does not know`);
  }
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined) throw new Error(`${method} ${path} answered a body, which the description does not know`);
  // A narrowed answer has fewer members than the schema requires; its members still have to fit.
  const narrowed = status < 400 && query.list("fields") !== undefined;
  const validate = validatorOf(narrowed ? withoutRequired(schema) : schema);
  if (!validate(body)) {
    throw new Error(`${method} ${path} answered what its description forbids: ${ajv.errorsText(validate.errors)}`);
  }
}

const PROBLEM = { content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } } };

function operationOf(path: string, verb: string): Operation | undefined {
  const candidates = Object.entries(document.paths).filter(([template]) =>
    new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{[a-z_]+\}/g, "[^/]+")}$`).test(path),
  );
  // A literal path wins over one with parameters: /users/me over /users/{user_id}.
  const [exact] = candidates.toSorted(([a], [b]) => a.split("{").length - b.split("{").length);
  return exact?.[1][verb];
}

function validatorOf(schema: object): ValidateFunction {
  const key = JSON.stringify(schema);
  let validate = validators.get(key);
  if (validate === undefined) {
    validate = ajv.compile({ ...schema, components: document.components });
    validators.set(key, validate);
  }
  return validate;
}

/** The schema with its references resolved and nothing required. */
function withoutRequired(schema: object): object {
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value) return resolve(document.components.schemas[String(value.$ref).split("/").at(-1) ?? ""]);
    const members = Object.entries(value).filter(([key]) => key !== "required");
    return Object.fromEntries(members.map(([key, member]) => [key, resolve(member)]));
  };
  return resolve(schema) as object;
}
