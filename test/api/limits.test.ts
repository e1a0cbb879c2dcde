import { randomBytes, randomInt } from "node:crypto";
import type { TSchema } from "typebox";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { furnish } from "../support/furnish.ts";
import { declaredRoutes } from "../support/openapi-check.ts";
import { exchange } from "../support/raw-http.ts";
import { BulkFilter } from "../../src/api/schemas/bulk.ts";
import { openBrowser } from "../support/browser.ts";
import { type LinkKind, makeLinkKey } from "../../src/desk/one-time-links.ts";
import { type Got, type SignedIn, type TestDesk, logged, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let person: SignedIn;
let ids: Record<string, string>;
/** Of links, by the first part of their path. */
let keys: Record<string, string>;
beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  const ticket = await desk.ticket();
  const label = (await desk.post("/labels", { name: "VIP" })).body;
  person = await desk.signIn({ role: "owner" });
  const keyFor = async (kind: LinkKind): Promise<string> =>
    await desk.server.storage.db.transact(async (tx) => await makeLinkKey(tx, kind, desk.user));
  keys = { invitations: await keyFor("invitation"), "password-resets": await keyFor("password-reset") };
  ids = {
    user_id: desk.user.id,
    ticket_id: ticket.id,
    customer_id: ticket.customer_id,
    inbox_id: desk.inbox.id,
    label_id: label.id,
    ...(await furnish(desk, person)),
  };
});
beforeEach(() => {
  logged.length = 0;
});

const faultsOf = (got: Got): string[] => got.body.errors.map(({ message }: { message: string }) => message);

type Step = string | number;

interface Limited {
  steps: Step[];
  schema: { type?: string; maxLength?: number; maxItems?: number };
}

/** The members of a body that have a limit, and where they stand. */
function limitsOf(schema: TSchema, steps: Step[] = []): Limited[] {
  const shape = schema as Limited["schema"] & {
    anyOf?: TSchema[];
    properties?: Record<string, TSchema>;
    items?: TSchema;
  };
  const { anyOf, properties, items, maxLength, maxItems } = shape;
  if (anyOf !== undefined) return anyOf.flatMap((part) => limitsOf(part, steps));
  const here = maxLength === undefined && maxItems === undefined ? [] : [{ steps, schema: shape }];
  if (items !== undefined) return [...here, ...limitsOf(items, [...steps, 0])];
  return [...here, ...Object.entries(properties ?? {}).flatMap(([name, member]) => limitsOf(member, [...steps, name]))];
}

function bodyWith(steps: readonly Step[], value: unknown): unknown {
  const [first, ...rest] = steps;
  if (first === undefined) return value;
  return typeof first === "number" ? [bodyWith(rest, value)] : { [first]: bodyWith(rest, value) };
}

const nameOf = (steps: readonly Step[]): string =>
  steps
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .slice(1);

const LIMITED = declaredRoutes().flatMap(({ verb, path, body, open, signedIn }) =>
  (body === undefined ? [] : limitsOf(body)).map(
    (limited) => [`${nameOf(limited.steps)} of ${verb} ${path}`, { verb, path, open, signedIn, ...limited }] as const,
  ),
);

