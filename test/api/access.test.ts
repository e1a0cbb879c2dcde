import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { type SignedIn, type TestDesk, openDesk, webHeaders } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;

describe.skipIf(ENGINE_MISSING !== null)("who is signed in", () => {
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterEach(() => setClock());

  test("B1: is told who they are, and a token is nobody", async () => {
    const ada = await desk.signIn();
    const got = await ada.get("/users/me");
    expect([got.status, got.body.id]).toEqual([200, ada.user.id]);
    expect((await desk.get("/users/me")).status).toBe(404);
  });

  test("A3: reads with the least role, writes as an agent, and changes settings as an admin; a token may do everything", async () => {
    const roles = { read_only: [403, 403], agent: [201, 403], admin: [201, 201], owner: [201, 201] } as const;
    for (const [role, [ticket, inbox]] of Object.entries(roles)) {
      const person = await desk.signIn({ role: role as "agent" });
      const written = await person.post("/tickets", { type: "email", subject: "x", customer: { first_name: "R" } });
      expect([role, (await person.get("/tickets")).status, written.status]).toEqual([role, 200, ticket]);
      expect((await person.post("/inboxes", { name: "New" })).status, role).toBe(inbox);
      if (ticket === 403) expect(written.body.message).toMatch(/agent.*read_only/);
    }
    expect((await desk.post("/inboxes", { name: "New" })).status).toBe(201);
  });

  test("A3: a refusal for the role comes before a look at the body", async () => {
    const person = await desk.signIn({ role: "read_only" });
    expect((await person.post("/tickets", "{")).status).toBe(403);
    expect((await person.post("/nothing", "{")).status).toBe(404);
  });

  test("writes notes and replies in their own name, whatever the request says", async () => {
    const ada = await desk.signIn();
    const ticket = await desk.ticket();
    const note = await ada.post(`/tickets/${ticket.id}/messages`, { type: "note", body: "x", user_id: desk.user.id });
    expect(note.body.user_id).toBe(ada.user.id);
    const messages = [{ type: "note", body: "x" }];
    const made = await ada.post("/tickets", { type: "email", subject: "x", customer: { first_name: "R" }, messages });
    const [first] = (await ada.get(`/tickets/${made.body.id}/messages`)).body;
    expect(first.user_id).toBe(ada.user.id);
  });

  test("A1: the cookie alone opens nothing but what a page of ours has the browser read", async () => {
    const ada = await desk.signIn();
    expect((await send({ Cookie: ada.cookie })).status).toBe(401);
    expect((await send({ Cookie: ada.cookie, "Sec-Fetch-Site": "cross-site" })).status).toBe(401);
    expect((await send({ Cookie: ada.cookie, "Sec-Fetch-Site": "same-origin" })).status).toBe(200);
    expect((await send({ "Sec-Fetch-Site": "same-origin" })).status).toBe(401);
    expect((await send({ Cookie: ada.cookie, "Sec-Fetch-Site": "same-origin" }, "POST")).status).toBe(401);
  });

  test("A1: a write in a person's name comes from a page of ours, or is 403", async () => {
    const ada = await desk.signIn();
    const write = async (headers: Record<string, string>): Promise<number> =>
      (await send({ "X-Cantrip-Client": "web", Cookie: ada.cookie, ...headers }, "POST")).status;
    expect(await write({})).toBe(403);
    expect(await write({ Origin: "https://evil.example" })).toBe(403);
    expect(await write({ Origin: "null" })).toBe(403);
    expect(await write({ "Sec-Fetch-Site": "cross-site", Origin: desk.server.url })).toBe(403);
    expect(await write({ "Sec-Fetch-Site": "same-site", Origin: desk.server.url })).toBe(403);
    expect(await write({ Origin: desk.server.url })).toBe(201);
    expect(await write({ "Sec-Fetch-Site": "same-origin" })).toBe(201);
  });

  test("A1: a session is a session: of another account it is none, and a changed cookie is none", async () => {
    const ada = await desk.signIn();
    const other = await openDesk();
    const swapped = ada.cookie.replace(desk.account.id, other.account.id);
    for (const cookie of [swapped, `${ada.cookie}x`, "__Host-cantrip=", "__Host-cantrip=x", ada.cookie.slice(9)]) {
      expect((await send(webHeaders(desk.server, cookie))).status).toBe(401);
    }
    expect((await send(webHeaders(desk.server, `a=b; ${ada.cookie}; c=d`))).status).toBe(200);
  });

  test("C5: costs the account nothing, has no credit headers, and a limit of their own", async () => {
    const poor = await openDesk({ credits_per_minute: 1, requests_per_second: 1 });
    const ada = await poor.signIn();
    const ben = await poor.signIn();
    const start = Date.now();
    setClock(() => start);
    const statuses = new Set<number>();
    for (let count = 0; count < 400; count += 1) {
      const got = await ada.get("/users/me");
      statuses.add(got.status);
      expect(Object.keys(got.headers).filter((name) => name.startsWith("rate-limit"))).toEqual([]);
    }
    expect([...statuses]).toEqual([200]);
    const refused = await ada.get("/users/me");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ben.get("/users/me")).status).toBe(200);
    setClock(() => start + 10_000);
    expect((await ada.get("/users/me")).status).toBe(200);
    const token = await poor.get("/labels");
    expect([token.status, token.headers["rate-limit-remaining"]]).toEqual([200, "0"]);
  });

  async function send(headers: Record<string, string>, verb = "GET") {
    const body = verb === "GET" ? undefined : { name: String(Math.random()) };
    return await desk.bare.ask(verb, "/labels", body, headers);
  }
});

