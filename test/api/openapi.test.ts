import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { checkAgainstDocument, declaredRoutes, document } from "../support/openapi-check.ts";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const NOBODY = "0".repeat(24);
const fill = (path: string): string => path.replace(/[:{][a-z_]+\}?/g, NOBODY);

/** The verbs under which a path is declared; `/tickets/bulk` is a ticket's path too, of one that is never there. */
function verbsOf(path: string): string[] {
  const matching = declaredRoutes().filter(({ path: pattern }) =>
    new RegExp(`^${pattern.replace(/:[a-z_]+/g, "[^/]+")}$`).test(path),
  );
  return [...new Set(matching.map(({ verb }) => verb))];
}

describe.skipIf(ENGINE_MISSING !== null)("the OpenAPI description", () => {
  test("is served without a token, and valid OpenAPI 3.1", async () => {
    const got = await desk.get("/openapi.json", { Authorization: "" });
    expect(got.status).toBe(200);
    expect(got.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(got.body.openapi).toBe("3.1.0");
    const validator = new Validator();
    const result = await validator.validate(structuredClone(got.body));
    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    validator.resolveRefs();
    expect(got.body, "it is the one that answers are checked against").toEqual(document);
  });

  test("would not be valid with a fault in it", async () => {
    const broken = structuredClone(document) as unknown as Record<string, unknown>;
    broken["paths"] = { "/x": { get: { responses: "none" } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  test("names every operation once, with a summary, and every path parameter", () => {
    const ids = new Set<string>();
    for (const [path, operations] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{([a-z_]+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(operations) as unknown as Record<string, unknown>[]) {
        const parameters = operation["parameters"] as { in: string; name: string; required?: boolean }[];
        const inPath = parameters.filter((each) => each.in === "path");
        expect(inPath.map(({ name }) => name)).toEqual(named);
        expect(inPath.every(({ required }) => required === true)).toBe(true);
        expect(operation["summary"]).toMatch(/^[A-Z]/);
        expect(ids).not.toContain(operation["operationId"]);
        ids.add(String(operation["operationId"]));
      }
    }
    expect(ids.size).toBe(declaredRoutes().length);
  });

  test("holds nothing of ours that OpenAPI does not know, and every reference leads somewhere", () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain('"expects"');
    expect(text).not.toContain('"~');
    for (const [, reference = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      let at: unknown = document;
      for (const part of reference.split("/")) at = (at as Record<string, unknown>)[part];
      expect(at, reference).toBeDefined();
    }
  });

  test("describes every route that answers, and every route that it describes answers", async () => {
    const paths = [...new Set(declaredRoutes().map(({ path }) => fill(path)))];
    const answering: string[] = [];
    for (const path of paths) {
      for (const verb of VERBS) {
        const got = await desk.ask(verb, path);
        if (got.status === 405) {
          expect(got.headers.allow?.split(", ")).not.toContain(verb);
        } else {
          answering.push(`${verb} ${path}`);
        }
      }
    }
    const described = paths.flatMap((path) => verbsOf(path).map((verb) => `${verb} ${path}`));
    expect(answering.toSorted()).toEqual(described.toSorted());
  });

  test("Allow names exactly the verbs that are described", async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const verbs = verbsOf(fill(path));
      expect(verbs).toEqual(expect.arrayContaining(Object.keys(operations).map((verb) => verb.toUpperCase())));
      const missing = VERBS.find((verb) => !verbs.includes(verb));
      if (missing === undefined) continue;
      const got = await desk.ask(missing, fill(path));
      expect(got.status, `${missing} ${path}`).toBe(405);
      expect(
        got.headers.allow
          ?.split(", ")
          .filter((verb) => verb !== "HEAD")
          .toSorted(),
      ).toEqual(verbs.toSorted());
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("the check of every answer against the description", () => {
  let ticket: Got;
  beforeAll(async () => {
    const { id } = await desk.ticket();
    ticket = await desk.get(`/tickets/${id}?embed=customer`);
  });
  const check = (changes: object, path = "/api/v1/tickets/x?embed=customer", status = 200, method = "GET"): void =>
    checkAgainstDocument(method, path, {}, { ...ticket, status, body: changes });

  test("lets through what is described", () => {
    expect(() => check(ticket.body)).not.toThrow();
    expect(() => check({ id: ticket.body.id }, "/api/v1/tickets/x?fields=id")).not.toThrow();
    expect(() => check({ message: "Not Found" }, "/api/v1/nothing", 404)).not.toThrow();
  });

  test.each<[string, object | null]>([
    ["a member that is missing", { subject: undefined }],
    ["a member of another type", { number: "1" }],
    ["a value outside its enumeration", { state: "pending" }],
    ["an id that is none", { customer_id: "x" }],
    ["null where there is always something", { inbox_id: null }],
    ["an embed that has another form", { customer: { id: "x" } }],
    ["a list in place of an object", null],
  ])("finds %s", (_, change) => {
    const body = change === null ? [ticket.body] : JSON.parse(JSON.stringify({ ...ticket.body, ...change }));
    expect(() => check(body)).toThrow(/forbids/);
  });

  test("finds it under fields and in an envelope too", () => {
    expect(() => check({ number: "1" }, "/api/v1/tickets/x?fields=number")).toThrow(/forbids/);
    const packed = { status: 200, headers: {}, response: { ...ticket.body, number: "1" } };
    expect(() => check(packed, "/api/v1/tickets/x?envelope=true")).toThrow(/forbids/);
  });

  test("finds a status, a body and a refusal that the description does not know", () => {
    expect(() => check(ticket.body, "/api/v1/tickets/x", 201)).toThrow(/does not know/);
    expect(() => check(ticket.body, "/api/v1/nothing")).toThrow(/does not know/);
    expect(() => check({}, "/api/v1/tickets/x/labels/y", 200, "PUT")).toThrow(/does not know/);
    expect(() => check({ error: "x" }, "/api/v1/tickets/x", 404)).toThrow(/forbids/);
    expect(() => check({ message: "x", errors: ["x"] }, "/api/v1/tickets/x", 422)).toThrow(/forbids/);
  });
});
