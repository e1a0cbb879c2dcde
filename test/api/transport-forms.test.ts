import { join } from "node:path";
import { rmSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiServer } from "../../src/api/server.ts";
import { readConfig } from "../../src/config.ts";
import { LiveStreams } from "../../src/realtime/live-streams.ts";
import { openCreditMeter } from "../../src/storage/credit-windows.ts";
import { type RawAnswer, exchange, exchangeBytes } from "../support/raw-http.ts";
import { type TestDesk, logged, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage, sharedStorage } from "../support/test-storage.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-z]+$/;

let desk: TestDesk;
/** Sends a request with the desk's token over a bare socket. */
async function ask(line: string, headers: readonly string[] = [], body = ""): Promise<RawAnswer> {
  const authorization = headers.some((header) => header.startsWith("Authorization:"))
    ? []
    : [`Authorization: Bearer ${desk.token}`];
  return await exchange(desk.server, [`${line} HTTP/1.1`, "Host: localhost", ...authorization, ...headers], body);
}

describe.skipIf(ENGINE_MISSING !== null)("T3: the form of an answer", () => {
  beforeAll(async () => {
    desk = await openDesk();
    for (let made = 0; made < 8; made += 1) await desk.ticket();
  });

  test("T3: it is JSON in UTF-8, for refusals too", async () => {
    for (const path of [
      "/users",
      "/tickets",
      "/nothing",
      "/users?envelope=true",
      "/tickets?state=x",
      "/openapi.json",
    ]) {
      const got = await ask(`GET /api/v1${path}`);
      expect(got.all("content-type")).toEqual(["application/json; charset=utf-8"]);
      expect(() => JSON.parse(got.text) as unknown).not.toThrow();
    }
  });

  test("T3: it is compact for programs and indented for a person in a browser", async () => {
    const compact = await ask("GET /api/v1/users");
    expect(compact.text).toBe(JSON.stringify(JSON.parse(compact.text)));
    const indented = JSON.stringify(JSON.parse(compact.text), null, 2);
    const asProgram = [
      "*/*",
      "application/json",
      "application/json, text/html;q=0.5",
      "text/html;q=0.5, */*",
      "text/plain",
      "text/html;q=0",
    ];
    for (const accept of asProgram) {
      expect((await ask("GET /api/v1/users", [`Accept: ${accept}`])).text).toBe(compact.text);
    }
    const asPerson = [BROWSER, "text/html", "TEXT/HTML", "text/html, application/json;q=0.9"];
    for (const accept of asPerson) expect((await ask("GET /api/v1/users", [`Accept: ${accept}`])).text).toBe(indented);
  });

  test("T3: refusals, envelopes and the description are indented in a browser too", async () => {
    for (const path of ["/nothing", "/users?envelope=true", "/users/x?envelope=true", "/openapi.json"]) {
      const got = await ask(`GET /api/v1${path}`, [`Accept: ${BROWSER}`]);
      expect(got.text).toBe(JSON.stringify(JSON.parse(got.text), null, 2));
    }
  });

  test("T3: what is long is compressed as the client accepts it", async () => {
    const plain = await ask("GET /api/v1/tickets");
    expect(plain.bytes.byteLength).toBeGreaterThan(1100);
    const gzip = await ask("GET /api/v1/tickets", ["Accept-Encoding: gzip"]);
    expect(gzip.header("content-encoding")).toBe("gzip");
    expect(gunzipSync(gzip.bytes).toString()).toBe(plain.text);
    const brotli = await ask("GET /api/v1/tickets", ["Accept-Encoding: gzip, deflate, br"]);
    expect(brotli.header("content-encoding")).toBe("br");
    expect(brotliDecompressSync(brotli.bytes).toString()).toBe(plain.text);
    for (const accepted of ["identity", "deflate", "gzip;q=0, br;q=0", "unheard-of", "identity;q=0, *;q=0"]) {
      const got = await ask("GET /api/v1/tickets", [`Accept-Encoding: ${accepted}`]);
      expect([accepted, got.status, got.header("content-encoding"), got.text]).toEqual([
        accepted,
        200,
        undefined,
        plain.text,
      ]);
    }
  });

  test("T3: what is short is not compressed", async () => {
    const got = await ask("GET /api/v1/users", ["Accept-Encoding: gzip, br"]);
    expect(got.header("content-encoding")).toBeUndefined();
  });

  test("T3: caches are told what an answer depends on, whatever the answer", async () => {
    const vary = ["Accept, Accept-Encoding, Authorization, Cookie"];
    const known = await ask(`GET /api/v1/users/${desk.user.id}`);
    const answers = [
      known,
      await ask("GET /api/v1/tickets", ["Accept-Encoding: gzip"]),
      await ask("GET /api/v1/tickets", ["Accept-Encoding: br"]),
      await ask("GET /api/v1/openapi.json", ["Accept-Encoding: gzip"]),
      await ask("GET /api/v1/nothing"),
      await ask("POST /api/v1/tickets"),
      await ask("GET /api/v1/tickets", ["Authorization: Bearer wrong"]),
      await ask(`GET /api/v1/users/${desk.user.id}`, [`If-None-Match: ${known.header("etag")}`]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 422, 401, 304]);
    for (const answer of answers) expect(answer.all("vary")).toEqual(vary);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("T4: a fault of ours", () => {
  beforeAll(async () => {
    desk = await openDesk();
  });

  test("T4: it has no body, leaks nothing, and can be found in the log", async () => {
    const storage = await openTestStorage();
    const server = await startTestServer({}, storage);
    const broken = await openDesk({}, server);
    await storage.close();
    logged.length = 0;
    for (const path of ["/tickets?envelope=true&state=open", "/users", "/customers/secret?q=secret"]) {
      const got = await exchange(server, [
        `GET /api/v1${path} HTTP/1.1`,
        "Host: x",
        `Authorization: Bearer ${broken.token}`,
      ]);
      expect([got.status, got.text, got.header("content-type")]).toEqual([500, "", undefined]);
      expect(got.header("request-id")).toMatch(REQUEST_ID);
      expect(got.lines.join("\n")).not.toMatch(/secret|error|closed|\.ts/i);
      expect(logged.at(-1)).toMatchObject({ request: got.header("request-id"), error: expect.any(Error) });
    }
    expect((await exchange(server, ["GET /readyz HTTP/1.1", "Host: x"])).status).toBe(503);
    await server.close().catch(() => undefined);
    await storage.remove().catch(() => undefined);
    logged.length = 0;
  });

  test("T4: it is one as well when an attachment's bytes are gone, and charges nothing", async () => {
    const limited = await openDesk({ credits_per_minute: 50 });
    const { body } = await limited.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" });
    rmSync(join(limited.server.storage.data, "attachments", limited.account.id), { recursive: true });
    const got = await limited.get(`/attachments/${body.id}/content?envelope=true`);
    expect([got.status, got.text, got.headers["content-type"]]).toEqual([500, "", undefined]);
    expect(got.headers).toMatchObject({ "rate-limit-used": "0", "rate-limit-remaining": "49" });
    expect(logged.at(-1)).toMatchObject({ request: got.headers["request-id"] });
    logged.length = 0;
  });

  test("T4: every response has a Request-Id of its own", async () => {
    const answers = [
      await ask("GET /api/v1/users"),
      await ask("GET /api/v1/nothing"),
      await ask("GET /api/v1/users", ["Authorization: Basic wrong"]),
      await ask("GET /api/v1/users", ["X-Forwarded-Proto: http"]),
      await ask("GET /api/v1/openapi.json"),
      await ask("GET /"),
      await ask("GET /docs/"),
      await ask("GET /healthz"),
      await ask("GET /nothing"),
      await ask("GET /api/v1/users", [`X-Long: ${"x".repeat(60_000)}`]),
      await exchangeBytes(desk.server, Buffer.from("nonsense\r\n\r\n")),
      await exchange(desk.server, ["GET /api/v1/users HTTP/1.1"]),
      await ask("GET /api/v1/users", ["Expect: the-unexpected"]),
    ];
    const ids = answers.map((answer) => answer.header("request-id"));
    for (const id of ids) expect(id).toMatch(REQUEST_ID);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("T4: the log has every request under its Request-Id, without its path and query", async () => {
    const { db, blobs } = await sharedStorage();
    const storage = {
      db,
      blobs,
      files: blobs,
      emptyRows: async () => await Promise.resolve(0),
      close: async () => await Promise.resolve(),
    };
    const lines: object[] = [];
    const log = { debug: (facts: object) => void lines.push(facts), error: (facts: object) => void lines.push(facts) };
    const live = new LiveStreams(db, () => undefined);
    const app = await createApiServer({ config: readConfig({}, {}), storage, meter: openCreditMeter(db), live, log });
    const got = await app.inject({
      url: "/api/v1/customers?contacts.value=secret@example.com",
      headers: { authorization: `Bearer ${desk.token}` },
    });
    expect(got.statusCode).toBe(200);
    expect(lines).toEqual([
      expect.objectContaining({ request: got.headers["request-id"], status: 200, method: "GET" }),
    ]);
    expect(JSON.stringify(lines)).not.toContain("secret");
    await app.close();
  });

  test("T4: no refusal repeats the path, the query or the body", async () => {
    const secret = "s3cr3t";
    const answers = [
      await ask(`GET /api/v1/${secret}`),
      await ask(`GET /api/v1/users/${secret}?x=${secret}`),
      await ask(`PUT /api/v1/users/${secret}`),
      await ask(`GET /api/v1/tickets?state=${secret}&${secret}=%zz`),
      await ask(`GET /api/v1/tickets?state=${secret}`),
      await ask(`GET /api/v1/tickets?since_created_at=${secret}`),
      await ask(`GET /api/v1/tickets?sort=${secret}`),
      await ask("POST /api/v1/tickets", ["Content-Type: application/json"], `{"${secret}": ${secret}`),
      await ask("POST /api/v1/tickets", ["Content-Type: application/json"], `{"type":"${secret}"}`),
      await ask("POST /api/v1/tickets", [`Content-Type: application/${secret}`], secret),
      await ask("POST /api/v1/tickets", [`X-HTTP-Method-Override: ${secret}`]),
      await ask("GET /api/v1/tickets", [`Authorization: Bearer ${secret}`]),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 405, 400, 400, 400, 400, 400, 422, 415, 400, 401]);
    for (const answer of answers) expect(answer.text + answer.lines.join("")).not.toContain(secret);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("T12: the form of a refusal", () => {
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(() => {
    logged.length = 0;
  });

  test("T12: every 4xx is exactly one message, the HTTP parser's own included; only 422 adds errors", async () => {
    const typed = ["Content-Type: application/json"];
    const { id } = await desk.ticket();
    const tight = await openDesk({ credits_per_minute: 1 });
    await tight.get("/users");
    const refusals: [number, RawAnswer][] = [
      [400, await ask("GET /api/v1/tickets?page=0")],
      [400, await ask("GET /api/v1/tickets/%zz")],
      [400, await ask("POST /api/v1/tickets", typed, "{")],
      [401, await ask("GET /api/v1/tickets", ["Authorization: Bearer nobody"])],
      [403, await ask("GET /api/v1/tickets", ["X-Forwarded-Proto: http"])],
      [404, await ask("GET /api/v1/nothing")],
      [404, await ask("GET /api/v1")],
      [404, await ask("GET /nothing")],
      [404, await ask("GET /docs/nothing")],
      [404, await ask("GET /api/v1/tickets/123")],
      [405, await ask("DELETE /api/v1/tickets")],
      [405, await ask("OPTIONS /api/v1/tickets")],
      [405, await ask("PROPFIND /api/v1/tickets")],
      [404, await ask("PROPFIND /api/v1/nothing")],
      [404, await ask("PROPFIND /nothing")],
      [412, await ask(`PATCH /api/v1/tickets/${id}`, [...typed, `If-Match: "99"`], "{}")],
      [413, await ask("POST /api/v1/attachments", [...typed, "Content-Length: 99999999"], "{}")],
      [414, await ask(`GET /api/v1/tickets?q=${"x".repeat(20_000)}`)],
      [415, await ask("POST /api/v1/tickets", ["Content-Type: text/plain"], "{}")],
      [415, await ask("POST /api/v1/tickets", ["Content-Type: ;;;"], "{}")],
      [415, await ask("POST /api/v1/tickets", [], "{}")],
      [417, await ask("POST /api/v1/tickets", [...typed, "Expect: the-unexpected"], "{}")],
      [422, await ask("POST /api/v1/tickets", typed, "{}")],
      [429, await ask("GET /api/v1/tickets", [`Authorization: Bearer ${tight.token}`])],
      [431, await ask("GET /api/v1/tickets", [`X-Long: ${"x".repeat(60_000)}`])],
      [400, await exchange(desk.server, ["GET /api/v1/tickets HTTP/1.1"])],
      [
        400,
        await exchange(desk.server, [
          "GET /api/v1/tickets HTTP/1.1",
          "Host: x",
          "Content-Length: 1",
          "Content-Length: 2",
        ]),
      ],
      [400, await exchange(desk.server, ["BREW /api/v1/tickets HTTP/1.1", "Host: x"])],
      [400, await exchange(desk.server, ["GET /api/v1/tickets HTTP/1.1", "Host: x", "Bad Header: x"])],
      [
        400,
        await exchange(
          desk.server,
          ["POST /api/v1/tickets HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "Content-Length: 3"],
          "abc",
        ),
      ],
      [400, await exchangeBytes(desk.server, Buffer.from("nonsense\r\n\r\n"))],
    ];
    for (const [status, got] of refusals) {
      expect([got.status, got.text]).toEqual([status, got.text]);
      const body = JSON.parse(got.text) as { message: string; errors?: { message: string }[] };
      expect(Object.keys(body)).toEqual(status === 422 ? ["message", "errors"] : ["message"]);
      expect(body.message).toMatch(/\S/);
      for (const error of body.errors ?? []) expect(Object.keys(error)).toEqual(["message"]);
      expect(got.all("content-type")).toEqual(["application/json; charset=utf-8"]);
      expect(got.header("content-length")).toBe(String(got.bytes.byteLength));
    }
  });

  test("T12: the message of a 422 is the document's", async () => {
    const got = await desk.post("/tickets", {});
    expect(got.body.message).toBe("Validation Failed");
    expect(got.body.errors.length).toBeGreaterThan(1);
  });

  test("T12: a request to upgrade the connection is answered as any other", async () => {
    const got = await ask("GET /api/v1/users", ["Connection: Upgrade, close", "Upgrade: websocket"]);
    expect(got.status).toBe(200);
  });
});