describe.skipIf(ENGINE_MISSING !== null)("who sees some inboxes only", () => {
  let ada: SignedIn;
  let own: { id: string };
  let hidden: { id: string };
  let inboxId: string;
  beforeAll(async () => {
    desk = await openDesk();
    inboxId = (await desk.post("/inboxes", { name: "Sales" })).body.id;
    ada = await desk.signIn({ inboxIds: [inboxId] });
    const messages = (attachment: string) => [
      { type: "note", user_id: desk.user.id, body: "secretword", attachment_ids: [attachment] },
    ];
    const file = async (): Promise<string> =>
      (await desk.post("/attachments", { name: "a", type: "text/plain", data: "" })).body.id;
    own = await desk.ticket({ inbox_id: inboxId, messages: messages(await file()) });
    hidden = await desk.ticket({ inbox_id: desk.inbox.id, messages: messages(await file()) });
  });

  test("A3: finds the tickets of these in every list and count, and no other", async () => {
    const customer = (await desk.get(`/tickets/${hidden.id}`)).body.customer_id;
    expect((await ada.get("/tickets?count=true")).body.map(({ id }: { id: string }) => id)).toEqual([own.id]);
    for (const path of ["/tickets?count=true", "/tickets?q=secretword&count=true"]) {
      expect([path, (await ada.get(path)).headers["total-count"]]).toEqual([path, "1"]);
    }
    for (const path of [
      `/tickets?inbox_id=${desk.inbox.id}&count=true`,
      `/tickets?id=${hidden.id}&count=true`,
      `/customers/${customer}/tickets?count=true`,
    ]) {
      const got = await ada.get(path);
      expect([path, got.status, got.body, got.headers["total-count"]]).toEqual([path, 200, [], "0"]);
    }
    expect((await ada.get("/inboxes")).body).toEqual([{ id: inboxId, name: "Sales" }]);
    expect((await ada.get(`/inboxes/${desk.inbox.id}`)).status).toBe(404);
  });

  test("A3: gets 404 for any other ticket, whatever is asked of it, and for its attachments", async () => {
    const [message] = (await desk.get(`/tickets/${hidden.id}/messages`)).body;
    const [shown] = (await desk.get(`/tickets/${own.id}/messages`)).body;
    const body = { type: "note", body: "x" };
    for (const [verb, path, sent] of [
      ["GET", "", undefined],
      ["PATCH", "", { state: "closed" }],
      ["GET", "/messages", undefined],
      ["GET", `/messages/${message.id}`, undefined],
      ["POST", "/messages", body],
      ["POST", "/snooze", { snoozed_until: "2999-01-01T00:00:00Z" }],
      ["DELETE", "/snooze", undefined],
    ] as const) {
      expect([verb, path, (await ada.ask(verb, `/tickets/${hidden.id}${path}`, sent)).status]).toEqual([
        verb,
        path,
        404,
      ]);
    }
    expect((await desk.get(`/tickets/${hidden.id}`)).body.state).toBe("open");
    expect((await ada.get(`/tickets/${own.id}/messages/${message.id}`)).status).toBe(404);
    for (const path of ["", "/content"]) {
      expect((await ada.get(`/attachments/${message.attachments[0].id}${path}`)).status).toBe(404);
      expect((await ada.get(`/attachments/${shown.attachments[0].id}${path}`)).status).toBe(200);
    }
    expect((await ada.post(`/tickets/${own.id}/messages`, body)).status).toBe(201);
  });

  test("A3: makes tickets in these only, and moves none to where they cannot follow", async () => {
    const ticket = { type: "email", subject: "x", customer: { first_name: "R" } };
    expect((await ada.post("/tickets", ticket)).body.inbox_id).toBe(inboxId);
    const refused = await ada.post("/tickets", { ...ticket, inbox_id: desk.inbox.id });
    expect([refused.status, refused.body.errors]).toEqual([422, [{ message: "inbox_id must be the id of an inbox" }]]);
    expect((await ada.patch(`/tickets/${own.id}`, { inbox_id: desk.inbox.id })).status).toBe(422);
  });

  test("A3: an admin sees all, whatever was chosen; an agent without any inbox sees none", async () => {
    const admin = await desk.signIn({ role: "admin", inboxIds: [inboxId] });
    expect((await admin.get(`/tickets/${hidden.id}`)).status).toBe(200);
    const nobody = await desk.signIn({ inboxIds: [] });
    expect((await nobody.get("/tickets")).body).toEqual([]);
    expect((await nobody.get(`/tickets/${own.id}`)).status).toBe(404);
  });
});
