import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiServer } from "../../src/api/server.ts";
import { readConfig } from "../../src/config.ts";
import { LiveStreams } from "../../src/realtime/live-streams.ts";
import { openCreditMeter } from "../../src/storage/credit-windows.ts";
import { type Peer, type RawAnswer, exchange } from "../support/raw-http.ts";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";

const certificates = join(import.meta.dirname, "../fixtures/tls");
/** Self-signed, for localhost, valid until 2126. */
const TLS = { tlsCert: join(certificates, "localhost.crt"), tlsKey: join(certificates, "localhost.key") };

async function ask(peer: Peer, desk: TestDesk, ...headers: string[]): Promise<RawAnswer> {
  const host = headers.some((line) => line.startsWith("Host:")) ? [] : ["Host: 127.0.0.1"];
  return await exchange(peer, [
    "GET /api/v1/users HTTP/1.1",
    ...host,
    `Authorization: Bearer ${desk.token}`,
    ...headers,
  ]);
}

describe.skipIf(ENGINE_MISSING !== null)("T1: where the API is, and which account a host names", () => {
  let mine: TestDesk;
  let other: TestDesk;
  beforeAll(async () => {
    mine = await openDesk();
    other = await openDesk();
  });

  test("T1: the API is below /api/v1 and nowhere else", async () => {
    for (const path of ["/users", "/v1/users", "/api/users", "/api/v2/users", "/API/v1/users"]) {
      const got = await exchange(mine.server, [
        `GET ${path} HTTP/1.1`,
        "Host: x",
        `Authorization: Bearer ${mine.token}`,
      ]);
      expect(got.status).toBe(404);
      expect(got.text).toBe(`{"message":"Not Found"}`);
    }
  });

  test("T1: a host whose first label names the account, or none, is served", async () => {
    const { site } = mine.account;
    const hosts = [site, `${site}.help.example`, `${site.toUpperCase()}.help.example:8080`];
    const nameless = [
      "127.0.0.1",
      "10.1.2.3:80",
      "localhost",
      "localhost:3000",
      "[::1]:3000",
      "help.example",
      "no-such-desk.help.example",
    ];
    for (const host of [...hosts, ...nameless]) {
      expect([host, (await ask(mine.server, mine, `Host: ${host}`)).status]).toEqual([host, 200]);
    }
  });

  test("T1: a host that names another account is 401", async () => {
    const { site } = other.account;
    for (const host of [site, `${site}.help.example`, `${site.toUpperCase()}.HELP.example`]) {
      expect([host, (await ask(mine.server, mine, `Host: ${host}`)).status]).toEqual([host, 401]);
    }
  });

  test("T1: a host names an account whose identifier is a number, unless it is an address", async () => {
    const number = String(Date.now() * 1000 + Math.floor(Math.random() * 1000));
    await mine.server.storage.db.transact(async (tx) => {
      await tx.query.updateTable("accounts").set({ site: number }).where("id", "=", other.account.id).execute();
    });
    expect((await ask(mine.server, mine, `Host: ${number}.help.example`)).status).toBe(401);
    expect((await ask(mine.server, other, `Host: ${number}.help.example`)).status).toBe(200);
    expect((await ask(mine.server, mine, "Host: 192.0.2.7")).status).toBe(200);
  });

  test("T1: --site decides alone", async () => {
    const server = await startTestServer({ site: mine.account.site });
    expect((await ask(server, mine, `Host: ${other.account.site}.help.example`)).status).toBe(200);
    expect((await ask(server, other, `Host: ${other.account.site}.help.example`)).status).toBe(401);
    expect((await ask(server, other, "Host: localhost")).status).toBe(401);
    await server.close();
  });
});

