import { Secret, TOTP } from "otpauth";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import { MINUTE, setClock } from "../../src/domain/time.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { Authenticator } from "../support/authenticator.ts";
import { type Browser, openBrowser } from "../support/browser.ts";
import { type Got, type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

const PASSWORD = "correct horse battery";
let hash: string;
let server: TestServer;
let desk: TestDesk;
let people = 0;

/** Somebody who is signed in by their password. */
async function someone(): Promise<{ user: UserRow; browser: Browser }> {
  people += 1;
  const input = { email: `person-${people}@desk.example`, first_name: "Ada", password_hash: hash };
  const user = await server.storage.db.transact(
    async (tx) => await createUser(tx, desk.account.id, input, new Faults()),
  );
  const browser = openBrowser(server);
  expect((await enter(browser, user)).body).toEqual({ state: "signed_in" });
  return { user, browser };
}

async function enter(browser: Browser, user: UserRow): Promise<Got> {
  return await browser.post("/session", { email: user.email, password: PASSWORD });
}

describe.skipIf(ENGINE_MISSING !== null)("the second factor", () => {
  beforeAll(async () => {
    const storage = await openTestStorage();
    server = await startTestServer({ publicUrl: "https://help.example.com" }, storage);
    hash = await hashPassword(PASSWORD);
    desk = await openDesk({}, server);
    return async () => {
      await server.close();
      await storage.remove();
    };
  });
  afterEach(() => setClock());

  /** Sets an authenticator app up; `code` gives what it shows at a time. */
  async function withApp(): Promise<{
    user: UserRow;
    browser: Browser;
    recovery: string[];
    code: (at?: number) => string;
    secret: string;
  }> {
    const { user, browser } = await someone();
    const { body } = await browser.post("/me/totp");
    const app = new TOTP({ secret: Secret.fromBase32(body.secret) });
    const code = (at = Date.now()): string => app.generate({ timestamp: at });
    setClock(() => Date.now() - 10 * MINUTE);
    const got = await browser.ask("PUT", "/me/totp", { code: code(Date.now() - 10 * MINUTE) });
    setClock();
    expect(got.status).toBe(200);
    return { user, browser, recovery: got.body.recovery_codes, code, secret: body.secret };
  }

  test("is an authenticator app once a first code of it was given, with ten recovery codes", async () => {
    const { user, browser } = await someone();
    const begun = await browser.post("/me/totp");
    expect(begun.body.uri).toBe(
      `otpauth://totp/Test%20desk:${encodeURIComponent(user.email)}?issuer=Test%20desk&secret=${begun.body.secret}&algorithm=SHA1&digits=6&period=30`,
    );
    expect((await browser.get("/session")).body.user.totp).toBe(false);
    expect((await enter(openBrowser(server), user)).body.state).toBe("signed_in");
    expect((await browser.ask("PUT", "/me/totp", { code: "000000" })).status).toBe(422);
    const code = new TOTP({ secret: Secret.fromBase32(begun.body.secret) }).generate();
    const got = await browser.ask("PUT", "/me/totp", { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(new Set(got.body.recovery_codes).size).toBe(10);
    expect(got.body.recovery_codes[0]).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect((await browser.get("/session")).body.user).toMatchObject({ totp: true, recovery_codes: 10 });
    expect((await browser.post("/me/totp")).status).toBe(422);
    const row = await server.storage.db.query
      .selectFrom("users")
      .selectAll()
      .where("account_id", "=", desk.account.id)
      .where("id", "=", user.id)
      .executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(begun.body.secret);
  });

  test("is asked for after the password, and nothing is open before it", async () => {
    const { user, code } = await withApp();
    const browser = openBrowser(server);
    const got = await enter(browser, user);
    expect([got.status, got.body]).toEqual([201, { state: "second_factor", methods: ["totp", "recovery"] }]);
    const waiting = browser.cookie();
    for (const path of ["/session", "/tickets", "/sessions", "/me/passkeys"]) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 401]);
    }
    expect((await browser.post("/session/second-factor", { code: code() })).body).toEqual({ state: "signed_in" });
    expect((await browser.get("/session")).status).toBe(200);
    expect((await openBrowser(server, { Cookie: waiting }).get("/session")).status).toBe(401);
  });

  test("takes a code once only, and none that is older than half a minute", async () => {
    const { user, code } = await withApp();
    const now = Date.now();
    setClock(() => now);
    const shown = code(now);
    const first = openBrowser(server);
    await enter(first, user);
    expect((await first.post("/session/second-factor", { code: shown })).status).toBe(201);
    const second = openBrowser(server);
    await enter(second, user);
    for (const wrong of [shown, code(now - 30_000), code(now - 90_000), code(now + 90_000)]) {
      expect((await second.post("/session/second-factor", { code: wrong })).status).toBe(401);
    }
    expect((await second.post("/session/second-factor", { code: code(now + 30_000) })).status).toBe(201);
  });

  test("takes each recovery code once, however it is typed", async () => {
    const { user, recovery } = await withApp();
    const [one = "", two = ""] = recovery;
    const first = openBrowser(server);
    await enter(first, user);
    const typed = one.replaceAll("-", " ").toUpperCase();
    expect((await first.post("/session/second-factor", { code: typed })).status).toBe(201);
    expect((await first.get("/session")).body.user.recovery_codes).toBe(9);
    const second = openBrowser(server);
    await enter(second, user);
    expect((await second.post("/session/second-factor", { code: one })).status).toBe(401);
    expect((await second.post("/session/second-factor", { code: two })).status).toBe(201);
    const { body } = await desk.get(`/audit?user_id=${user.id}&action=session`);
    expect(body[0].details).toEqual({ by: "password", second_factor: "recovery" });
  });

  test("A3: wants the password again after five wrong codes, and then makes wait", async () => {
    const { user, code } = await withApp();
    const browser = openBrowser(server);
    await enter(browser, user);
    const now = Date.now();
    setClock(() => now);
    const tries: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const got = await browser.post("/session/second-factor", { code: "000000" });
      tries.push(`${got.status} ${got.body.message}`);
    }
    expect(tries.slice(0, 4).every((each) => each.includes("the code is wrong"))).toBe(true);
    expect(tries.at(-1)).toMatch(/^401 .*sign in again/);
    expect((await browser.post("/session/second-factor", { code: code(now) })).status).toBe(401);
    await enter(browser, user);
    expect((await browser.post("/session/second-factor", { code: code(now) })).status).toBe(429);
    setClock(() => now + 1000);
    expect((await browser.post("/session/second-factor", { code: code(now) })).status).toBe(201);
  });

  test("goes with the password only, and takes the recovery codes with it", async () => {
    const { user, browser, recovery } = await withApp();
    expect((await browser.ask("DELETE", "/me/totp", { password: "wrong" })).status).toBe(422);
    expect((await browser.ask("DELETE", "/me/totp")).status).toBe(422);
    const renewed = await browser.post("/me/recovery-codes", { password: PASSWORD });
    expect(renewed.body.recovery_codes).not.toEqual(recovery);
    expect((await browser.ask("DELETE", "/me/totp", { password: PASSWORD })).status).toBe(204);
    expect((await browser.get("/session")).body.user).toMatchObject({ totp: false, recovery_codes: 0 });
    expect((await enter(openBrowser(server), user)).body).toEqual({ state: "signed_in" });
    expect((await browser.post("/me/recovery-codes", { password: PASSWORD })).status).toBe(422);
  });

  /** Somebody with a passkey, which is on this device. */
  async function withPasskey(): Promise<{ user: UserRow; browser: Browser; key: Authenticator; got: Got }> {
    const { user, browser } = await someone();
    const key = new Authenticator("https://help.example.com");
    const { body: options } = await browser.post("/me/passkeys/options");
    const got = await browser.post("/me/passkeys", { name: "Laptop", response: key.create(options) });
    return { user, browser, key, got };
  }

  async function answer(browser: Browser, key: Authenticator, faults: object = {}): Promise<Got> {
    const { body: options } = await browser.post("/session/passkey/options");
    return await browser.post("/session/passkey", { response: key.get(options, faults) });
  }

  test("is a passkey too, kept under a name, with recovery codes", async () => {
    const { browser, got } = await withPasskey();
    expect([got.status, got.body.name, got.body.recovery_codes.length]).toEqual([201, "Laptop", 10]);
    const { body: keys } = await browser.get("/me/passkeys");
    expect(keys).toEqual([{ id: got.body.id, name: "Laptop", created_at: got.body.created_at, last_used_at: null }]);
    const other = (await someone()).browser;
    expect((await other.ask("DELETE", `/me/passkeys/${got.body.id}`)).status).toBe(404);
    expect((await browser.ask("DELETE", `/me/passkeys/${got.body.id}`)).status).toBe(204);
    expect((await browser.get("/session")).body.user).toMatchObject({ passkeys: 0, recovery_codes: 0 });
  });

  test("a new passkey must be made for this server, for this person, and once", async () => {
    const { browser } = await someone();
    const other = (await someone()).browser;
    const key = new Authenticator("https://help.example.com");
    const { body: options } = await browser.post("/me/passkeys/options");
    expect(options).toMatchObject({
      rp: { id: "help.example.com", name: "Test desk" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
    });
    const add = async (by: Browser, response: unknown): Promise<number> =>
      (await by.post("/me/passkeys", { response })).status;
    expect(await add(browser, key.create(options, { origin: "https://evil.example" }))).toBe(422);
    expect(await add(browser, key.create(options, { rpId: "evil.example" }))).toBe(422);
    expect(await add(browser, key.create(options, { verified: false }))).toBe(422);
    expect(await add(browser, key.create(options, { type: "webauthn.get" }))).toBe(422);
    expect(await add(browser, key.create({ ...options, challenge: "AAAA" }))).toBe(422);
    expect(await add(other, key.create(options))).toBe(422);
    for (const nonsense of [null, 1, "x", [], {}, { id: 1 }, { id: "x", rawId: "x", type: "x", response: {} }]) {
      expect(await add(browser, nonsense)).toBe(422);
    }
    const good = key.create(options);
    expect(await add(browser, good)).toBe(201);
    expect(await add(browser, good)).toBe(422);
    const later = Date.now() + 6 * MINUTE;
    const { body: stale } = await browser.post("/me/passkeys/options");
    setClock(() => later);
    expect(await add(browser, new Authenticator("https://help.example.com").create(stale))).toBe(422);
  });

  test("a passkey signs in by itself, without email and password", async () => {
    const { user, key } = await withPasskey();
    const browser = openBrowser(server);
    const got = await answer(browser, key);
    expect([got.status, got.body]).toEqual([201, { state: "signed_in" }]);
    expect((await browser.get("/session")).body.user.id).toBe(user.id);
    const { body } = await desk.get(`/audit?user_id=${user.id}&action=session.created`);
    expect(body[0].details).toEqual({ by: "passkey" });
  });

  test("a passkey signs nobody in that is unknown, unsure of its user, copied, or answers another challenge", async () => {
    const { key, browser: mine } = await withPasskey();
    const browser = openBrowser(server);
    const stranger = new Authenticator("https://help.example.com");
    expect((await answer(browser, stranger)).status).toBe(401);
    expect((await answer(browser, key, { verified: false })).status).toBe(401);
    expect((await answer(browser, key, { origin: "https://evil.example" })).status).toBe(401);
    expect((await answer(browser, key, { rpId: "evil.example" })).status).toBe(401);
    const { body: options } = await browser.post("/session/passkey/options");
    const response = key.get(options);
    const tampered = {
      ...response,
      response: { ...(response as never as { response: object }).response, userHandle: "x" },
    };
    expect((await browser.post("/session/passkey", { response: tampered })).status).toBe(401);
    expect((await browser.post("/session/passkey", { response })).status).toBe(201);
    expect((await openBrowser(server).post("/session/passkey", { response })).status).toBe(401);
    const count = key.count;
    key.count = 0;
    expect((await answer(openBrowser(server), key)).status).toBe(401);
    key.count = count;
    expect((await answer(openBrowser(server), key)).status).toBe(201);
    const { body: registering } = await mine.post("/me/passkeys/options");
    const misused = key.get({ challenge: registering.challenge, rpId: "help.example.com" });
    expect((await openBrowser(server).post("/session/passkey", { response: misused })).status).toBe(401);
  });

  test("a passkey that is synced does not count its uses, and signs in all the same", async () => {
    const { key } = await withPasskey();
    key.counts = false;
    key.count = 0;
    for (let count = 0; count < 2; count += 1) expect((await answer(openBrowser(server), key)).status).toBe(201);
  });

  test("a passkey is the second factor after the password, of its owner only", async () => {
    const { user, key } = await withPasskey();
    const theirs = await withPasskey();
    const browser = openBrowser(server);
    const got = await enter(browser, user);
    expect(got.body).toEqual({ state: "second_factor", methods: ["passkey", "recovery"] });
    const { body: options } = await browser.post("/session/passkey/options");
    expect(options.allowCredentials).toMatchObject([{ id: key.credentialId.toString("base64url") }]);
    expect((await answer(browser, theirs.key)).status).toBe(401);
    const { body: anybody } = await openBrowser(server).post("/session/passkey/options");
    expect((await browser.post("/session/passkey", { response: key.get(anybody) })).status).toBe(401);
    expect((await answer(browser, key, { verified: false })).status).toBe(201);
    expect((await browser.get("/session")).body.user.id).toBe(user.id);
  });

  test("a passkey of somebody who is disabled opens nothing", async () => {
    const { user, key } = await withPasskey();
    await desk.ask("DELETE", `/people/${user.id}`);
    expect((await answer(openBrowser(server), key)).status).toBe(401);
  });

  test("of a person who has lost it is removed by an admin, by their own password, and noted; not of who is above", async () => {
    const { user } = await withApp();
    const { user: admin, browser } = await someone();
    const setRole = async (role: "admin" | "agent"): Promise<void> => {
      await server.storage.db.transact(async (tx) => {
        const query = tx.query.updateTable("users").set({ role }).where("account_id", "=", desk.account.id);
        await query.where("id", "=", admin.id).execute();
      });
      await enter(browser, admin);
    };
    const path = `/people/${user.id}/second-factors`;
    await setRole("agent");
    expect((await browser.ask("DELETE", path, { password: PASSWORD })).status).toBe(403);
    await setRole("admin");
    expect((await browser.ask("DELETE", path, { password: "wrong" })).status).toBe(422);
    expect((await browser.ask("DELETE", path, { password: PASSWORD })).status).toBe(204);
    expect((await browser.get(`/people/${user.id}`)).body.second_factor).toBe(false);
    expect((await enter(openBrowser(server), user)).body).toEqual({ state: "signed_in" });
    const { body: entries } = await browser.get("/audit");
    expect(entries.find(({ action }: { action: string }) => action === "person.second_factor_removed")).toMatchObject({
      subject: user.id,
      user_id: admin.id,
    });
    const owner = await desk.signIn({ role: "owner" });
    expect(
      (await browser.ask("DELETE", `/people/${owner.user.id}/second-factors`, { password: PASSWORD })).status,
    ).toBe(403);
  });
});
