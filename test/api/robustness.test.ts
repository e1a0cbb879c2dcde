// Longer than most: one table of junk and one set of properties over every declared route.
import fc from "fast-check";
import { setTimeout as sleep } from "node:timers/promises";
import type { TSchema } from "typebox";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Route } from "../../src/api/router.ts";
import {
  NASTY_STRINGS,
  NASTY_VALUES,
  PROTOTYPE_NAMES,
  escapeAll,
  junkString,
  junkValue,
  nearly,
} from "../support/junk.ts";
import { furnish } from "../support/furnish.ts";
import { declaredRoutes } from "../support/openapi-check.ts";
import { exchangeBytes } from "../support/raw-http.ts";
import { type Got, type TestDesk, logged, openDesk, send } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

/** No request may take longer, whatever is in it. */
const DEADLINE = 5000;

/** Traces of what is behind the API. */
const LEAK =
  /\bSELECT\b|sqlite|postgres|kysely|node_modules|node:internal|\.ts:\d+|\bat [\w.<>]+ \(|Error: |\/(work|home|tmp|usr|src)\//i;

let desk: TestDesk;
/** Values that are sound in one place or another. */
let sound: string[];
/** A sound value for each parameter of a path. */
let own: Record<string, string>;

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  const label = (await desk.post("/labels", { name: "VIP" })).body;
  const customer = (await desk.post("/customers", { contacts: [{ type: "email", value: "ruby@example.com" }] })).body;
  const attachment = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGk=" })).body;
  const note = { type: "note", user_id: desk.user.id, body: "hello" };
  const ticket = await desk.ticket({ customer_id: customer.id, messages: [note] });
  const [message] = (await desk.get(`/tickets/${ticket.id}/messages`)).body;
  own = {
    ticket_id: ticket.id,
    message_id: message.id,
    customer_id: customer.id,
    contact_id: customer.contacts[0].id,
    attachment_id: attachment.id,
    user_id: desk.user.id,
    inbox_id: desk.inbox.id,
    label_id: label.id,
    label_ids: label.id,
    ...(await furnish(desk, await desk.signIn({ role: "owner" }))),
  };
  sound = [
    ...Object.values(own),
    "email",
    "ruby@example.com",
    "+14155552671",
    "2999-01-01T00:00:00Z",
    "a/b",
    "hello",
    "red",
  ];
});
beforeEach(() => {
  logged.length = 0;
});

