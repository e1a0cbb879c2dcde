import { createHash } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createToken } from "../../src/desk/create-token.ts";
import { Faults } from "../../src/domain/faults.ts";
import { MINUTE, setClock } from "../../src/domain/time.ts";
import { openStorage } from "../../src/storage/open.ts";
import { listApiTokens, revokeApiToken } from "../../src/storage/api-tokens.ts";
import { type RawAnswer, exchange } from "../support/raw-http.ts";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

const basic = (text: string): string => Buffer.from(text).toString("base64");

let desk: TestDesk;
async function ask(headers: readonly string[], line = "GET /api/v1/users", server?: TestServer): Promise<RawAnswer> {
  return await exchange(server ?? desk.server, [`${line} HTTP/1.1`, "Host: localhost", ...headers]);
}

async function newToken({ server, account }: TestDesk): Promise<{ id: string; token: string }> {
  return await server.storage.db.transact(async (tx) => await createToken(tx, account.id, "Another", new Faults()));
}

describe.skipIf(ENGINE_MISSING !== null)("authentication", () => {
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterEach(() => {
    setClock();
    vi.useRealTimers();
  });

  test("A1: a token comes as a bearer token or as the user name of Basic, however that is spelt", async () => {
    const { token } = desk;
    const names = [`${token}:X`, `${token}:`, token, `${token}:any:thing`, `${token}:päss`];
    const spellings = [
      `Authorization: Bearer ${token}`,
      `Authorization: bearer ${token}`,
      `authorization: BEARER ${token}`,
      `AUTHORIZATION: bEaReR    ${token}  `,
      ...names.map((name) => `Authorization: Basic ${basic(name)}`),
      `authorization: basic ${basic(`${token}:X`)}`,
      `Authorization: BASIC  ${basic(`${token}:X`)}`,
    ];
    for (const line of spellings) expect([line, (await ask([line])).status]).toEqual([line, 200]);
  });

  test("A1: anything else is 401", async () => {
    const { token } = desk;
    const wrong = [
      [],
      ["Authorization:"],
      ["Authorization: Bearer"],
      ["Authorization: Basic"],
      [`Authorization: ${token}`],
      [`Authorization: Token ${token}`],
      [`Authorization: Bearer ${token}x`],
      [`Authorization: Bearer ${token.slice(0, -1)}`],
      [`Authorization: Bearer ${token} ${token}`],
      [`Authorization: Bearer ${token.toUpperCase()}`],
      [`Authorization: Basic ${token}`],
      [`Authorization: Basic ${basic(`X:${token}`)}`],
      [`Authorization: Bearer ${desk.account.id}`],
      [`Authorization: Bearer ${"0".repeat(24)}${token.slice(24)}`],
      [`Authorization: Bearer ${desk.account.id}_`],
      [`Authorization: Bearer ${"x".repeat(5000)}`],
      [`X-Api-Token: ${token}`],
      [`Cookie: token=${token}`],
    ];
    for (const headers of wrong) {
      const got = await ask(headers);
      expect([headers, got.status, Object.keys(JSON.parse(got.text))]).toEqual([headers, 401, ["message"]]);
    }
    expect((await ask([], `GET /api/v1/users?access_token=${token}&token=${token}`)).status).toBe(401);
  });

  test("A1: a 401 asks for a bearer token, and a browser that navigates or a client that says nothing also for Basic", async () => {
    const both = ["Bearer", expect.stringMatching(/^Basic realm="[^"]+"$/)];
    expect((await ask([])).all("www-authenticate")).toEqual(both);
    expect((await ask(["Authorization: Bearer wrong"])).all("www-authenticate")).toEqual(both);
    const navigation = ["Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none", "Sec-Fetch-Dest: document"];
    expect((await ask(navigation)).all("www-authenticate")).toEqual(both);
    const scripts = [
      ["Sec-Fetch-Mode: cors"],
      ["Sec-Fetch-Site: same-origin"],
      ["Sec-Fetch-Dest: empty"],
      ["Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"],
    ];
    for (const headers of scripts) expect((await ask(headers)).all("www-authenticate")).toEqual(["Bearer"]);
  });

  test("A1: requests of our web client use the session and nothing else", async () => {
    for (const value of ["web", "1", ""]) {
      for (const credentials of [`Bearer ${desk.token}`, `Basic ${basic(`${desk.token}:X`)}`]) {
        const got = await ask([
          `X-Cantrip-Client: ${value}`,
          "Sec-Fetch-Mode: navigate",
          `Authorization: ${credentials}`,
        ]);
        expect([got.status, got.all("www-authenticate")]).toEqual([401, ["Bearer"]]);
      }
    }
  });

  test("A1: a write by Basic that another site makes a browser send is 403, and is not done", async () => {
    const write = async (authorization: string, site: string, line = "POST /api/v1/labels"): Promise<number> => {
      const headers = [`Authorization: ${authorization}`, `Sec-Fetch-Site: ${site}`, "Content-Type: application/json"];
      const body = JSON.stringify({ name: `Label ${Math.random()}` });
      const got = await exchange(desk.server, [`${line} HTTP/1.1`, "Host: localhost", ...headers], body);
      if (got.status === 403) expect(Object.keys(JSON.parse(got.text))).toEqual(["message"]);
      return got.status;
    };
    const named = `Basic ${basic(`${desk.token}:X`)}`;
    const before = (await desk.get("/labels")).body.length;
    const { body: label } = await desk.post("/labels", { name: "Stays" });
    for (const verb of [
      "POST /api/v1/labels",
      `PATCH /api/v1/labels/${label.id}`,
      `DELETE /api/v1/labels/${label.id}`,
    ]) {
      expect(await write(named, "cross-site", verb)).toBe(403);
    }
    expect((await desk.get("/labels")).body).toHaveLength(before + 1);
    for (const site of ["same-origin", "same-site", "none"]) expect(await write(named, site)).toBe(201);
    expect(await write(`Bearer ${desk.token}`, "cross-site")).toBe(201);
    expect(await write("Basic wrong", "cross-site")).toBe(401);
    expect((await ask([`Authorization: ${named}`, "Sec-Fetch-Site: cross-site"])).status).toBe(200);
  });

  test("A2: an account has as many tokens as it likes, each with the account's id in front", async () => {
    const tokens = [desk.token, (await newToken(desk)).token, (await newToken(desk)).token];
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) {
      expect(token.startsWith(`${desk.account.id}_`)).toBe(true);
      expect((await ask([`Authorization: Bearer ${token}`])).status).toBe(200);
    }
  });

  test("A2: a token opens its own account only, whatever id stands in front of it", async () => {
    const other = await openDesk();
    const swapped = other.account.id + desk.token.slice(24);
    expect((await ask([`Authorization: Bearer ${swapped}`])).status).toBe(401);
    const got = await ask([`Authorization: Bearer ${other.token}`]);
    expect(JSON.parse(got.text)).toMatchObject([{ id: other.user.id }]);
  });

  test("A2: the token itself is stored nowhere, only its SHA-256", async () => {
    const [row] = await listApiTokens(desk.server.storage.db, desk.account.id);
    expect(row?.token_hash).toBe(createHash("sha256").update(desk.token).digest("hex"));
    expect(JSON.stringify(row)).not.toContain(desk.token.slice(25));
  });

  test("A2: a revoked token is 401 at once, and the others go on", async () => {
    const { id, token } = await newToken(desk);
    expect((await ask([`Authorization: Bearer ${token}`])).status).toBe(200);
    const { db } = desk.server.storage;
    await db.transact(async (tx) => await revokeApiToken(tx, desk.account.id, id, Date.now()));
    expect((await ask([`Authorization: Bearer ${token}`])).status).toBe(401);
    expect((await ask([`Authorization: Basic ${basic(`${token}:X`)}`])).status).toBe(401);
    expect((await desk.get("/users")).status).toBe(200);
  });

  test("A2: a token that another process revoked is 401 at once on SQLite, and within a second on PostgreSQL", async () => {
    const storage = await openTestStorage();
    const server = await startTestServer({}, storage);
    const served = await openDesk({}, server);
    const { id, token } = await newToken(served);
    const status = async (): Promise<number> =>
      (await ask([`Authorization: Bearer ${token}`], "GET /api/v1/users", server)).status;
    expect(await status()).toBe(200);
    const other = await openStorage(storage);
    // As another process does it: this one hears of it from the database only.
    await other.db.transact(
      async (tx) =>
        await tx.query
          .updateTable("api_tokens")
          .set({ revoked_at: Date.now() })
          .where("account_id", "=", served.account.id)
          .where("id", "=", id)
          .execute(),
    );
    expect(await status()).toBe(401);
    await other.close();
    await server.close();
    await storage.remove();
  });

  test("A2: when a token was last used is written once a minute, for all together", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const server = await startTestServer();
    const used = await openDesk({}, server);
    const second = await newToken(used);
    const lastUses = async (): Promise<(number | null)[]> =>
      (await listApiTokens(server.storage.db, used.account.id)).map((token) => token.last_used_at);
    const start = Date.now();
    setClock(() => start + 5000);
    await used.get("/users");
    await ask([`Authorization: Bearer ${second.token}`], "GET /api/v1/nothing", server);
    setClock(() => start + 7000);
    await used.get("/users");
    vi.advanceTimersByTime(MINUTE - 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await lastUses()).toEqual([null, null]);
    vi.advanceTimersByTime(1);
    await vi.waitFor(async () => expect(await lastUses()).toEqual([start + 7000, start + 5000]), { timeout: 5000 });
    setClock(() => start + 9000);
    await used.get("/users");
    expect(await lastUses()).toEqual([start + 7000, start + 5000]);
    await server.close();
    expect(await lastUses()).toEqual([start + 9000, start + 5000]);
  });

  test("A3: a token may do everything in its account", async () => {
    const { body: label } = await desk.post("/labels", { name: "Everything" });
    const { body: inbox } = await desk.post("/inboxes", { name: "Everything" });
    for (const path of ["/users", "/tickets", "/customers", "/inboxes", "/labels"]) {
      expect((await desk.get(path)).status).toBe(200);
    }
    expect((await desk.ask("DELETE", `/labels/${label.id}`)).status).toBe(204);
    expect((await desk.ask("DELETE", `/inboxes/${inbox.id}`)).status).toBe(204);
  });

  test("A3: wrong tokens are limited per client address, for a minute", async () => {
    const server = await startTestServer({ trustedProxies: ["127.0.0.1"] });
    const start = Date.now();
    setClock(() => start);
    const from = (client: string, token: string, ...more: string[]): Promise<RawAnswer> =>
      ask(
        [`Authorization: Bearer ${token}`, "X-Forwarded-Proto: https", `X-Forwarded-For: ${client}`, ...more],
        undefined,
        server,
      );
    for (let tries = 0; tries < 120; tries += 1) expect((await from("203.0.113.1", "wrong")).status).toBe(401);
    setClock(() => start + 20_000);
    const refused = await from("203.0.113.1", "wrong");
    expect([refused.status, Object.keys(JSON.parse(refused.text))]).toEqual([429, ["message"]]);
    expect(refused.header("retry-after")).toBe("40");
    expect(refused.all("rate-limit-limit")).toEqual([]);
    expect((await from(`198.51.100.9, 203.0.113.1`, "wrong")).status).toBe(429);
    expect((await from("203.0.113.1", desk.token)).status).toBe(200);
    expect((await from("203.0.113.2", "wrong")).status).toBe(401);
    expect((await from("203.0.113.1, 198.51.100.9", "wrong")).status).toBe(401);
    setClock(() => start + MINUTE);
    expect((await from("203.0.113.1", "wrong")).status).toBe(401);
    await server.close();
  });

  test("A3: a request without any token is no failed try", async () => {
    const server = await startTestServer();
    for (let tries = 0; tries < 130; tries += 1) expect((await ask([], undefined, server)).status).toBe(401);
    expect((await ask(["Authorization: Bearer wrong"], undefined, server)).status).toBe(401);
    await server.close();
  });
});
