import { beforeEach, describe, expect, test } from "vitest";
import { declaredRoutes } from "../support/openapi-check.ts";
import { type Got, type SignedIn, type TestClient, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let person: SignedIn;
beforeEach(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  person = await desk.signIn({ role: "owner" });
});

const NEW_NAME: Record<string, (n: number) => object> = {
  "/tickets/:ticket_id": (n) => ({ subject: `New ${n}` }),
  "/customers/:customer_id": (n) => ({ first_name: `New ${n}` }),
  "/inboxes/:inbox_id": (n) => ({ name: `New ${n}` }),
  "/labels/:label_id": (n) => ({ name: `New ${n}` }),
  "/account": (n) => ({ name: `New ${n}` }),
  "/me": (n) => ({ first_name: `New ${n}` }),
  "/people/:user_id": (n) => ({ first_name: `New ${n}` }),
  "/mailboxes/:mailbox_id": (n) => ({ after: `move:New ${n}` }),
  "/transports/:transport_id": (n) => ({ host: "127.0.0.1", user: null, port: n + 1 }),
  "/saved-replies/:saved_reply_id": (n) => ({ name: `New ${n}` }),
  "/saved-searches/:saved_search_id": (n) => ({ name: `New ${n}` }),
};

/** Nothing shows one alone, so that there is no ETag to send. */
const WITHOUT_ETAG = ["/me/passkeys/:passkey_id"];

async function makeOne(path: string): Promise<string> {
  const collection = path.slice(0, path.lastIndexOf("/"));
  const bodies: Record<string, object> = {
    "/tickets": { type: "email", subject: "Old", customer: {} },
    "/customers": { first_name: "Old" },
    "/inboxes": { name: "Old" },
    "/labels": { name: "Old" },
  };
  const got = await desk.post(collection, bodies[collection]);
  return `${collection}/${got.body.id}`;
}

interface One {
  path: string;
  /** Where it can be read. */
  read: string;
  by: TestClient;
  etag: string;
}

/** One of what the path stands for, as somebody has just read it. */
async function openOne(path: string): Promise<One> {
  const known: Record<string, { path: string; read?: string; by: TestClient }> = {
    "/account": { path: "/account", by: desk },
    "/me": { path: "/me", read: "/session", by: person },
    "/people/:user_id": { path: `/people/${desk.user.id}`, by: desk },
  };
  const one = known[path];
  if (one !== undefined) {
    const read = one.read ?? one.path;
    return { ...one, read, etag: etagOf(await one.by.get(read)) };
  }
  const collection = path.slice(0, path.lastIndexOf("/"));
  const bodies: Record<string, object> = {
    "/mailboxes": { inbox_id: desk.inbox.id, host: "127.0.0.1", port: 1, user: "x", password: "x" },
    "/transports": { host: "127.0.0.1", port: 1 },
    "/saved-replies": { name: "Old", body: "x" },
    "/saved-searches": { name: "Old", query: "x" },
  };
  const body = bodies[collection];
  if (body === undefined) {
    const made = await makeOne(path);
    return { path: made, read: made, by: desk, etag: etagOf(await desk.get(made)) };
  }
  const got = await person.post(collection, body);
  const made = `${collection}/${got.body.id}`;
  // Of some there is a list only.
  const read = collection.startsWith("/saved") ? collection : made;
  return { path: made, read, by: person, etag: etagOf(got) };
}

const etagOf = (got: Got): string => String(got.headers.etag);
const REFUSED = [412, { message: "Precondition Failed: it has changed since you read it" }];

