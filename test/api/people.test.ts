import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeLinkKey } from "../../src/desk/one-time-links.ts";
import { DAY, HOUR, setClock } from "../../src/domain/time.ts";
import { openSetupPage, setUpFirstAccount } from "../../src/first-run.ts";
import { findUser } from "../../src/storage/users.ts";
import { type PostOffice, localServer, openPostOffice } from "../desk/post-office.ts";
import { openBrowser } from "../support/browser.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { type SignedIn, type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

const PASSWORD = "correct horse battery";

const keyOf = (url: string): string => url.split("/").at(-1) ?? "";

describe.skipIf(ENGINE_MISSING !== null)("people", () => {
  let desk: TestDesk;
  let owner: SignedIn;
  let admin: SignedIn;
  beforeAll(async () => {
    desk = await openDesk();
    owner = await desk.signIn({ role: "owner" });
    admin = await desk.signIn({ role: "admin" });
  });
  afterEach(() => setClock());

  let emails = 0;
  const newEmail = (): string => `new-${(emails += 1)}@desk.example`;
  const add = async (by: Pick<SignedIn, "post">, more: object = {}) =>
    await by.post("/people", { email: newEmail(), ...more });

  test("A3: are the business of admins; a token may do everything", async () => {
    const agent = await desk.signIn();
    for (const path of ["/people", "/audit", "/apps"]) {
      expect([path, (await agent.get(path)).status]).toEqual([path, 403]);
      expect([path, (await admin.get(path)).status]).toEqual([path, 200]);
      expect([path, (await desk.get(path)).status]).toEqual([path, 200]);
    }
    expect((await add(agent)).status).toBe(403);
    expect((await agent.patch("/account", { name: "x" })).status).toBe(403);
    expect((await agent.get("/account")).status).toBe(200);
  });

  test("are added with a link, shown once, that lets them in once and for seven days", async () => {
    const got = await add(admin, { first_name: "Ben", role: "agent", inbox_ids: [desk.inbox.id] });
    expect([got.status, got.body]).toMatchObject([
      201,
      {
        first_name: "Ben",
        role: "agent",
        inbox_ids: [desk.inbox.id],
        invited: true,
        mailed: false,
        last_seen_at: null,
      },
    ]);
    expect(got.body.invitation_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitations\/[0-9a-f]{24}_[\w-]{43}$/);
    expect((await admin.get(`/people/${got.body.id}`)).body.invitation_url).toBeUndefined();
    const key = keyOf(got.body.invitation_url);
    const browser = openBrowser(desk.server);
    expect((await browser.get(`/invitations/${key}`)).body).toEqual({
      email: got.body.email,
      first_name: "Ben",
      last_name: null,
      account: { site: desk.account.site, name: "Test desk" },
    });
    const short = await browser.post(`/invitations/${key}`, { password: "short" });
    expect(short.body.errors).toEqual([{ message: "password must have at least 10 characters" }]);
    const joined = await browser.post(`/invitations/${key}`, { last_name: "Ames", password: PASSWORD });
    expect([joined.status, joined.body]).toEqual([201, { state: "signed_in" }]);
    expect((await browser.get("/session")).body.user).toMatchObject({ first_name: "Ben", last_name: "Ames" });
    const person = (await admin.get(`/people/${got.body.id}`)).body;
    expect([person.invited, person.last_seen_at]).toEqual([false, expect.any(String)]);
    for (const again of [browser, openBrowser(desk.server)]) {
      expect((await again.get(`/invitations/${key}`)).status).toBe(404);
      expect((await again.post(`/invitations/${key}`, { password: PASSWORD })).status).toBe(404);
    }
    const late = keyOf((await add(admin)).body.invitation_url);
    setClock(() => Date.now() + 7 * DAY + 1000);
    expect((await browser.get(`/invitations/${late}`)).status).toBe(404);
  });

  test("may be invited again, and either link lets them in, and ends the other", async () => {
    const { body: person } = await add(admin);
    const again = await admin.post(`/people/${person.id}/invitation`);
    expect(again.status).toBe(201);
    const browser = openBrowser(desk.server);
    const [first, second] = [keyOf(person.invitation_url), keyOf(again.body.invitation_url)];
    expect((await browser.post(`/invitations/${second}`, { password: PASSWORD })).status).toBe(201);
    expect((await browser.get(`/invitations/${first}`)).status).toBe(404);
    expect((await admin.post(`/people/${person.id}/invitation`)).status).toBe(422);
  });

  test("no key of one kind, and none that is made up, opens another thing", async () => {
    const browser = openBrowser(desk.server);
    const { body: person } = await add(admin);
    const key = keyOf(person.invitation_url);
    expect((await browser.post(`/password-resets/${key}`, { password: PASSWORD })).status).toBe(404);
    const setup = { key, name: "x", email: newEmail(), password: PASSWORD };
    expect((await browser.post("/setup", setup)).status).toBe(422);
    for (const wrong of ["x", key.slice(0, -1), `${"0".repeat(24)}${key.slice(24)}`, `${key}x`, "%00"]) {
      expect((await browser.get(`/invitations/${wrong}`)).status).toBe(404);
    }
  });

  test("A3: only owners make and change owners, and nobody raises anybody above themselves", async () => {
    expect((await add(admin, { role: "owner" })).status).toBe(403);
    expect((await add(owner, { role: "owner" })).status).toBe(201);
    const { body: agent } = await add(admin, { role: "agent" });
    expect((await admin.patch(`/people/${agent.id}`, { role: "owner" })).status).toBe(403);
    expect((await admin.patch(`/people/${agent.id}`, { role: "admin" })).status).toBe(200);
    expect((await admin.patch(`/people/${admin.user.id}`, { role: "owner" })).status).toBe(403);
    for (const change of [{ role: "agent" }, { email: newEmail() }, { disabled: true }]) {
      expect((await admin.patch(`/people/${owner.user.id}`, change)).status).toBe(403);
    }
    expect((await admin.ask("DELETE", `/people/${owner.user.id}`)).status).toBe(403);
  });

  test("the last owner stays one, also when two go at once", async () => {
    const small = await openDesk();
    const first = await small.signIn({ role: "owner" });
    const faults = async (by: SignedIn, change: object) =>
      (await by.patch(`/people/${by.user.id}`, change)).body.errors?.[0]?.message;
    expect(await faults(first, { role: "admin" })).toMatch(/^role must stay owner/);
    expect((await small.ask("DELETE", `/people/${first.user.id}`)).status).toBe(422);
    const second = await small.signIn({ role: "owner" });
    expect(await faults(first, { disabled: true })).toMatch(/nobody can disable themselves/);
    const both = await Promise.all(
      [first, second].map(async (by) => await by.patch(`/people/${by.user.id}`, { role: "agent" })),
    );
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 422]));
    const { body } = await small.get("/people");
    expect(body.filter(({ role }: { role: string }) => role === "owner")).toHaveLength(1);
  });

  test("who is disabled stays in the lists and on what they did, gets no tickets, and can be let in again", async () => {
    const ben = await desk.signIn();
    const ticket = await desk.ticket({ user_id: ben.user.id });
    expect((await admin.ask("DELETE", `/people/${ben.user.id}`)).status).toBe(204);
    expect((await ben.get("/session")).status).toBe(401);
    expect((await desk.get("/users")).body.map(({ id }: { id: string }) => id)).toContain(ben.user.id);
    expect((await desk.get(`/people/${ben.user.id}`)).body.disabled_at).toEqual(expect.any(String));
    expect((await desk.get(`/tickets/${ticket.id}`)).body.user_id).toBe(ben.user.id);
    expect((await desk.patch(`/tickets/${ticket.id}`, { user_id: ben.user.id, state: "hold" })).status).toBe(200);
    const other = await desk.ticket();
    const given = await desk.patch(`/tickets/${other.id}`, { user_id: ben.user.id });
    expect(given.body.errors).toEqual([
      { message: "user_id must be the id of a user who is not disabled, or null for nobody" },
    ]);
    const body = { type: "email", subject: "x", customer: { first_name: "R" }, user_id: ben.user.id };
    expect((await desk.post("/tickets", body)).status).toBe(422);
    expect((await admin.patch(`/people/${ben.user.id}`, { disabled: false })).body.disabled_at).toBeNull();
    expect((await desk.patch(`/tickets/${other.id}`, { user_id: ben.user.id })).status).toBe(200);
    expect((await ben.get("/session")).status).toBe(401);
  });

  test("are told apart by their email, and inboxes must be there", async () => {
    const got = await add(admin, { email: desk.user.email });
    expect(got.body.errors).toEqual([{ message: "email is already used" }]);
    expect((await admin.post("/people", {})).status).toBe(422);
    const foreign = (await openDesk()).inbox.id;
    const wrong = await add(admin, { inbox_ids: [desk.inbox.id, foreign] });
    expect(wrong.body.errors).toEqual([{ message: "inbox_ids[1] must be the id of an inbox" }]);
  });

  test("a change of role or inboxes counts at once", async () => {
    const ben = await desk.signIn();
    const ticket = await desk.ticket();
    expect((await ben.get(`/tickets/${ticket.id}`)).status).toBe(200);
    await admin.patch(`/people/${ben.user.id}`, { inbox_ids: [] });
    expect((await ben.get(`/tickets/${ticket.id}`)).status).toBe(404);
    await admin.patch(`/people/${ben.user.id}`, { inbox_ids: null, role: "read_only" });
    expect((await ben.get(`/tickets/${ticket.id}`)).status).toBe(200);
    expect((await ben.patch(`/tickets/${ticket.id}`, { state: "closed" })).status).toBe(403);
  });

  test("A2: an app is installed with a token that is shown once, and revoked", async () => {
    const { status, body: app } = await admin.post("/apps", { name: "Report" });
    expect(status).toBe(201);
    const bearer = { Authorization: `Bearer ${app.token}` };
    expect((await desk.bare.get("/users", bearer)).status).toBe(200);
    const listed = (await admin.get("/apps")).body.find(({ id }: { id: string }) => id === app.id);
    expect(listed).toEqual({
      id: app.id,
      name: "Report",
      created_at: app.created_at,
      last_used_at: null,
      revoked_at: null,
    });
    expect((await admin.ask("DELETE", `/apps/${app.id}`)).status).toBe(204);
    expect((await desk.bare.get("/users", bearer)).status).toBe(401);
    expect((await admin.ask("DELETE", `/apps/${app.id}`)).status).toBe(404);
  });

  test("the account's name and limits are changed, and each change is written down with who made it", async () => {
    const got = await admin.patch("/account", { name: "Acme", undo_seconds: 20, credits_per_minute: 500 });
    expect(got.body).toMatchObject({ name: "Acme", undo_seconds: 20, credits_per_minute: 500 });
    await admin.patch("/account", { name: "Acme" });
    const wrong = await admin.patch("/account", { undo_seconds: 3601, name: "", credits_per_minute: -1 });
    expect(wrong.body.errors).toHaveLength(3);
    const { body } = await admin.get("/audit?action=account.updated");
    expect(body).toMatchObject([
      {
        user_id: admin.user.id,
        token_id: null,
        subject: desk.account.id,
        address: "127.0.0.1",
        details: { name: ["Test desk", "Acme"], undo_seconds: [10, 20], credits_per_minute: [0, 500] },
      },
    ]);
    await desk.patch("/account", { credits_per_minute: 0 });
  });

  test("the log tells settings apart, newest first, page by page, and holds no secret", async () => {
    const small = await openDesk();
    const boss = await small.signIn({ role: "owner" });
    const { body: label } = await boss.post("/labels", { name: "VIP" });
    await boss.patch(`/labels/${label.id}`, { color: "red" });
    await small.ask("DELETE", `/labels/${label.id}`);
    const { body: inbox } = await boss.post("/inboxes", { name: "Sales" });
    await boss.patch(`/inboxes/${inbox.id}`, { name: "Sales" });
    await boss.patch(`/inboxes/${inbox.id}`, { name: "Orders" });
    await boss.ask("DELETE", `/inboxes/${inbox.id}`);
    const { body: app } = await boss.post("/apps", { name: "Report" });
    const { body: person } = await boss.post("/people", { email: newEmail() });
    const all = await boss.get("/audit?count=true&per_page=100");
    expect(all.body.map(({ action }: { action: string }) => action)).toEqual([
      "person.created",
      "app.created",
      "inbox.deleted",
      "inbox.updated",
      "inbox.created",
      "label.deleted",
      "label.updated",
      "label.created",
    ]);
    expect(all.headers["total-count"]).toBe("8");
    for (const secret of [app.token, keyOf(person.invitation_url)]) expect(all.text).not.toContain(secret.slice(25));
    expect((await boss.get("/audit?page=2&per_page=3")).body).toEqual(all.body.slice(3, 6));
    const actions = async (query: string) =>
      (await boss.get(`/audit?${query}`)).body.map(({ action }: { action: string }) => action);
    expect(await actions("action=label,app.created")).toEqual([
      "app.created",
      "label.deleted",
      "label.updated",
      "label.created",
    ]);
    expect(await actions(`subject=${inbox.id}`)).toEqual(["inbox.deleted", "inbox.updated", "inbox.created"]);
    expect(await actions(`user_id=${boss.user.id}&action=label`)).toEqual(["label.updated", "label.created"]);
    expect(await actions("action=lab%25")).toEqual([]);
    expect(await actions("since_created_at=2999-01-01")).toEqual([]);
    const [deleted] = (await boss.get("/audit?action=label.deleted")).body;
    expect([deleted.user_id, deleted.token_id]).toEqual([null, expect.any(String)]);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("links by mail", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;
  let server: TestServer;
  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port));
    const settings = { publicUrl: "https://help.example.com", smtpUrl: `smtp://127.0.0.1:${smtp.port}` };
    server = await startTestServer(settings, office.storage);
  });
  afterAll(async () => {
    await server.close();
    await office.close();
    await smtp.close();
  });
  afterEach(() => setClock());

  const linkIn = (raw: string, kind: string): string =>
    new RegExp(`https://help.example.com/${kind}/([\\w-]+)`).exec(raw.replaceAll("=\r\n", ""))?.[1] ?? "";

  test("invite whom an admin adds, and the mail's key is in no table", async () => {
    const desk = await openDesk({}, server);
    const got = await desk.post("/people", { email: "invited@people.example", first_name: "Ida" });
    expect([got.body.mailed, got.body.invitation_url]).toMatchObject([true, /^https:\/\/help\.example\.com\//]);
    await office.run();
    const mail = smtp.accepted.at(-1);
    expect([mail?.to, mail?.raw]).toMatchObject([["invited@people.example"], /Subject: You are invited to Test desk/]);
    expect(mail?.raw).toMatch(/Auto-Submitted: auto-generated/i);
    const key = linkIn(mail?.raw ?? "", "invitations");
    const browser = openBrowser(server, { Origin: "https://help.example.com" });
    expect((await browser.post(`/invitations/${key}`, { password: PASSWORD })).status).toBe(201);
    expect((await browser.get(`/invitations/${keyOf(got.body.invitation_url)}`)).status).toBe(404);
  });

  test("give a new password to whoever has the address, and the answer never tells whether anybody has", async () => {
    const desk = await openDesk({}, server);
    const ben = await desk.signIn();
    const site = desk.account.site;
    const browser = openBrowser(server, { Origin: "https://help.example.com" });
    const before = smtp.accepted.length;
    const known = await browser.post("/password-resets", { email: ben.user.email, site });
    const unknown = await browser.post("/password-resets", { email: "nobody@people.example", site });
    expect([known.status, known.text, unknown.status, unknown.text]).toEqual([204, "", 204, ""]);
    await office.run();
    expect(smtp.accepted.slice(before).map(({ to }) => to)).toEqual([[ben.user.email]]);
    const key = linkIn(smtp.accepted.at(-1)?.raw ?? "", "password-resets");
    expect((await browser.post(`/password-resets/${key}`, { password: "1234567890" })).status).toBe(201);
    expect((await ben.get("/session")).status).toBe(401);
    expect((await browser.get("/session")).body.user.id).toBe(ben.user.id);
    expect((await browser.post(`/password-resets/${key}`, { password: PASSWORD })).status).toBe(404);
  });

  test("end after an hour, and go to nobody who is disabled", async () => {
    const desk = await openDesk({}, server);
    const ben = await desk.signIn();
    const key = await office.storage.db.transact(async (tx) => await makeLinkKey(tx, "password-reset", ben.user));
    const browser = openBrowser(server, { Origin: "https://help.example.com" });
    setClock(() => Date.now() + HOUR + 1000);
    expect((await browser.post(`/password-resets/${key}`, { password: PASSWORD })).status).toBe(404);
    setClock();
    await desk.ask("DELETE", `/people/${ben.user.id}`);
    const before = smtp.accepted.length;
    await browser.post("/password-resets", { email: ben.user.email, site: desk.account.site });
    await office.run();
    expect(smtp.accepted).toHaveLength(before);
  });

  test("are not mailed without a configured public URL: a request's host may be anybody's", async () => {
    const plain = await startTestServer({ smtpUrl: "smtp://127.0.0.1" }, office.storage);
    const desk = await openDesk({}, plain);
    const ben = await desk.signIn();
    const before = smtp.accepted.length;
    const got = await openBrowser(plain).post("/password-resets", { email: ben.user.email, site: desk.account.site });
    expect(got.status).toBe(204);
    await office.run();
    expect(smtp.accepted).toHaveLength(before);
    await plain.close();
  });
});