/** Sends it, and holds what comes back against what must hold of every answer. */
async function attack(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Got> {
  const late = sleep(DEADLINE, undefined, { ref: false }).then(() => {
    throw new Error(`${method} ${path} was not answered within ${DEADLINE} ms`);
  });
  const all = {
    Authorization: `Bearer ${desk.token}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...headers,
  };
  const got = await Promise.race([send(desk.server, method, `/api/v1${path}`, { body, headers: all }), late]);
  const what = `${method} ${path.slice(0, 300)} ${JSON.stringify(body)?.slice(0, 300)}: ${got.status} ${got.text.slice(0, 300)}`;
  if (got.status >= 500 || logged.length > 0) {
    throw new Error(`${what} ${String((logged[0] as { error?: unknown })?.error)}`);
  }
  const enveloped = got.status === 200 && typeof got.body?.status === "number" && got.body.response !== undefined;
  const status: number = enveloped ? got.body.status : got.status;
  if (status < 400) return got;
  if (LEAK.test(got.text)) throw new Error(`it tells what is behind it: ${what}`);
  const refusal = enveloped ? got.body.response : got.body;
  const names = status === 422 ? ["message", "errors"] : ["message"];
  const formed =
    got.headers["content-type"] === "application/json; charset=utf-8" &&
    JSON.stringify(Object.keys(refusal)) === JSON.stringify(names) &&
    typeof refusal.message === "string" &&
    (status !== 422 ||
      (refusal.errors.length > 0 && refusal.errors.every((each: object) => Object.keys(each).join() === "message")));
  if (!formed) throw new Error(`it has not the form of T12: ${what}`);
  return got;
}

const routes = declaredRoutes();
const COMMON = new Set(["fields", "envelope", "count", "page", "per_page"]);

function fill(route: Route, value: (name: string) => string = (name) => own[name] ?? ""): string {
  return route.path.replace(/:([a-z_]+)/g, (_, name: string) => value(name));
}

/** All of some work, some at a time. */
async function allOf(work: readonly (() => Promise<unknown>)[]): Promise<void> {
  const queue = [...work];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

type Step = string | number;

function leavesOf(schema: TSchema, steps: Step[] = []): Step[][] {
  const { anyOf, properties, items } = schema as {
    anyOf?: TSchema[];
    properties?: Record<string, TSchema>;
    items?: TSchema;
  };
  if (anyOf !== undefined) return anyOf.flatMap((part) => leavesOf(part, steps)).slice(0, -1);
  if (items !== undefined) return [steps, ...leavesOf(items, [...steps, 0])];
  if (properties === undefined) return [steps];
  return [steps, ...Object.entries(properties).flatMap(([name, member]) => leavesOf(member, [...steps, name]))];
}

function bodyWith(steps: readonly Step[], value: unknown): unknown {
  const [first, ...rest] = steps;
  if (first === undefined) return value;
  return typeof first === "number" ? [bodyWith(rest, value)] : { type: "email", [first]: bodyWith(rest, value) };
}

describe.skipIf(ENGINE_MISSING !== null)(
  "whatever is sent, no 5xx, no hang, no leak, and every refusal has its form",
  () => {
    const LIMIT = { interruptAfterTimeLimit: 2000, numRuns: 600 };

    test("in every parameter of every query", async () => {
      await allOf(
        routes.flatMap((route, index) =>
          (route.parameters ?? []).flatMap(({ name }) =>
            // What every endpoint has is shared out among them: the same code reads it.
            NASTY_STRINGS.filter((_, turn) => !COMMON.has(name) || (turn + index) % 8 === 0).map(
              (value) => async () => await attack(route.verb, `${fill(route)}?${name}=${escapeAll(value)}`),
            ),
          ),
        ),
      );
      expect(logged).toEqual([]);
    }, 60_000);

    test("in every parameter of every path", async () => {
      await allOf(
        routes.flatMap((route) =>
          [...route.path.matchAll(/:([a-z_]+)/g)].flatMap(([, name = ""]) =>
            NASTY_STRINGS.map((value) => async () => {
              const path = fill(route, (each) => (each === name ? escapeAll(value) : (own[each] ?? "")));
              return await attack(route.verb, path);
            }),
          ),
        ),
      );
      expect(logged).toEqual([]);
    }, 60_000);

    test("in every member of every body", async () => {
      const met = new Set<string>();
      await allOf(
        routes.flatMap((route, index) =>
          (route.body === undefined ? [] : leavesOf(route.body)).flatMap((steps) => {
            const name = String(steps.at(-1));
            const isMet = met.has(name);
            met.add(name);
            // What several bodies have is shared out among them: much the same code reads it.
            return NASTY_VALUES.filter((_, turn) => !isMet || (turn + index) % 3 === 0).map(
              (value) => async () => await attack(route.verb, fill(route), JSON.stringify(bodyWith(steps, value))),
            );
          }),
        ),
      );
      expect(logged).toEqual([]);
    }, 180_000);

    const anyRoute = fc.constantFrom(...routes);

    test("in any query", async () => {
      const names = [...new Set(routes.flatMap(({ parameters = [] }) => parameters.map(({ name }) => name)))];
      const name = fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...names, ...PROTOTYPE_NAMES) },
        junkString.map(escapeAll),
      );
      const good = fc.constantFrom(
        "true",
        "false",
        "0",
        "1",
        "100",
        "10000",
        "-created_at",
        "user_id",
        "open",
        "null",
        "customer,messages",
      );
      const value = fc.oneof(
        good,
        junkString.map(escapeAll),
        fc.string({ maxLength: 12 }).map((text) => text.replace(/[^!-~]|#/g, "%")),
        fc.gen().map((pick) => pick(fc.constantFrom, ...sound)),
      );
      const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(anyRoute, pairs, fc.constantFrom("?", "&", "??", "?&"), async (route, query, mark) => {
          const text = query.map(([key, content]) => `${key}=${content}`).join("&");
          await attack(route.verb, fill(route) + mark + text);
        }),
        LIMIT,
      );
    }, 60_000);

    test("in any path", async () => {
      const part = fc.oneof(
        fc.constantFrom(
          "tickets",
          "customers",
          "labels",
          "messages",
          "me",
          "openapi.json",
          "%2F",
          "..",
          ".",
          "%2e%2e",
          "%",
          "%ff",
          "*",
        ),
        junkString.map((text) => escapeAll(text).slice(0, 600)),
        fc.gen().map((pick) => pick(fc.constantFrom, ...sound)),
      );
      const verb = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND");
      await fc.assert(
        fc.asyncProperty(verb, fc.array(part, { maxLength: 5 }), async (method, parts) => {
          await attack(method, `/${parts.join("/")}`.replace(/[^!-~]/g, "%"));
        }),
        LIMIT,
      );
    }, 60_000);

    const withBody = routes.filter(({ body }) => body !== undefined);

    test.each(withBody.map((route) => [`${route.verb} ${route.path}`, route] as const))(
      "in any body of %s",
      async (_, route) => {
        await fc.assert(
          fc.asyncProperty(nearly(route.body ?? {}, sound), async (body) => {
            await attack(route.verb, fill(route), JSON.stringify(body) ?? "");
          }),
          { interruptAfterTimeLimit: 1000, numRuns: 120 },
        );
      },
      60_000,
    );

    test("in a body that is any bytes, or nearly JSON", async () => {
      const text = fc.oneof(
        junkString,
        junkValue.map((value) => JSON.stringify(value) ?? ""),
        fc.tuple(junkValue, fc.nat(50)).map(([value, end]) => (JSON.stringify(value) ?? "").slice(0, end)),
        fc.constantFrom(
          "1e999",
          '{"a":1e999}',
          '{"subject":"a","subject":"b"}',
          "[".repeat(100_000),
          '{"a":'.repeat(10_000),
          "\ufeff{}",
          "nul",
          "{}{}",
          '"\\ud800"',
          `[${"0,".repeat(50_000)}0]`,
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...withBody), text, async (route, body) => {
          await attack(route.verb, fill(route), body);
        }),
        LIMIT,
      );
      const bytes = fc.uint8Array({ maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(bytes, async (body) => {
          const head = `POST /api/v1/labels HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${desk.token}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
          const raw = await exchangeBytes({ port: desk.server.port }, Buffer.concat([Buffer.from(head), body]));
          expect([201, 400, 422]).toContain(raw.status);
        }),
        { numRuns: 100 },
      );
    }, 60_000);

    test("in any header", async () => {
      const names =
        "Accept Accept-Encoding Authorization Content-Type Cookie If-Match If-None-Match Idempotency-Key X-HTTP-Method-Override X-Forwarded-Proto X-Forwarded-For X-Forwarded-Host Host Origin Range Expect Upgrade Sec-Fetch-Mode Sec-Fetch-Site Content-Encoding __proto__ constructor".split(
          " ",
        );
      const value = fc.oneof(
        junkString.map((text) => text.replace(/[^\t -~\u0080-\u00ff]/g, "").slice(0, 2000)),
        fc.constantFrom(
          "*",
          '"1.x"',
          "text/html;q=x",
          "br;q=9",
          "gzip,,,",
          "Basic !",
          "Bearer",
          "https,http",
          "DELETE",
          "bytes=0-",
          "application/json; charset=utf-16",
        ),
      );
      const some = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
        maxLength: 5,
        selector: ([name]) => name,
      });
      await fc.assert(
        fc.asyncProperty(anyRoute, some, fc.boolean(), async (route, pairs, full) => {
          const { Expect: _, ...headers } = Object.fromEntries(pairs);
          await attack(route.verb, fill(route), full ? "{}" : undefined, headers);
        }),
        LIMIT,
      );
    }, 60_000);

    test("in a request that is nearly HTTP", async () => {
      const line = fc.oneof(
        junkString,
        fc.constantFrom(
          // Not `/`: without a built web client it says so, with 503.
          "GET /healthz HTTP/1.1",
          "GET /api/v1/tickets HTTP/9.9",
          "POST /api/v1/tickets HTTP/1.0",
          "GET",
          "Host: x",
          "Host:",
          ": x",
          "Content-Length: -1",
          "Content-Length: 1, 2",
          "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding: chunked",
          "zz",
          "0",
          "Expect: 100-continue",
          "Expect: 7",
          "Upgrade: h2c",
          "Connection: Upgrade",
          "PRI * HTTP/2.0",
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), async (lines) => {
          const bytes = Buffer.from(`${lines.join("\r\n")}\r\nConnection: close\r\n\r\n\r\n\r\n`, "latin1");
          const raw = await answerWithin(bytes);
          if (raw === null) return;
          expect(raw.status).toBeLessThan(500);
          expect(raw.text).not.toMatch(LEAK);
        }),
        { interruptAfterTimeLimit: 2500, numRuns: 200 },
      );
      expect(logged).toEqual([]);
    }, 60_000);

    test("a hundred thousand nested levels, and a hundred thousand members, are answered at once", async () => {
      const start = performance.now();
      for (const body of [
        "[".repeat(100_000) + "]".repeat(100_000),
        `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":[]`).join()}}`,
      ]) {
        const got = await attack("POST", "/labels", body);
        expect([400, 422]).toContain(got.status);
      }
      expect(performance.now() - start).toBeLessThan(DEADLINE);
    });
  },
);

/** The answer; null when the server waits for the rest of the request, which is no hang of its own. */
async function answerWithin(bytes: Buffer): Promise<Awaited<ReturnType<typeof exchangeBytes>> | null> {
  const waits = sleep(150, null, { ref: false });
  return await Promise.race([exchangeBytes({ port: desk.server.port }, bytes), waits]);
}