describe.skipIf(ENGINE_MISSING !== null)("limits", () => {
  test("headers of more than 48 KiB are 431", async () => {
    const lines = ["GET /api/v1/tickets HTTP/1.1", "Host: x", `X-Long: ${"x".repeat(49 * 1024)}`];
    const raw = await exchange({ port: desk.server.port }, lines);
    expect([raw.status, JSON.parse(raw.text)]).toEqual([431, { message: "Request Header Fields Too Large" }]);
    const fits = await desk.get("/labels", { "X-Long": "x".repeat(40 * 1024) });
    expect(fits.status).toBe(200);
  });

  test("a URL of more than 16,384 characters is 414, and one of as many is read", async () => {
    const long = "/labels?x=";
    const prefix = "/api/v1".length + long.length;
    expect((await desk.get(long + "a".repeat(16_384 - prefix))).status).toBe(200);
    for (const path of [long + "a".repeat(16_385 - prefix), `/labels/${"a".repeat(17_000)}`]) {
      const got = await desk.get(path);
      expect([got.status, got.body]).toEqual([414, { message: "URI Too Long: a URL has at most 16384 characters" }]);
    }
  });

  test("a body of more than 40 MiB is 413, whatever the endpoint", async () => {
    for (const path of ["/tickets", "/labels", "/customers"]) {
      const lines = [`POST /api/v1${path} HTTP/1.1`, "Host: x", `Authorization: Bearer ${desk.token}`];
      const announced = [...lines, "Content-Type: application/json", `Content-Length: ${40 * 1024 * 1024 + 1}`];
      const raw = await exchange({ port: desk.server.port }, announced);
      expect(raw.status).toBe(413);
      expect(JSON.parse(raw.text).message).toMatch(/^Payload Too Large: /);
    }
  });

  test("JSON that nests deeper than 32 levels is 400", async () => {
    const nested = (levels: number): string => `${'{"x":'.repeat(levels - 1)}{}${"}".repeat(levels - 1)}`;
    expect((await desk.post("/customers", nested(32))).status).toBe(201);
    for (const body of [nested(33), nested(5000), "[".repeat(33) + "]".repeat(33)]) {
      const got = await desk.post("/customers", body);
      expect([got.status, got.body]).toEqual([400, { message: "Bad Request: the body nests deeper than 32 levels" }]);
    }
  });

  test("a list of more than 500 values in a query is 400 and names it", async () => {
    for (const [path, name] of [
      ["/tickets", "id"],
      ["/tickets", "inbox_id"],
      ["/tickets", "user_id"],
      ["/tickets", "label_id"],
      ["/tickets", "customer_id"],
      ["/tickets", "state"],
      ["/tickets", "type"],
      ["/tickets", "embed"],
      ["/tickets", "fields"],
      ["/labels", "fields"],
      ["/customers", "contacts.type"],
      ["/customers", "contacts.value"],
    ]) {
      const got = await desk.get(`${path}?${name}=${"open,".repeat(500)}open`);
      expect([got.status, got.body], `${path} ${name}`).toEqual([
        400,
        { message: `${name} must have at most 500 values` },
      ]);
    }
    const repeated = await desk.get(`/tickets?${Array.from({ length: 501 }, () => "id=a").join("&")}`);
    expect(repeated.status).toBe(400);
  });

  test("a list of labels in a path that is too long for a URL is 414, and else it is looked for", async () => {
    const many = Array.from({ length: 600 }, () => randomBytes(12).toString("hex")).join(",");
    expect((await desk.ask("PUT", `/tickets/${ids["ticket_id"]}/labels/${many}`)).status).toBe(404);
    expect((await desk.ask("PUT", `/tickets/${ids["ticket_id"]}/labels/${many},${many}`)).status).toBe(414);
  });

  test("more than 32 words in q are 400", async () => {
    for (const path of ["/tickets", "/customers", `/customers/${ids["customer_id"]}/tickets`]) {
      expect((await desk.get(`${path}?q=${"word+".repeat(32)}`)).status).toBe(200);
      for (const q of ["word+".repeat(33), encodeURIComponent("漢".repeat(35)), "a".repeat(3) + "-b".repeat(40)]) {
        const got = await desk.get(`${path}?q=${q}`);
        expect([got.status, got.body]).toEqual([400, { message: "q must have at most 32 words" }]);
      }
    }
  });

  test("every text of a body has a limit, but for those that hold contents, ids or times", () => {
    const free = new Set([
      "body",
      "data",
      "type",
      "color",
      "snoozed_until",
      "send_at",
      "id",
      "user_id",
      "inbox_id",
      "customer_id",
      "ticket_id",
      "message_id",
      "label_id",
      "draft_id",
      "label_ids",
      "attachment_ids",
      "inbox_ids",
      "mention_ids",
      "ticket_ids",
      "message_ids",
      "customer_ids",
      "add_label_ids",
      "remove_label_ids",
      // Of a pattern that limits it.
      "content_id",
    ]);
    const textsOf = (schema: TSchema, name = ""): string[] => {
      const shape = schema as Limited["schema"] & {
        anyOf?: TSchema[];
        properties?: Record<string, TSchema>;
        items?: TSchema;
      };
      const inner = [...(shape.anyOf ?? []), ...(shape.items === undefined ? [] : [shape.items])].flatMap((part) =>
        textsOf(part, name),
      );
      // Of a filter: read as a query's parameters are, with their limits.
      const properties = schema === BulkFilter ? {} : (shape.properties ?? {});
      const members = Object.entries(properties).flatMap(([member, part]) => textsOf(part, member));
      return [...inner, ...members, ...(shape.type === "string" && shape.maxLength === undefined ? [name] : [])];
    };
    const unlimited = declaredRoutes().flatMap(({ body }) => (body === undefined ? [] : textsOf(body)));
    expect([...new Set(unlimited)].filter((name) => !free.has(name))).toEqual([]);
  });

  test.each(LIMITED)("what is longer than it may be is 422 and named: %s", async (_, limited) => {
    const { verb, path, steps, schema, open, signedIn } = limited;
    const asker = open === true ? openBrowser(desk.server) : signedIn === true ? person : desk;
    const real = path.replace(/:([a-z_]+)/g, (__, name: string) => ids[name] ?? keys[path.split("/")[1] ?? ""] ?? "");
    const limit = schema.maxLength ?? schema.maxItems ?? 0;
    const units = schema.maxLength === undefined ? null : ["a", "é", "\u{1F600}"];
    const values = (length: number): unknown[] =>
      units === null ? [Array.from({ length }, () => ({}))] : units.map((unit) => unit.repeat(length));
    const tooLong = new RegExp(`^${nameOf(steps).replace(/[.[\]]/g, "\\$&")} must (be|have) .*at most ${limit} `);
    for (const value of values(limit + 1)) {
      const got = await asker.ask(verb, real, bodyWith(steps, value));
      expect(got.status, got.text).toBe(422);
      expect(
        faultsOf(got).filter((fault) => tooLong.test(fault)),
        got.text.slice(0, 500),
      ).toHaveLength(1);
    }
    for (const value of values(limit)) {
      const got = await asker.ask(verb, real, bodyWith(steps, value));
      const faults = got.status === 422 ? faultsOf(got) : [];
      expect(faults.filter((fault) => tooLong.test(fault))).toEqual([]);
    }
  });

  test("a character that is written as many is limited as many", async () => {
    for (const [path, body] of [
      ["/labels", { name: "e" + "\u0301".repeat(5000) }],
      ["/inboxes", { name: "e" + "\u0301".repeat(5000) }],
      ["/customers", { contacts: [{ type: "twitter", value: "e" + "\u0301".repeat(5000) }] }],
    ] as const) {
      expect((await desk.post(path, body)).status).toBe(422);
    }
  });

  test("a text without a limit, or at it, never breaks an index", async () => {
    const random = (length: number, from: number, to: number): string =>
      String.fromCodePoint(...Array.from({ length }, () => randomInt(from, to)));
    // What a name is compared by can be many times as long: these characters stand for whole phrases.
    const phrases = (length: number): string =>
      Array.from(
        { length },
        () =>
          ["\ufdfa", "\ufdfb", random(1, 0x3300, 0x3358), random(1, 0x1f110, 0x1f12a), random(1, 0x4e00, 0x9fff)][
            randomInt(5)
          ],
      ).join("");
    const hans = random(500, 0x4e00, 0x9fff);
    const words = Array.from({ length: 60_000 }, () => randomBytes(12).toString("hex")).join(" ");
    const note = (body: string): object => ({ type: "note", user_id: desk.user.id, body });
    const long: [string, object][] = [
      ["/labels", { name: phrases(255) }],
      ["/labels", { name: "\ufdfa".repeat(255) }],
      ["/labels", { name: random(255, 0x20000, 0x2a6d6) }],
      ["/inboxes", { name: phrases(255), address: `${random(490, 0x4e00, 0x9fff)}@x.example`.slice(-500) }],
      [
        "/customers",
        {
          first_name: phrases(255),
          summary: random(10_000, 0x4e00, 0x9fff),
          contacts: [{ type: "twitter", value: hans }],
        },
      ],
      ["/customers", { contacts: [{ type: "email", value: `${random(490, 0x4e00, 0x9fff)}@x.example` }] }],
      ["/customers", { contacts: [{ type: "twitter", value: random(250, 0x20000, 0x2a6d6) }] }],
      [
        "/customers",
        { contacts: [{ type: "phone", value: Array.from({ length: 500 }, () => randomInt(10)).join("") }] },
      ],
      ["/tickets", { type: "email", subject: random(2000, 0x4e00, 0x9fff), customer: {}, messages: [note(words)] }],
      [
        "/tickets",
        {
          type: "email",
          subject: "x",
          customer: {},
          messages: [note(random(100_000, 0x4e00, 0x9fff)), note("x".repeat(5_000_000))],
        },
      ],
      [
        "/attachments",
        { name: random(255, 0x20000, 0x2a6d6), type: `${"a".repeat(127)}/${"b".repeat(127)}`, data: "" },
      ],
    ];
    for (const [path, body] of long) {
      const got = await desk.post(path, body, {
        "Idempotency-Key": randomBytes(120)
          .toString("latin1")
          .replace(/[^!-~\u00a1-\u00ff]/g, "x"),
      });
      expect([201, 422], `${path}: ${got.status} ${got.text.slice(0, 300)}`).toContain(got.status);
    }
    for (const value of [hans, phrases(300), "a".repeat(4000)]) {
      const text = encodeURIComponent(value).slice(0, 9 * 1500);
      for (const query of [`/customers?contacts.value=${text}`, `/tickets?id=${text}`, `/tickets?state=${text}`]) {
        expect([200, 400]).toContain((await desk.get(query)).status);
      }
    }
    const path = `/customers/${"a".repeat(12_000)}/contacts`;
    const unknown = await desk.post(
      path,
      { type: "email", value: "a@x.example" },
      { "Idempotency-Key": "k".repeat(255) },
    );
    expect(unknown.status).toBe(404);
    expect(logged).toEqual([]);
  });
});
