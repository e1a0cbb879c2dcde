import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import { DAY, HOUR, MINUTE, setClock } from "../../src/domain/time.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { type Browser, openBrowser } from "../support/browser.ts";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

const PASSWORD = "correct horse battery";
let hash: string;
let server: TestServer;
let desk: TestDesk;
let people = 0;

/** A person with the password; on a server of a test's own, where their desk is the only one. */
async function person(more: object = {}, of: TestDesk = desk): Promise<UserRow> {
  people += 1;
  const email = `person-${people}@desk.example`;
  return await of.server.storage.db.transact(
    async (tx) =>
      await createUser(tx, of.account.id, { first_name: "Ada", email, password_hash: hash, ...more }, new Faults()),
  );
}

describe.skipIf(ENGINE_MISSING !== null)("signing in", () => {
  beforeAll(async () => {
    const storage = await openTestStorage();
    server = await startTestServer({ trustedProxies: ["127.0.0.1"] }, storage);
    hash = await hashPassword(PASSWORD);
    desk = await openDesk({}, server);
    return async () => {
      await server.close();
      await storage.remove();
    };
  });
  afterEach(() => setClock());

  const signIn = async (browser: Browser, email: string, password = PASSWORD, more: object = {}) =>
    await browser.post("/session", { email, password, ...more });

  test("with the right password begins a session, and says who it is", async () => {
    const user = await person({ role: "admin" });
    const browser = openBrowser(server);
    expect((await browser.get("/session")).status).toBe(401);
    const got = await signIn(browser, ` ${user.email.toUpperCase()} `);
    expect([got.status, got.body]).toEqual([201, { state: "signed_in" }]);
    const session = await browser.get("/session");
    expect(session.body).toMatchObject({
      user: { id: user.id, email: user.email, role: "admin", inbox_ids: null, preferences: {}, totp: false },
      account: { id: desk.account.id, site: desk.account.site, name: "Test desk" },
      server: { version: expect.stringMatching(/^\d/) },
    });
  });

  test("keeps the session in a cookie that no script reads, no other site sends and no other host sets", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    const [cookie = ""] = browser.given;
    expect(cookie).toMatch(
      new RegExp(
        `^__Host-cantrip=${desk.account.id}_[\\w-]{43}; Path=/; Max-Age=\\d+; HttpOnly; Secure; SameSite=Lax$`,
      ),
    );
    const rows = await server.storage.db.query
      .selectFrom("sessions")
      .selectAll()
      .where("account_id", "=", desk.account.id)
      .execute();
    const secret = cookie.split(/[_;]/).at(3) ?? "";
    expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 20));
  });

  test("keeps it without Secure only in Safari on this machine itself, which would not keep it otherwise", async () => {
    const user = await person();
    const agent = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
    const safari = openBrowser(server, { "User-Agent": agent });
    expect((await signIn(safari, user.email)).status).toBe(201);
    expect(safari.given[0]).toMatch(/^cantrip=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect((await safari.get("/session")).status).toBe(200);
    const proxied = openBrowser(server, { "User-Agent": agent, "X-Forwarded-Proto": "https" });
    await signIn(proxied, user.email);
    expect(proxied.given[0]).toMatch(/^__Host-cantrip=.* Secure;/);
    const unsafe = openBrowser(server, { Cookie: safari.cookie(), "X-Forwarded-Proto": "https" });
    expect((await unsafe.get("/session")).status).toBe(401);
  });

  test("shows the cookie in no envelope", async () => {
    const user = await person();
    const browser = openBrowser(server);
    const got = await browser.post("/session?envelope=true", { email: user.email, password: PASSWORD });
    expect(got.body).toMatchObject({ status: 201, response: { state: "signed_in" } });
    expect(got.text).not.toContain("__Host");
    expect(browser.cookie()).not.toBe("");
  });

  test("with anything else is the same 401, whether there is such a person or not", async () => {
    const user = await person();
    const without = await person({ password_hash: null });
    const answers = [];
    for (const [email, password] of [
      [user.email, "wrong password"],
      [user.email, ""],
      [without.email, PASSWORD],
      ["nobody@desk.example", PASSWORD],
      ["not an address", PASSWORD],
    ]) {
      const got = await signIn(openBrowser(server), email ?? "", password);
      answers.push([got.status, got.body]);
      expect(got.headers["set-cookie"]).toBeUndefined();
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(answers[0]?.[0]).toBe(401);
    const told = await openBrowser(server).post("/session", { email: 1 });
    expect([told.status, told.body.errors.length]).toEqual([422, 2]);
  });

  test("A3: is for pages of ours only: a form of another site signs nobody in", async () => {
    const user = await person();
    const body = { email: user.email, password: PASSWORD };
    const json = { "Content-Type": "application/json" };
    const tries = [
      {},
      { Origin: server.url },
      { "X-Cantrip-Client": "web" },
      { "X-Cantrip-Client": "web", Origin: "https://evil.example" },
      { "X-Cantrip-Client": "web", "Sec-Fetch-Site": "cross-site" },
    ];
    for (const headers of tries) {
      expect((await desk.bare.ask("POST", "/session", body, { ...json, ...headers })).status).toBe(403);
    }
    const good = { "X-Cantrip-Client": "web", Origin: server.url };
    expect((await desk.bare.ask("POST", "/session", body, good)).status).toBe(201);
  });

  test("A3: makes who tries a person again and again wait, longer each time, but no other person", async () => {
    const user = await person();
    const other = await person();
    const start = Date.now();
    setClock(() => start);
    const from = (index: number): Browser =>
      openBrowser(server, { "X-Forwarded-For": `203.0.113.${index}`, "X-Forwarded-Proto": "https" });
    for (let count = 0; count < 5; count += 1) {
      expect((await signIn(from(count), user.email, "wrong")).status).toBe(401);
    }
    const waits: number[] = [];
    let at = start;
    for (let count = 0; count < 8; count += 1) {
      const refused = await signIn(from(100 + count), user.email);
      expect(refused.status).toBe(429);
      const wait = Number(refused.headers["retry-after"]);
      waits.push(wait);
      at += wait * 1000;
      setClock(() => at);
      expect((await signIn(from(200 + count), user.email, "wrong")).status).toBe(401);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await signIn(from(1), other.email)).status).toBe(201);
    setClock(() => at + MINUTE);
    expect((await signIn(from(1), user.email)).status).toBe(201);
    expect((await signIn(from(1), user.email, "wrong")).status).toBe(401);
  });

  test("A3: makes an address wait that tries many people", async () => {
    const user = await person();
    const start = Date.now() + HOUR;
    setClock(() => start);
    const address = { "X-Forwarded-For": "2001:db8:1:2::1", "X-Forwarded-Proto": "https" };
    const neighbour = { ...address, "X-Forwarded-For": "2001:db8:1:2:ffff::9" };
    const stranger = { ...address, "X-Forwarded-For": "2001:db8:1:3::1" };
    const statuses: number[] = [];
    for (let count = 0; count < 31; count += 1) {
      const body = { email: `guess-${count}@desk.example`, password: "" };
      statuses.push((await openBrowser(server, address).post("/password-resets", body)).status);
    }
    expect([statuses.filter((status) => status === 204).length, statuses.at(-1)]).toEqual([30, 429]);
    expect((await signIn(openBrowser(server, neighbour), user.email)).status).toBe(429);
    expect((await signIn(openBrowser(server, stranger), user.email)).status).toBe(201);
  });

  test("ends by signing out, at once", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    const cookie = browser.cookie();
    expect((await browser.ask("DELETE", "/session")).status).toBe(204);
    expect(browser.given.at(-1)).toContain("Max-Age=0");
    expect((await openBrowser(server, { Cookie: cookie }).get("/session")).status).toBe(401);
  });

  test("ends after 30 days without use, and after 90 days whatever happens", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    const start = Date.now();
    const at = async (days: number): Promise<number> => {
      setClock(() => start + days * DAY);
      return (await browser.get("/session")).status;
    };
    expect(await at(29)).toBe(200);
    expect(await at(58)).toBe(200);
    expect(await at(87)).toBe(200);
    expect(await at(89.9)).toBe(200);
    expect(await at(90.1)).toBe(401);
    const idle = openBrowser(server);
    setClock();
    await signIn(idle, user.email);
    setClock(() => Date.now() + 31 * DAY);
    expect((await idle.get("/session")).status).toBe(401);
  });

  test("shows where one is signed in, and ends any of these, but nobody else's", async () => {
    const user = await person();
    const [here, there] = [
      openBrowser(server, { "User-Agent": "Here" }),
      openBrowser(server, { "User-Agent": "There" }),
    ];
    await signIn(there, user.email);
    await signIn(here, user.email);
    const other = openBrowser(server);
    await signIn(other, (await person()).email);
    const { body: sessions } = await here.get("/sessions");
    expect(sessions).toMatchObject([
      { current: true, user_agent: "Here", address: "127.0.0.1" },
      { current: false, user_agent: "There" },
    ]);
    const [theirs] = (await other.get("/sessions")).body;
    expect((await here.ask("DELETE", `/sessions/${theirs.id}`)).status).toBe(404);
    expect((await here.ask("DELETE", `/sessions/${sessions[1].id}`)).status).toBe(204);
    expect([(await there.get("/session")).status, (await here.get("/session")).status]).toEqual([401, 200]);
    expect((await other.get("/session")).status).toBe(200);
  });

  test("again in the same browser ends what was there before", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    const before = browser.cookie();
    await signIn(browser, user.email);
    expect((await openBrowser(server, { Cookie: before }).get("/session")).status).toBe(401);
    expect((await browser.get("/session")).status).toBe(200);
  });

  test("is over for who is disabled, and they cannot begin anew", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    expect((await desk.ask("DELETE", `/people/${user.id}`)).status).toBe(204);
    expect((await browser.get("/session")).status).toBe(401);
    expect((await signIn(openBrowser(server), user.email)).status).toBe(401);
  });

  test("T1: means the help desk that the host names, or the request says; else the one where the password is right", async () => {
    const second = await openDesk({}, server);
    const [mine, theirs] = [
      await person({ email: "same@desk.example" }),
      await person({ email: "same@desk.example" }, second),
    ];
    const who = async (browser: Browser): Promise<unknown> => (await browser.get("/session")).body.user?.id;
    const named = openBrowser(server, {
      Host: `${second.account.site}.example.com`,
      Origin: `https://${second.account.site}.example.com`,
    });
    expect((await signIn(named, "same@desk.example")).status).toBe(201);
    expect(await who(named)).toBe(theirs.id);
    const said = openBrowser(server);
    await signIn(said, "same@desk.example", PASSWORD, { site: desk.account.site });
    expect(await who(said)).toBe(mine.id);
    const either = await signIn(openBrowser(server), "same@desk.example");
    expect([either.status, either.body.errors]).toEqual([
      422,
      [{ message: "site is required: this email is known at several help desks" }],
    ]);
    expect((await signIn(openBrowser(server), "same@desk.example", "wrong")).status).toBe(401);
    const nowhere = await signIn(openBrowser(server), "same@desk.example", PASSWORD, { site: "nowhere" });
    expect(nowhere.status).toBe(401);
    const other = await person({ password_hash: await hashPassword("another password") }, second);
    const alone = openBrowser(server);
    await signIn(alone, other.email, "another password");
    expect(await who(alone)).toBe(other.id);
    const elsewhere = { Host: `${second.account.site}.example.com`, Cookie: said.cookie() };
    expect((await openBrowser(server, elsewhere).get("/session")).status).toBe(401);
  });

  test("is written down: who, from where, and who was refused", async () => {
    const user = await person();
    await signIn(openBrowser(server), user.email, "wrong");
    await signIn(openBrowser(server), user.email);
    const { body } = await desk.get(`/audit?user_id=${user.id}&action=session`);
    expect(body).toMatchObject([
      { action: "session.created", subject: user.id, address: "127.0.0.1", details: { by: "password" } },
      { action: "session.refused", subject: user.id, details: { by: "password" } },
    ]);
    expect(JSON.stringify(body)).not.toContain("wrong");
  });

  test("a new password wants the old one, is not too simple, and ends every other session", async () => {
    const user = await person();
    const [here, there] = [openBrowser(server), openBrowser(server)];
    await signIn(there, user.email);
    await signIn(here, user.email);
    const change = async (body: object) => {
      const got = await here.ask("PUT", "/me/password", body);
      return [got.status, ...(got.body?.errors ?? []).map(({ message }: { message: string }) => message)];
    };
    expect(await change({ password: "short" })).toEqual([
      422,
      "password must have at least 10 characters",
      "current_password is required: your password as it is now",
    ]);
    expect(await change({ password: "a new password", current_password: "wrong" })).toEqual([
      422,
      "current_password must be your password as it is now",
    ]);
    expect((await change({ password: user.email, current_password: PASSWORD }))[1]).toBe(
      "password must not be the email address",
    );
    expect(await change({ password: "a new password", current_password: PASSWORD })).toEqual([204]);
    expect([(await here.get("/session")).status, (await there.get("/session")).status]).toEqual([200, 401]);
    expect((await signIn(openBrowser(server), user.email)).status).toBe(401);
    expect((await signIn(openBrowser(server), user.email, "a new password")).status).toBe(201);
  });

  test("what people may change of themselves they change, their email only with their password", async () => {
    const user = await person();
    const browser = openBrowser(server);
    await signIn(browser, user.email);
    const preferences = { theme: "dark", panes: [200, 400] };
    const changes = { first_name: "Grace", signature: "<p>G.</p>", notifications: "all", preferences };
    const got = await browser.patch("/me", changes);
    expect([got.status, got.body.user]).toMatchObject([200, { ...changes, last_name: null, email: user.email }]);
    expect((await browser.get("/session")).body).toEqual(got.body);
    const email = "grace@desk.example";
    expect((await browser.patch("/me", { email })).body.errors).toEqual([
      { message: "current_password is required: your password as it is now" },
    ]);
    expect((await browser.patch("/me", { email, current_password: PASSWORD })).body.user.email).toBe(email);
    const taken = await browser.patch("/me", { email: desk.user.email, current_password: PASSWORD });
    expect(taken.body.errors).toEqual([{ message: "email is already used" }]);
    for (const wrong of [[], "x", { a: "x".repeat(16_400) }]) {
      expect((await browser.patch("/me", { preferences: wrong })).status).toBe(422);
    }
  });
});
