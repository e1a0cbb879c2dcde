import { beforeEach, describe, expect, test } from "vitest";
import { document as description } from "../support/openapi-check.ts";
import {
  type PrintedRequest,
  printedRequests,
  readDocument,
  resourceTables,
  shapeOfPrinted,
} from "./document-reader.ts";
import { SAMPLES } from "./samples.ts";

const lines = readDocument();
const HEADINGS = new Set([...SAMPLES.map(({ section }) => section), "Creating a new note"]);
const printed = lines === null ? [] : printedRequests(lines, HEADINGS);

/** The lines that head a table of body fields: an endpoint's form, not a request. */
const isForm = ({ method, table, body }: PrintedRequest): boolean =>
  method !== "GET" && table !== null && body === null;
const requests = printed.filter((request) => !isForm(request));

interface Described {
  type?: string;
  properties?: Record<string, Described>;
  items?: Described;
  anyOf?: Described[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
}

interface DescribedOperation {
  parameters: { name: string; in: string; schema: Described }[];
  requestBody?: { content: { "application/json": { schema: Described } } };
  responses: Record<string, { headers?: object; content?: Record<string, { schema?: Described }> }>;
}

function operationOf({ method, url }: Pick<PrintedRequest, "method" | "url">): DescribedOperation | undefined {
  const path = url
    .replace(/^https:\/\/[^/]+/, "")
    .replace(/^\/api\/v1/, "")
    .replace(/[?&].*$/, "");
  const templates = Object.keys(description.paths).filter((template) =>
    new RegExp(`^${template.replace(/\{[a-z_]+\}/g, "[^/]+")}$`).test(path),
  );
  const [template = ""] = templates.toSorted((a, b) => a.split("{").length - b.split("{").length);
  return description.paths[template]?.[method.toLowerCase()] as DescribedOperation | undefined;
}

/** The properties of a schema, through references and unions. */
function propertiesOf(schema: Described): Record<string, Described> {
  if (schema.$ref !== undefined) {
    return propertiesOf(description.components.schemas[schema.$ref.split("/").at(-1) ?? ""] as Described);
  }
  const members = (schema.anyOf ?? []).flatMap((part) => Object.entries(propertiesOf(part)));
  const merged = Object.entries(Object.groupBy(members, ([name]) => name)).map(
    ([name, same = []]) => [name, { anyOf: same.map(([, member]) => member) }] as const,
  );
  return { ...Object.fromEntries(merged), ...schema.properties };
}

/** The values that a schema lists; of a list of contacts, those of their type. */
function valuesOf(schema: Described): unknown[] {
  const { items, anyOf = [], enum: listed = [] } = schema;
  const ofItems = items === undefined ? [] : valuesOf(propertiesOf(items)["type"] ?? {});
  return [...listed, ...("const" in schema ? [schema.const] : []), ...ofItems, ...anyOf.flatMap(valuesOf)];
}

/** The columns of a row run together in the text: what follows a name begins with a type, yes or no, or a capital. */
const AFTER_NAME = /^(string|integer|boolean|timestamp|array|yes|no|[A-Z]|id of|$)/;

/** The described member that a row of a table speaks of. */
function memberOf(row: string, members: readonly string[]): string | undefined {
  const named = members.filter((name) => row.startsWith(name) && AFTER_NAME.test(row.slice(name.length)));
  return named.toSorted((a, b) => b.length - a.length)[0];
}

describe("the API's document", () => {
  beforeEach((context) => {
    if (lines === null) context.skip("the API's document is not beside this checkout: samples.ts stands for it");
  });

  test("has its sample requests in samples.ts, exactly as printed, and samples.ts has no other", () => {
    expect(requests.length).toBeGreaterThan(40);
    const asPrinted = requests.map(({ section, method, url, headers, body }) => ({
      section,
      method,
      url,
      headers,
      body,
    }));
    const ours = SAMPLES.map(({ section, method, url, headers = {}, body = null }) => ({
      section,
      method,
      url,
      headers,
      body,
    }));
    expect(ours).toEqual(asPrinted);
  });

  test("has its sample answers in samples.ts: status, headers, price and fields", () => {
    for (const [index, { answer }] of requests.entries()) {
      const sample = SAMPLES[index];
      const used = answer.headers["Rate-Limit-Used"];
      expect({ ...sample, answers: sample?.answers.toSorted() }).toEqual({
        ...sample,
        status: answer.status ?? sample?.status,
        answers: Object.keys(answer.headers).toSorted(),
        used: used === undefined ? undefined : Number(used),
        shape: answer.body === null ? undefined : shapeOfPrinted(answer.body),
      });
    }
  });

  test("names no endpoint that the description lacks, but for changing users", () => {
    const unknown = printed.filter((request) => operationOf(request) === undefined);
    expect(unknown.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "PATCH https://site.enchant.com/api/v1/users/543abc",
      "POST https://site.enchant.com/api/v1/users/543abc",
    ]);
    expect(printed.filter(isForm)).toHaveLength(9);
  });

  test("names no query parameter that the description lacks", () => {
    const tables = printed.filter(({ method, table }) => method === "GET" && table !== null);
    expect(tables.map(({ url }) => url)).toEqual(["/api/v1/tickets", "/api/v1/tickets/ticket_id", "/api/v1/customers"]);
    const unknown = tables.flatMap(({ table, ...request }) =>
      (table ?? []).filter((row) => memberOf(row, parametersOf(request)) === undefined),
    );
    expect(unknown).toEqual([]);
  });

  test("sends no query parameter that the description lacks", () => {
    const unknown = requests.flatMap((request) => {
      const [, query = ""] = request.url.split(/[?&](.*)/s);
      const names = [...new URLSearchParams(query).keys()];
      return names.filter((name) => !parametersOf(request).includes(name));
    });
    expect(unknown).toEqual([]);
  });

  test("names no body field that the description lacks, and no value of one", () => {
    const unknown = printed.filter(isForm).flatMap((form) => {
      const schema = operationOf(form)?.requestBody?.content["application/json"].schema ?? {};
      return unknownRows(form.table ?? [], propertiesOf(schema));
    });
    expect(unknown).toEqual([]);
  });

  test("names no field of a resource that the description lacks, and no value of one", () => {
    const sections = ["Tickets", "Messages", "Attachments", "Users", "Customers", "Contacts"];
    const tables = resourceTables(lines ?? [], new Set(sections));
    expect(tables.map(({ section }) => section)).toEqual(sections.toSpliced(2, 0, "Messages"));
    expect(tables.map(({ rows }) => rows.length)).toEqual([16, 8, 4, 4, 4, 5, 3]);
    const unknown = tables.flatMap(({ section, rows }) =>
      unknownRows(rows, propertiesOf({ $ref: `#/components/schemas/${section.slice(0, -1)}` })),
    );
    expect(unknown).toEqual([]);
  });

  test("names no status that the description lacks", () => {
    const statuses = (lines ?? []).flatMap((line) => /^ +• (\d{3})\b/.exec(line)?.[1] ?? []);
    expect(statuses).toEqual(["200", "201", "204", "400", "401", "403", "404", "415", "422", "429", "500"]);
    const operations = Object.values(description.paths).flatMap((path) => Object.values(path));
    for (const status of statuses) {
      const known = operations.filter(({ responses }) => status in responses || `${status[0]}XX` in responses);
      expect(known.length).toBeGreaterThanOrEqual(Number(status) >= 400 ? operations.length : 1);
    }
  });

  test("names no header of an answer that the description lacks", () => {
    const unknown = printed.flatMap((request) => {
      const { status, headers } = request.answer;
      const described = Object.keys(operationOf(request)?.responses[String(status)]?.headers ?? {});
      return Object.keys(headers).filter((name) => name !== "Content-Type" && !described.includes(name));
    });
    expect(unknown).toEqual([]);
  });
});

function parametersOf(request: Pick<PrintedRequest, "method" | "url">): string[] {
  const parameters = operationOf(request)?.parameters ?? [];
  return parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
}

/** The rows of a table that name no property, or list a value that it does not take. */
function unknownRows(rows: readonly string[], properties: Record<string, Described>): string[] {
  return rows.filter((row) => {
    const name = memberOf(row, Object.keys(properties));
    if (name === undefined) return true;
    const [, listed] = /(?:[Oo]ne of: |one of |set to: )([a-z_, ]+)(?:\.|$)/.exec(row) ?? [];
    if (listed === undefined || listed.includes("true")) return false;
    const values = valuesOf(properties[name] ?? {});
    return listed
      .replace(" or ", ", ")
      .split(/, */)
      .some((value) => !values.includes(value));
  });
}
