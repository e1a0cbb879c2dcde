import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changePassword } from "../../src/desk/sign-in.ts";
import { hashPassword } from "../../src/domain/passwords.ts";
import type { UserRow } from "../../src/storage/schema.ts";
import { openBrowser } from "../support/browser.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type SignedIn, type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

const PASSWORD = "correct horse battery";

describe.skipIf(ENGINE_MISSING !== null)("what the settings do", () => {
  let storage: TestStorage;
  let server: TestServer;
  let desk: TestDesk;
  let owner: SignedIn;
  let admin: SignedIn;
  let agent: SignedIn;
  let smtp: ScriptedSmtp;
  beforeAll(async () => {
    storage = await openTestStorage();
    server = await startTestServer({ allowPrivateHosts: ["127.0.0.1"] } as object, storage);
    smtp = await startScriptedSmtp();
    desk = await openDesk({}, server);
    owner = await desk.signIn({ role: "owner" });
    admin = await desk.signIn({ role: "admin" });
    agent = await desk.signIn();
    for (const { user } of [owner, agent]) await givePassword(user);
  });
  afterAll(async () => {
    await smtp.close();
    await server.close();
    await storage.remove();
  });

  const givePassword = async (user: UserRow): Promise<void> => {
    const hash = await hashPassword(PASSWORD);
    const how = { address: "127.0.0.1", keepSession: null, means: "current_password" };
    await storage.db.transact(async (tx) => await changePassword(tx, user, hash, how));
  };
  const again = async (user: UserRow): Promise<SignedIn> => await desk.signIn({ user });

  test("a link by which a person chooses a new password, which works once and is in the audit log without its key", async () => {
    const made = await admin.post(`/people/${agent.user.id}/password-reset`);
    expect([made.status, made.body.mailed]).toEqual([201, false]);
    expect(made.body.reset_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/password-resets\/[0-9a-f]{24}_[\w-]{43}$/);
    expect((await admin.get(`/people/${agent.user.id}`)).body.reset_url).toBeUndefined();
    const [entry] = (await admin.get("/audit?action=person.reset_link_made")).body;
    expect(entry).toMatchObject({ user_id: admin.user.id, subject: agent.user.id, details: null });
    const browser = openBrowser(server);
    const key = String(made.body.reset_url).split("/").at(-1);
    const chosen = await browser.post(`/password-resets/${key}`, { password: "another good password" });
    expect([chosen.status, chosen.body]).toEqual([201, { state: "signed_in" }]);
    expect((await openBrowser(server).post(`/password-resets/${key}`, { password: PASSWORD })).status).toBe(404);
    await givePassword(agent.user);
  });

  test("nobody gets such a link for somebody above them, and none is made for who cannot use it", async () => {
    expect((await admin.post(`/people/${owner.user.id}/password-reset`)).status).toBe(403);
    expect((await (await again(agent.user)).post(`/people/${admin.user.id}/password-reset`)).status).toBe(403);
    const added = (await admin.post("/people", { email: "invited@desk.example" })).body;
    const early = await admin.post(`/people/${added.id}/password-reset`);
    expect(early.body.errors).toEqual([{ message: "invitation is not accepted yet: invite them again" }]);
    await admin.patch(`/people/${added.id}`, { disabled: true });
    const late = await admin.post(`/people/${added.id}/password-reset`);
    expect(late.body.errors).toEqual([{ message: "disabled must be false before somebody can sign in" }]);
  });

  test("the owner hands the help desk over with their password: the other owns it then, and they are an admin", async () => {
    const first = await again(owner.user);
    const heir = (await again(agent.user)).user;
    const path = `/people/${heir.id}/ownership`;
    expect((await admin.post(path, { password: PASSWORD })).status).toBe(403);
    expect((await desk.post(path, { password: PASSWORD })).status).toBe(404);
    const wrong = await first.post(path, { password: "not it at all" });
    expect(wrong.body.errors).toEqual([{ message: "password must be your password as it is now" }]);
    const self = await first.post(`/people/${owner.user.id}/ownership`, { password: PASSWORD });
    expect(self.body.errors).toEqual([{ message: "user_id must be another person" }]);
    const done = await first.post(path, { password: PASSWORD });
    expect([done.status, done.body.role]).toEqual([200, "owner"]);
    expect((await first.get("/session")).body.user.role).toBe("admin");
    expect((await first.post(path, { password: PASSWORD })).status).toBe(403);
    const second = await again(heir);
    expect((await second.post(`/people/${owner.user.id}/ownership`, { password: PASSWORD })).status).toBe(200);
    expect((await second.get("/session")).body.user.role).toBe("admin");
    await first.patch(`/people/${heir.id}`, { role: "agent" });
  });

  test("one signs out everywhere else, and stays signed in here", async () => {
    const here = await desk.signIn();
    const there = await again(here.user);
    const elsewhere = await again(here.user);
    const other = await desk.signIn();
    expect((await here.get("/sessions")).body).toHaveLength(3);
    expect((await here.ask("DELETE", "/sessions")).status).toBe(204);
    expect((await here.get("/sessions")).body).toMatchObject([{ current: true }]);
    for (const gone of [there, elsewhere]) expect((await gone.get("/session")).status).toBe(401);
    expect((await other.get("/session")).status).toBe(200);
    expect((await desk.ask("DELETE", "/sessions")).status).toBe(404);
  });

  test("a signature is seen before it is kept, and what it names wrongly is named", async () => {
    const path = `/inboxes/${desk.inbox.id}/signature-preview`;
    const reader = await desk.signIn({ role: "read_only" });
    const seen = await reader.post(path, { user_signature: "{{user.first_name}}", signature: "<b>{{inbox.name}}</b>" });
    expect([seen.status, seen.body]).toEqual([
      200,
      { text: "Ada\nSupport", html: "<div>Ada</div>\n<div><b>Support</b></div>" },
    ]);
    expect((await admin.get(`/inboxes/${desk.inbox.id}?fields=signature`)).body).toEqual({ signature: null });
    const wrong = await reader.post(path, { user_signature: "{{user.nam}}" });
    expect(wrong.body.errors[0].message).toMatch(/^user_signature must not name \{\{user\.nam\}\}: known are/);
    const kept = await reader.patch("/me", { signature: "{{user.nam}}" });
    expect(kept.body.errors[0].message).toMatch(/^signature must not name \{\{user\.nam\}\}/);
    const narrow = await desk.signIn({ inboxIds: [] });
    expect((await narrow.post(path, {})).status).toBe(404);
  });

  test("an inbox says what who writes from it is called", async () => {
    const path = `/inboxes/${desk.inbox.id}`;
    expect((await admin.get(`${path}?fields=from_name`)).body).toEqual({ from_name: null });
    const wrong = await admin.patch(path, { from_name: "{{customer.name}}" });
    expect(wrong.body.errors[0].message).toMatch(/^from_name must not name/);
    const kept = await admin.patch(`${path}?fields=from_name`, {
      from_name: "{{user.first_name}} at {{account.name}}",
    });
    expect(kept.body).toEqual({ from_name: "{{user.first_name}} at {{account.name}}" });
    expect((await admin.patch(`${path}?fields=from_name`, { from_name: " " })).body).toEqual({ from_name: null });
  });

  test("a mail server is tried out with an address that the inbox does not have yet", async () => {
    const inbox = (await admin.post("/inboxes", { name: "New" })).body;
    const given = { host: "127.0.0.1", port: smtp.port, security: "none", inbox_id: inbox.id };
    const none = await admin.post("/transports/test", { ...given, send_to: "me@desk.example" });
    expect(none.body.errors).toEqual([{ message: "inbox_id must be an inbox with an address" }]);
    const wrong = await admin.post("/transports/test", { ...given, from: "new", send_to: "me" });
    expect(wrong.body.errors).toEqual([
      { message: "from must be an email address" },
      { message: "send_to must be an email address" },
    ]);
    const sent = await admin.post("/transports/test", {
      ...given,
      from: "new@desk.example",
      send_to: "me@desk.example",
    });
    expect(sent.body.ok).toBe(true);
    expect(smtp.accepted.at(-1)).toMatchObject({ from: "new@desk.example" });
  });
});