describe.skipIf(ENGINE_MISSING !== null)("T2: HTTPS only", () => {
  let desk: TestDesk;
  let behindProxy: TestServer;
  let encrypted: TestServer;
  beforeAll(async () => {
    desk = await openDesk();
    behindProxy = await startTestServer({ trustedProxies: ["192.0.2.0/24", "127.0.0.0/8", "::1"] });
    encrypted = await startTestServer(TLS);
  });
  afterAll(async () => {
    await behindProxy.close();
    await encrypted.close();
  });

  /** What matters of a refusal; compared with `REFUSED`. */
  const refusal = (got: RawAnswer): unknown[] => [
    got.status,
    got.text,
    got.header("content-type"),
    got.header("location"),
    got.all("rate-limit-limit"),
  ];
  const REFUSED = [403, `{"message":"HTTPS is required"}`, "application/json; charset=utf-8", undefined, []];

  test("T2: this machine itself may ask over plain HTTP, if nothing says that it forwards", async () => {
    expect((await ask(desk.server, desk)).status).toBe(200);
  });

  test("T2: plain HTTP with any sign of a proxy that is not trusted is 403, without a redirect", async () => {
    const signs = [
      "Forwarded: proto=https",
      "X-Forwarded-For: 192.0.2.1",
      "X-Forwarded-Host: help.example",
      "X-Real-IP: 192.0.2.1",
      "Via: 1.1 proxy",
    ];
    for (const sign of [...signs, "X-Forwarded-Proto: https", "x-forwarded-proto: HTTPS", "X-Forwarded-Proto: http"]) {
      expect(refusal(await ask(desk.server, desk, sign))).toEqual(REFUSED);
    }
  });

  test("T2: a trusted proxy's word that the client came by HTTPS is believed, and no other word of its", async () => {
    expect((await ask(behindProxy, desk, "X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.9")).status).toBe(200);
    expect((await ask(behindProxy, desk, "X-Forwarded-Proto: HTTPS")).status).toBe(200);
    expect(refusal(await ask(behindProxy, desk, "X-Forwarded-For: 203.0.113.9"))).toEqual(REFUSED);
    expect(refusal(await ask(behindProxy, desk, "X-Forwarded-Proto: http"))).toEqual(REFUSED);
    expect(refusal(await ask(behindProxy, desk, "X-Forwarded-Proto: https, http"))).toEqual(REFUSED);
  });

  test("T2: a list of trusted proxies that cannot be read is refused at start, by the name of the setting", () => {
    const read = (list: string): string[] => readConfig({}, { CANTRIP_TRUSTED_PROXIES: list }).trustedProxies;
    expect(read("127.0.0.1, 10.0.0.0/8,::1, fd00::/8,")).toEqual(["127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]);
    for (const list of ["10.0.0.0/33", "10.0.0/8", "proxy.example", "::1/129", "1.2.3.4/", "10.0.0.1 10.0.0.2"]) {
      expect(() => read(list)).toThrow("CANTRIP_TRUSTED_PROXIES must be");
    }
  });

  test("T2: our own TLS is secure, unless someone says that the client came over plain HTTP", async () => {
    const peer = { port: encrypted.port, tls: true };
    expect((await ask(peer, desk)).status).toBe(200);
    expect((await ask(peer, desk, "X-Forwarded-For: 203.0.113.9")).status).toBe(200);
    expect(refusal(await ask(peer, desk, "X-Forwarded-Proto: http"))).toEqual(REFUSED);
  });

  test("T2: plain HTTP to the TLS port gets no answer of the API's", async () => {
    const got = await ask({ port: encrypted.port }, desk);
    expect(got.text).not.toContain("[");
    expect(got.status).not.toBe(200);
  });

  test("T2: pages and unknown paths are refused as well, but not the health checks", async () => {
    for (const path of ["/", "/docs", "/docs/", "/nothing", "/api/v1/openapi.json", "/api/v1/nothing"]) {
      expect(
        refusal(await exchange(desk.server, [`GET ${path} HTTP/1.1`, "Host: x", "X-Forwarded-For: 192.0.2.1"])),
      ).toEqual(REFUSED);
    }
    const health = await exchange(desk.server, ["GET /healthz HTTP/1.1", "Host: x", "X-Forwarded-For: 192.0.2.1"]);
    expect(health.status).toBe(200);
  });

  test("T2: plain HTTP from another machine is 403", async (context) => {
    const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    const outside = addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address;
    if (outside === undefined) context.skip("this machine has no address but its loopback");
    const { db, blobs } = await sharedStorage();
    const storage = {
      db,
      blobs,
      files: blobs,
      emptyRows: async () => await Promise.resolve(0),
      close: async () => await Promise.resolve(),
    };
    const log = { debug: () => undefined, error: () => undefined };
    const live = new LiveStreams(db, () => undefined);
    const app = await createApiServer({ config: readConfig({}, {}), storage, meter: openCreditMeter(db), live, log });
    await app.ready();
    app.server.listen({ host: outside, port: 0 });
    await once(app.server, "listening");
    const { port } = app.server.address() as AddressInfo;
    expect(refusal(await ask({ port, host: outside ?? "" }, desk))).toEqual(REFUSED);
    expect(refusal(await ask({ port, host: outside ?? "" }, desk, "X-Forwarded-Proto: https"))).toEqual(REFUSED);
    await app.close();
  });

  test("T14: Location has the scheme and host of the request, as far as they are trusted", async () => {
    const create = async (peer: Peer, ...headers: string[]): Promise<string | undefined> => {
      const typed = [
        "POST /api/v1/customers HTTP/1.1",
        "Content-Type: application/json",
        `Authorization: Bearer ${desk.token}`,
      ];
      const got = await exchange(peer, [...typed, ...headers], "{}");
      expect(got.status).toBe(201);
      return got.header("location")?.replace(/[0-9a-f]{24}$/, "ID");
    };
    const forwarded = ["Host: inner:3000", "X-Forwarded-Proto: https", "X-Forwarded-Host: help.example"];
    expect(await create(desk.server, "Host: 127.0.0.1:4000")).toBe("http://127.0.0.1:4000/api/v1/customers/ID");
    expect(await create(behindProxy, ...forwarded)).toBe("https://help.example/api/v1/customers/ID");
    expect(await create(behindProxy, "Host: help.example:8443", "X-Forwarded-Proto: https")).toBe(
      "https://help.example:8443/api/v1/customers/ID",
    );
    const peer = { port: encrypted.port, tls: true };
    expect(await create(peer, "Host: help.example", "X-Forwarded-Host: evil.example")).toBe(
      "https://help.example/api/v1/customers/ID",
    );
    expect(await create(peer, "Host: evil.example/path?")).toBe("https://localhost/api/v1/customers/ID");
  });

  test("T14: the configured public URL wins over every host", async () => {
    const server = await startTestServer({ publicUrl: "https://help.example/desk", trustedProxies: ["127.0.0.1"] });
    const got = await exchange(
      server,
      [
        "POST /api/v1/customers HTTP/1.1",
        "Host: inner",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: else.example",
        "Content-Type: application/json",
        `Authorization: Bearer ${desk.token}`,
      ],
      "{}",
    );
    expect(got.header("location")).toMatch(/^https:\/\/help\.example\/desk\/api\/v1\/customers\/[0-9a-f]{24}$/);
    await server.close();
  });

  test("T14: a GET of every Location answers with what was created", async () => {
    const customer = await desk.post("/customers", {});
    const { id } = await desk.ticket();
    const contact = { type: "email", value: "ruby@example.com" };
    const creations: [string, object][] = [
      ["/tickets", { type: "email", subject: "Hello", customer: {} }],
      [`/tickets/${id}/messages`, { type: "note", user_id: desk.user.id, body: "noted" }],
      [`/tickets/${id}/messages`, { type: "reply", direction: "in", from: "ruby@example.com", body: "hello" }],
      ["/customers", { first_name: "Ruby" }],
      [`/customers/${customer.body.id}/contacts`, contact],
      [`/customers/${customer.body.id}`, { ...contact, value: "second@example.com" }],
      ["/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" }],
      ["/inboxes", { name: "Sales" }],
      ["/labels", { name: "VIP" }],
    ];
    for (const [path, body] of creations) {
      const made = await desk.post(path, body);
      expect([path, made.status]).toEqual([path, 201]);
      const { location = "" } = made.headers;
      expect(location.startsWith(`${desk.server.url}/api/v1/`)).toBe(true);
      const got = await desk.get(location.slice(`${desk.server.url}/api/v1`.length));
      expect([path, got.status, got.body]).toEqual([path, 200, made.body]);
    }
  });
});