describe.skipIf(ENGINE_MISSING !== null)("B3", () => {
  test("B3: every PATCH there is takes If-Match", () => {
    const paths = declaredRoutes()
      .filter(({ verb }) => verb === "PATCH")
      .map(({ path }) => path);
    expect(paths.toSorted()).toEqual([...Object.keys(NEW_NAME), ...WITHOUT_ETAG].toSorted());
  });

  test.each(Object.keys(NEW_NAME))(
    "B3: PATCH %s with the ETag of what was read is done, and with an older one is 412",
    async (path) => {
      const change = NEW_NAME[path] ?? (() => ({}));
      const { path: one, read, by, etag } = await openOne(path);
      const done = await by.patch(one, change(1), { "If-Match": etag });
      expect(done.status, done.text).toBe(200);
      const before = await by.get(read);
      const late = await by.patch(one, change(2), { "If-Match": etag });
      expect([late.status, late.body]).toEqual(REFUSED);
      expect((await by.get(read)).text, "nothing is done").toBe(before.text);
      const next = await by.patch(one, change(3), { "If-Match": etagOf(done) });
      expect(next.status, "a write's ETag does too").toBe(200);
    },
  );

  test.each(Object.keys(NEW_NAME))("B3: of ten PATCH %s at once with the same ETag one is done", async (path) => {
    const change = NEW_NAME[path] ?? (() => ({}));
    const { path: one, read, by, etag } = await openOne(path);
    const got = await Promise.all(Array.from({ length: 10 }, (_, n) => by.patch(one, change(n), { "If-Match": etag })));
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 412),
    ]);
    const [done] = got.filter(({ status }) => status === 200);
    const now = await by.get(read);
    if (read.startsWith("/saved")) expect(now.text).toContain(done?.text);
    else expect([now.text, etagOf(now)]).toEqual([done?.text, done === undefined ? "" : etagOf(done)]);
  });

  test("B3: the version alone counts, whatever representation was read", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const etags = [
      etagOf(await desk.get(`${one}?fields=id`)),
      etagOf(await desk.get(`${one}?embed=customer,messages`)),
      etagOf(await desk.get(one, { Accept: "text/html" })),
      `W/${etagOf(await desk.get(one))}`,
    ];
    expect(new Set(etags).size).toBe(4);
    for (const etag of etags) expect((await desk.patch(one, {}, { "If-Match": etag })).status, etag).toBe(200);
    const { version } = (await desk.get(`${one}?fields=version`)).body;
    expect((await desk.patch(one, {}, { "If-Match": `"${version}"` })).status).toBe(200);
    expect((await desk.patch(one, {}, { "If-Match": `"${version + 1}.x"` })).status).toBe(412);
  });

  test("B3: * is any version, and of a list one will do", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const etag = etagOf(await desk.get(one));
    for (const header of ["*", ` ${etag} `, `"99.x", ${etag}`, `${etag},"99.x"`, `"99", W/${etag}`, `, ${etag},`]) {
      expect((await desk.patch(one, {}, { "If-Match": header })).status, header).toBe(200);
    }
    expect((await desk.patch(one, {}, { "If-Match": `"98.x", "99.x"` })).status).toBe(412);
  });

  test.each([
    "",
    "1",
    "nonsense",
    '"',
    '""',
    '"1',
    "1.abc",
    '"x.1"',
    '"1 .x"',
    '"01.x"',
    '"1.x"y',
    "null",
    "W/*",
    '"1e0"',
  ])("B3: what cannot be read matches no version: %j is 412 and does nothing", async (header) => {
    const one = await makeOne("/labels/:label_id");
    const got = await desk.patch(one, { name: "New" }, { "If-Match": header });
    expect([got.status, got.body]).toEqual(REFUSED);
    expect((await desk.get(one)).body.name).toBe("Old");
  });

  test("B3: 404 comes before 412, and 412 before 422", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const stale = { "If-Match": '"99.x"' };
    expect((await desk.patch(`/tickets/${"0".repeat(24)}`, {}, stale)).status).toBe(404);
    expect((await desk.patch(one, { state: "nonsense" }, stale)).status).toBe(412);
    expect((await desk.patch(one, { state: "nonsense" }, { "If-Match": "*" })).status).toBe(422);
  });

  test("B3: an outbound reply to a ticket that moved on is 412, and nothing is sent", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const etag = etagOf(await desk.get(`${one}?embed=messages`));
    const reply = { type: "reply", direction: "out", to: "a@x.example", body: "x", user_id: desk.user.id };
    await desk.post(`${one}/messages`, { type: "reply", direction: "in", from: "a@x.example", body: "wait!" });
    const late = await desk.post(`${one}/messages`, reply, { "If-Match": etag });
    expect([late.status, late.body]).toEqual(REFUSED);
    expect((await desk.get(`${one}/messages`)).body).toHaveLength(1);
    const read = etagOf(await desk.get(`${one}?embed=messages`));
    expect((await desk.post(`${one}/messages`, reply, { "If-Match": read })).status).toBe(201);
    expect((await desk.post(`${one}/messages`, reply, { "If-Match": read })).status, "our own reply moved it on").toBe(
      412,
    );
    expect((await desk.post(`${one}/messages`, reply)).status, "without the header it is sent").toBe(201);
  });

  test("B3: of ten outbound replies at once to what was read one is sent", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const etag = etagOf(await desk.get(one));
    const reply = { type: "reply", direction: "out", to: "a@x.example", body: "x", user_id: desk.user.id };
    const got = await Promise.all(
      Array.from({ length: 10 }, () => desk.post(`${one}/messages`, reply, { "If-Match": etag })),
    );
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 412),
    ]);
  });

  test("B3: a note and an inbound reply are added whatever was read", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const stale = { "If-Match": '"99.x"' };
    const note = { type: "note", body: "x", user_id: desk.user.id };
    const inbound = { type: "reply", direction: "in", from: "a@x.example", body: "x" };
    expect((await desk.post(`${one}/messages`, note, stale)).status).toBe(201);
    expect((await desk.post(`${one}/messages`, inbound, stale)).status).toBe(201);
  });

  test("B3: snoozing what moved on is 412", async () => {
    const one = await makeOne("/tickets/:ticket_id");
    const etag = etagOf(await desk.get(one));
    await desk.patch(one, { subject: "New" });
    const body = { snoozed_until: "2999-01-01T00:00:00Z" };
    expect((await desk.post(`${one}/snooze`, body, { "If-Match": etag })).status).toBe(412);
    expect((await desk.ask("DELETE", `${one}/snooze`, undefined, { "If-Match": etag })).status).toBe(412);
    expect((await desk.post(`${one}/snooze`, body, { "If-Match": "*" })).status).toBe(200);
  });
});