/** One ticket that teaches the keys, in the first inbox, for nobody in particular; no mail goes out for it. */
async function expectsWelcome(browser: ReturnType<typeof openBrowser>): Promise<void> {
  const { body: tickets } = await browser.get("/tickets?embed=customer,messages");
  const { body: inboxes } = await browser.get("/inboxes");
  expect(tickets).toMatchObject([
    {
      number: 1,
      state: "open",
      user_id: null,
      inbox_id: inboxes[0].id,
      customer: { first_name: "Cantrip", contacts: [] },
      messages: [{ type: "reply", direction: "in", from_name: "Cantrip", htmlized: true }],
    },
  ]);
  expect(tickets[0].summary).toContain("Hello Ada &<b>,");
  expect(tickets[0].messages[0].body).toContain("<p>Hello Ada &amp;&lt;b&gt;,</p>");
  for (const key of ["j  k", "r", "e", "?", "Ctrl K"]) expect(tickets[0].messages[0].body).toContain(`>${key}<`);
}

describe.skipIf(ENGINE_MISSING !== null)("the first run", () => {
  test("is whoever has the printed link: they name the desk and themselves, once, and are signed in", async () => {
    const storage = await openTestStorage();
    const server = await startTestServer({}, storage);
    const browser = openBrowser(server);
    expect((await browser.get("/setup")).body).toEqual({ needed: false });
    const made = await setUpFirstAccount(storage.db, null);
    expect(made).not.toHaveProperty("password");
    const first = keyIn(await openSetupPage(storage.db));
    const second = keyIn(await openSetupPage(storage.db));
    expect((await browser.get("/setup")).body).toEqual({ needed: true });
    const answers = { name: "Acme", first_name: "Ada &<b>", email: "ada@acme.example", password: PASSWORD };
    const wrong = await browser.post("/setup", { ...answers, key: `${second}x`, password: "short" });
    expect(wrong.body.errors).toEqual([
      { message: "key must be the one in the link that the server printed at its start" },
      { message: "password must have at least 10 characters" },
    ]);
    const invalid = await browser.post("/setup", { ...answers, key: second, email: "x" });
    expect([invalid.status, (await browser.get("/setup")).body]).toEqual([422, { needed: true }]);
    const got = await browser.post("/setup", { ...answers, key: first });
    expect([got.status, got.body]).toEqual([201, { state: "signed_in" }]);
    const { body: session } = await browser.get("/session");
    expect(session).toMatchObject({
      user: { role: "owner", first_name: "Ada &<b>", email: "ada@acme.example" },
      account: { name: "Acme" },
    });
    expect((await browser.get("/setup")).body).toEqual({ needed: false });
    expect((await browser.post("/setup", { ...answers, key: second })).status).toBe(422);
    await expectsWelcome(browser);
    expect(await openSetupPage(storage.db)).toBeNull();
    const owner = await findUser(storage.db, session.account.id, session.user.id);
    expect(owner?.password_hash).toMatch(/^scrypt\$/);
    expect((await openBrowser(server).post("/session", { email: "ada@acme.example", password: PASSWORD })).status).toBe(
      201,
    );
    await server.close();
    await storage.remove();
  });
});

function keyIn(page: string | null): string {
  return new URL(page ?? "", "http://x").searchParams.get("key") ?? "";
}
