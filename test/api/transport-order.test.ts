import { beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, exchange } from "../support/raw-http.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

/** The parts of a request that a fault can be in, each apart from the others. */
interface Parts {
  scheme: string;
  override: string;
  token: string;
  path: string;
  type: string;
  length: number | null;
  query: string;
  id: string;
  match: string;
  body: string;
}

interface Fault {
  name: string;
  status: number;
  put(parts: Parts): void;
}

let desk: TestDesk;
let ticket: { id: string };
/** The token of an account whose credits are used up. */
let spent: string;

const sound = (): Parts => ({
  scheme: "https",
  override: "PATCH",
  token: desk.token,
  path: "/tickets/ID",
  type: "application/json",
  length: null,
  query: "",
  id: ticket.id,
  match: "*",
  body: `{"subject":"Changed"}`,
});

/** In the order in which they must be found. */
const FAULTS: readonly Fault[] = [
  { name: "plain HTTP", status: 403, put: (parts) => void (parts.scheme = "http") },
  { name: "unknown override", status: 400, put: (parts) => void (parts.override = "BREW") },
  { name: "wrong token", status: 401, put: (parts) => void (parts.token = `${parts.token.slice(0, 25)}wrong`) },
  {
    name: "no credits",
    status: 429,
    put: (parts) => void (parts.token = parts.token.endsWith("wrong") ? parts.token : spent),
  },
  { name: "wrong verb", status: 405, put: (parts) => void (parts.path = "/users/ID") },
  { name: "wrong type", status: 415, put: (parts) => void (parts.type = "text/plain") },
  { name: "too large", status: 413, put: (parts) => void (parts.length = 99_999_999) },
  { name: "broken query", status: 400, put: (parts) => void (parts.query = "?fields=%zz") },
  { name: "unknown id", status: 404, put: (parts) => void (parts.id = "0".repeat(24)) },
  { name: "moved on", status: 412, put: (parts) => void (parts.match = `"99.x"`) },
  { name: "invalid", status: 422, put: (parts) => void (parts.body = `{"subject":1}`) },
];

async function ask(parts: Parts, reversed = false): Promise<RawAnswer> {
  const headers = [
    "Host: 127.0.0.1",
    ...(parts.scheme === "http" ? ["X-Forwarded-Proto: http"] : []),
    `X-HTTP-Method-Override: ${parts.override}`,
    `Authorization: Bearer ${parts.token}`,
    `Content-Type: ${parts.type}`,
    `Content-Length: ${parts.length ?? parts.body.length}`,
    `If-Match: ${parts.match}`,
  ];
  const line = `POST /api/v1${parts.path.replace("ID", parts.id)}${parts.query} HTTP/1.1`;
  return await exchange(desk.server, [line, ...(reversed ? headers.toReversed() : headers)], parts.body);
}

describe.skipIf(ENGINE_MISSING !== null)("T13: which refusal comes first", () => {
  beforeAll(async () => {
    desk = await openDesk();
    ticket = await desk.ticket();
    const poor = await openDesk({ credits_per_minute: 1 });
    await poor.get("/users");
    spent = poor.token;
  });

  test("T13: each fault alone is refused by its own status, and none at all is not refused", async () => {
    expect((await ask(sound())).status).toBe(200);
    for (const fault of FAULTS) {
      const parts = sound();
      fault.put(parts);
      expect([fault.name, (await ask(parts)).status]).toEqual([fault.name, fault.status]);
    }
  });

  test("T13: of any two faults the earlier one is told, in whatever order they stand", async () => {
    for (const [at, first] of FAULTS.entries()) {
      for (const second of FAULTS.slice(at + 1)) {
        for (const order of [
          [first, second],
          [second, first],
        ]) {
          const parts = sound();
          for (const fault of order) fault.put(parts);
          const names = `${first.name}, ${second.name}`;
          expect([names, (await ask(parts, order[0] === second)).status]).toEqual([names, first.status]);
        }
      }
    }
  });

  test("T13: with every fault at once, mending them one by one meets each in turn", async () => {
    for (const [at, fault] of FAULTS.entries()) {
      const parts = sound();
      for (const left of FAULTS.slice(at)) left.put(parts);
      expect([fault.name, (await ask(parts)).status]).toEqual([fault.name, fault.status]);
    }
  });

  test("T13: other faults of the same rank keep their place", async () => {
    const unknown = "0".repeat(24);
    const long = Array.from({ length: 501 }, () => "x").join(",");
    const cases: [number, string, string | undefined, Record<string, string>][] = [
      // An unknown path: after 429, before 415.
      [404, "POST /nothing", "x", { "Content-Type": "text/plain" }],
      // A type, and a body that cannot be read: 415 before 400, 400 before 404.
      [415, "POST /tickets/%zz/messages", "{", { "Content-Type": "text/plain" }],
      [400, `POST /tickets/${unknown}/messages`, "{", {}],
      [400, `PATCH /tickets/${unknown}`, "{", { "If-Match": `"99"` }],
      // Parameters: 400 before 404.
      [400, `GET /customers/${unknown}/tickets?page=0`, undefined, {}],
      [400, `GET /customers/${unknown}/tickets?sort=x`, undefined, {}],
      [400, `GET /customers/${unknown}/tickets?state=x`, undefined, {}],
      [400, `GET /tickets/${unknown}/messages?per_page=101`, undefined, {}],
      [400, `GET /tickets/${unknown}?embed=${long}`, undefined, {}],
      [400, `GET /tickets/${unknown}?fields=${long}`, undefined, {}],
      [400, `PATCH /customers/${unknown}?fields=${long}`, "[]", {}],
      [400, `POST /tickets/${unknown}/messages`, "[]", { "Idempotency-Key": "x".repeat(256) }],
      // An unknown resource: 404 before 412 and 422.
      [404, `PATCH /customers/${unknown}`, "[]", { "If-Match": `"99"` }],
      [404, `POST /customers/${unknown}/contacts`, "[]", {}],
      [404, `POST /customers/${unknown}`, "{}", {}],
      [404, `POST /tickets/${unknown}/messages`, "{}", { "If-Match": `"99"` }],
      [404, `POST /tickets/${unknown}/snooze`, "{}", {}],
      [404, `PUT /tickets/${unknown}/labels/${unknown}`, "[]", {}],
      // Moved on: 412 before 422.
      [
        412,
        `POST /tickets/${ticket.id}/messages`,
        `{"type":"reply","direction":"out","body":5}`,
        { "If-Match": `"99"` },
      ],
      [412, `POST /tickets/${ticket.id}/snooze`, "{}", { "If-Match": `"99"` }],
    ];
    for (const [status, line, body, headers] of cases) {
      const [verb = "", path = ""] = line.split(" ");
      const got = await desk.ask(verb, path, body, headers);
      expect([line.slice(0, 80), got.status]).toEqual([line.slice(0, 80), status]);
      expect(got.headers["rate-limit-used"]).toBe(status === 404 ? "0" : "1");
    }
  });
});
