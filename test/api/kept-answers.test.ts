import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Route } from "../../src/api/router.ts";
import { type ServerParts, createApiServer } from "../../src/api/server.ts";
import { readConfig } from "../../src/config.ts";
import { setClock } from "../../src/domain/time.ts";
import { LiveStreams } from "../../src/realtime/live-streams.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { openCreditMeter } from "../../src/storage/credit-windows.ts";
import { IDS, type Role, SAMPLES } from "../contract/samples.ts";
import { startBeside } from "../storage/beside.ts";
import { countQueries } from "../support/count-queries.ts";
import { furnish } from "../support/furnish.ts";
import { nameOf } from "../support/isolation-places.ts";
import { declaredRoutes } from "../support/openapi-check.ts";
import { type RawAnswer, exchange } from "../support/raw-http.ts";
import { type TestDesk, type TestServer, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

/** Whether the answers of each read that a token may ask for are kept; a new one is to be thought about, and listed. */
const KEPT: Readonly<Record<string, boolean>> = {
  "/tickets": true,
  "/tickets/:ticket_id": true,
  "/tickets/:ticket_id/messages": true,
  "/tickets/:ticket_id/messages/:message_id": true,
  "/tickets/:ticket_id/events": true,
  "/tickets/:ticket_id/search-hits": false,
  "/search-hits": false,
  "/attachments/:attachment_id": true,
  "/users": true,
  "/users/:user_id": true,
  "/customers": true,
  "/customers/:customer_id": true,
  "/customers/:customer_id/tickets": true,
  "/customers/:customer_id/contacts/:contact_id": true,
  "/inboxes": true,
  "/inboxes/:inbox_id": true,
  "/inboxes/:inbox_id/dkim": true,
  "/inboxes/:inbox_id/signature-preview": true,
  "/labels": true,
  "/labels/:label_id": true,
  "/mailboxes": true,
  "/mailboxes/:mailbox_id": true,
  "/transports": true,
  "/transports/:transport_id": true,
  "/received-messages": true,
  "/received-messages/:received_message_id": true,
  // An invitation ends by itself.
  "/people": false,
  "/people/:user_id": false,
  "/account": true,
  "/apps": true,
  "/audit": true,
  "/folders": true,
  "/saved-replies": true,
  "/saved-searches": true,
};

/** Whether anything was asked of the database, but for whether something was committed. */
async function asksDatabase(work: () => Promise<unknown>): Promise<boolean> {
  const { postMessage } = Worker.prototype;
  let long = 0;
  Worker.prototype.postMessage = function counted(this: Worker, ...values: Parameters<typeof postMessage>): void {
    long += 1;
    postMessage.apply(this, values);
  };
  try {
    return (await countQueries(work)) > 1 || long > 0;
  } finally {
    Worker.prototype.postMessage = postMessage;
  }
}

/** What may differ between an answer and the same sent again. */
const OWN = /^(request-id|date|rate-limit-remaining|rate-limit-reset):/i;

function withoutItsOwn({ status, lines, bytes }: RawAnswer): unknown {
  return { status, lines: lines.filter((line) => !OWN.test(line)), body: bytes.toString("latin1") };
}

describe.skipIf(ENGINE_MISSING !== null)("answers that are kept", () => {
  let storage: TestStorage;
  let server: TestServer;
  /** The same help desks by a server that keeps nothing. */
  let forgetful: TestServer;
  let desk: TestDesk;
  let ids: Record<string, string>;

  beforeAll(async () => {
    storage = await openTestStorage();
    server = await startTestServer({}, storage);
    forgetful = await startTestServer({ keptAnswers: 0 }, storage);
    desk = await openDesk({}, server);
    ids = await fill(desk);
  });
  afterAll(async () => {
    await server.close();
    await forgetful.close();
    await storage.remove();
  });
  afterEach(() => setClock());

  const ask = async (path: string, lines: readonly string[] = [], on: { port: number } = server): Promise<RawAnswer> =>
    await exchange(on, [
      `GET /api/v1${path} HTTP/1.1`,
      "Host: localhost",
      `Authorization: Bearer ${desk.token}`,
      ...lines,
    ]);

  /** Whether what was asked twice is sent without asking the database: one time of several, as a batch may be committed meanwhile. */
  const isKept = async (path: string, lines: readonly string[] = [], on = server): Promise<boolean> => {
    for (let turn = 0; turn < 3; turn += 1) {
      await ask(path, lines, on);
      await ask(path, lines, on);
      if (!(await asksDatabase(async () => await ask(path, lines, on)))) return true;
    }
    return false;
  };

  const reads = declaredRoutes().filter(
    ({ verb, open, signedIn, binary, stream }) =>
      verb === "GET" && open !== true && signedIn !== true && binary !== true && stream !== true,
  );

  const pathOf = ({ path }: Route): string => {
    const words = path.endsWith("search-hits") ? `?q=broke&ticket_ids=${ids["ticket_id"]}` : "";
    return path.replace(/:([a-z_]+)/g, (_, name: string) => ids[name] ?? "") + words;
  };

  test.each(reads.map((route) => [nameOf(route), route] as const))(
    "R1: %s is sent again as it was, or made anew where it depends on more than what is stored",
    async (_, route) => {
      const kept = KEPT[route.path];
      if (kept === undefined) throw new Error(`${route.path} is new: say in KEPT whether its answers are kept`);
      const path = pathOf(route);
      const computed = await ask(path, [], forgetful);
      expect(computed.status).toBe(200);
      expect(await isKept(path)).toBe(kept && ENGINE === "sqlite");
      expect(withoutItsOwn(await ask(path))).toEqual(withoutItsOwn(computed));
    },
  );

  test("R1: every read that is listed is there", () => {
    expect(Object.keys(KEPT).toSorted()).toEqual(reads.map(({ path }) => path).toSorted());
  });

  const samples = SAMPLES.filter(({ method, status }) => method === "GET" && status === 200).map(({ url }) =>
    url.replace(/^(https:\/\/[^/]+)?\/api\/v1/, ""),
  );

  test.each([...new Set(samples)])("R1: the sample %s is answered again byte for byte", async (sample) => {
    const path = sample.replace(/[\w-]+/g, (word) => ids[ROLES[IDS[word] ?? "none"] ?? ""] ?? word);
    for (const lines of [[], ["Accept-Encoding: gzip"], ["Accept-Encoding: br"], ["Accept: text/html"]]) {
      const computed = await ask(path, lines, forgetful);
      const first = await ask(path, lines);
      await ask(path, lines);
      const again = await ask(path, lines);
      expect(withoutItsOwn(first)).toEqual(withoutItsOwn(computed));
      expect(withoutItsOwn(again)).toEqual(withoutItsOwn(computed));
      expect(again.header("request-id")).not.toBe(first.header("request-id"));
    }
  });

  test("R9: what a search means may depend on the day, and it is made anew", async () => {
    expect(await isKept("/tickets?q=after:2020-01-01")).toBe(false);
    expect(await isKept(`/customers/${ids["customer_id"]}/tickets?q=broke`)).toBe(false);
  });

  test("R5: an envelope holds the rate headers, and is made anew", async () => {
    expect(await isKept("/tickets?envelope=true")).toBe(false);
  });

  test("A1: an answer is for whoever has the token, at the host, from the place and in the form asked for", async () => {
    const other = await openDesk({}, server);
    for (let turn = 0; turn < 3; turn += 1) expect((await ask("/tickets")).text).not.toBe("[]");
    const theirs = await exchange(server, [
      "GET /api/v1/tickets HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${other.token}`,
    ]);
    expect(theirs.text).toBe("[]");
    const elsewhere = ["GET /api/v1/tickets HTTP/1.1", `Host: ${other.account.site}.example.com`];
    expect((await exchange(server, [...elsewhere, `Authorization: Bearer ${desk.token}`])).status).toBe(401);
    expect((await exchange(server, ["GET /api/v1/tickets HTTP/1.1", "Host: localhost"])).status).toBe(401);
    expect((await ask("/tickets", ["X-Forwarded-Proto: http"])).status).toBe(403);
    expect((await ask("/tickets", ["X-Forwarded-For: 192.0.2.1"])).status).toBe(403);
    expect((await ask("/tickets", ["Accept: text/html"])).text).toContain("\n");
    expect((await ask("/tickets", ["X-HTTP-Method-Override: DELETE"])).status).toBe(200);
    const head = ["HEAD /api/v1/tickets HTTP/1.1", "Host: localhost", `Authorization: Bearer ${desk.token}`];
    expect((await exchange(server, head)).text).toBe("");
  });

  test("headers that nothing depends on are passed over; what is not known is answered anew", async () => {
    const kept = ENGINE === "sqlite";
    await isKept("/labels");
    const passed = ["User-Agent: x", "Accept-Language: de", `traceparent: 00-${"a".repeat(32)}-${"b".repeat(16)}-01`];
    expect(await asksDatabase(async () => await ask("/labels", passed))).toBe(!kept);
    for (const line of ["Cookie: a=b", "Origin: https://x.example", "Range: bytes=0-1", "X-Unheard-Of: 1"]) {
      expect([line, await isKept("/labels", [line])]).toEqual([line, false]);
    }
  });

  test("R12: If-None-Match gives 304, also once the answer is kept, and the new one once it changed", async () => {
    const { id } = await desk.ticket();
    const first = await ask(`/tickets/${id}`);
    const condition = [`If-None-Match: ${first.header("etag")}`];
    for (let turn = 0; turn < 2; turn += 1) expect((await ask(`/tickets/${id}`, condition)).status).toBe(304);
    const again = await ask(`/tickets/${id}`, condition);
    expect([again.status, again.text, again.header("etag")]).toEqual([304, "", first.header("etag")]);
    const computed = await ask(`/tickets/${id}`, condition, forgetful);
    expect(withoutItsOwn(again)).toEqual(withoutItsOwn(computed));
    await desk.patch(`/tickets/${id}`, { subject: "Another" });
    expect((await ask(`/tickets/${id}`, condition)).status).toBe(200);
  });

  test("C1: a 304 that gives credits back needs the full price first, each time", async () => {
    const limited = await openDesk({ credits_per_minute: 10 }, server);
    const { id } = await limited.ticket();
    const path = `/tickets/${id}?embed=customer,labels`;
    const { etag = "" } = (await limited.get(path)).headers;
    for (const left of ["5", "4", "3", "2"]) {
      const { status, headers } = await limited.get(path, { "If-None-Match": etag });
      expect([status, headers["rate-limit-used"], headers["rate-limit-remaining"]]).toEqual([304, "1", left]);
    }
    expect((await limited.get(path, { "If-None-Match": etag })).status).toBe(429);
  });

  test("B3: a change shows at the very next request, whoever made it", async () => {
    const { id } = await desk.ticket();
    const subject = async (): Promise<string> => JSON.parse((await ask(`/tickets/${id}`)).text).subject as string;
    const listed = async (): Promise<number> => (JSON.parse((await ask("/customers")).text) as unknown[]).length;
    for (let turn = 0; turn < 5; turn += 1) {
      await desk.patch(`/tickets/${id}`, { subject: `Turn ${turn}` });
      for (let time = 0; time < 3; time += 1) expect(await subject()).toBe(`Turn ${turn}`);
    }
    const person = await desk.signIn();
    await person.patch(`/tickets/${id}`, { subject: "By a person" });
    expect(await subject()).toBe("By a person");

    const before = await listed();
    for (let turn = 0; turn < 3; turn += 1) expect(await listed()).toBe(before);
    await (
      await startBeside("write-beside.ts", storage, desk.account.id, "write", "1")
    ).ended;
    expect(await listed()).toBe(before + 1);
  });

  test("A2: a token that is revoked opens nothing from the next request on", async () => {
    const { id, token } = (await desk.post("/apps", { name: "Short-lived" })).body;
    const asked = async (): Promise<number> =>
      (await exchange(server, ["GET /api/v1/users HTTP/1.1", "Host: localhost", `Authorization: Bearer ${token}`]))
        .status;
    for (let turn = 0; turn < 3; turn += 1) expect(await asked()).toBe(200);
    await desk.ask("DELETE", `/apps/${id}`);
    expect(await asked()).toBe(401);
  });

  test("A2: a token that is revoked while many ask with it opens nothing to who asks then", async () => {
    const { id, token } = (await desk.post("/apps", { name: "Busy" })).body;
    const lines = ["GET /api/v1/users HTTP/1.1", "Host: localhost", `Authorization: Bearer ${token}`];
    const asked = (): Promise<number>[] =>
      Array.from({ length: 20 }, async () => (await exchange(server, lines)).status);
    const before = asked();
    const revoked = desk.ask("DELETE", `/apps/${id}`);
    const meanwhile = asked();
    await revoked;
    expect(new Set(await Promise.all(asked()))).toEqual(new Set([401]));
    for (const status of await Promise.all([...before, ...meanwhile])) expect([200, 401]).toContain(status);
  });

  test("A3: what a person sees is theirs: it is never kept, and narrowed at once", async () => {
    const person = await desk.signIn();
    const owner = await desk.signIn({ role: "owner" });
    const count = async (): Promise<number> => (await person.get("/tickets?per_page=100")).body.length as number;
    for (let turn = 0; turn < 2; turn += 1) expect(await count()).toBeGreaterThan(0);
    const again = await asksDatabase(count);
    expect(again).toBe(true);
    const inbox = (await desk.post("/inboxes", { name: "Quiet" })).body.id;
    await owner.patch(`/people/${person.user.id}`, { inbox_ids: [inbox] });
    expect(await count()).toBe(0);
  });

  test("C3, C4: what is kept is charged like everything, and refused when the credits are used up", async () => {
    let time = Date.now();
    if (ENGINE === "sqlite") setClock(() => time);
    const limited = await openDesk({ credits_per_minute: 10 }, server);
    const { id } = await desk.ticket();
    expect(id).toBeTypeOf("string");
    const path = "/tickets?embed=customer&count=true";
    const got = [await limited.get(path), await limited.get(path), await limited.get(path)];
    expect(got.map(({ headers }) => [headers["rate-limit-used"], headers["rate-limit-remaining"]])).toEqual([
      ["3", "7"],
      ["3", "4"],
      ["3", "1"],
    ]);
    const refused = await limited.get(path);
    expect([refused.status, refused.headers["rate-limit-remaining"]]).toEqual([429, "1"]);
    expect(refused.headers["retry-after"]).toBe(refused.headers["rate-limit-reset"]);
    expect((await limited.get("/tickets")).headers["rate-limit-remaining"]).toBe("0");
    time += 60_000;
    if (ENGINE === "sqlite") expect((await limited.get(path)).headers["rate-limit-remaining"]).toBe("7");
  });

  test("C1: the burst counts what is kept; a changed limit holds at once", async () => {
    const time = Date.now();
    setClock(() => time);
    const limited = await openDesk({ requests_per_second: 3 }, server);
    for (let turn = 0; turn < 3; turn += 1) expect((await limited.get("/users")).status).toBe(200);
    if (ENGINE === "sqlite") expect((await limited.get("/users")).status).toBe(429);
    await storage.db.transact(async (tx) => {
      await updateAccount(tx, limited.account.id, { credits_per_minute: 50, requests_per_second: 0 });
    });
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await limited.get("/users")).headers["rate-limit-limit"]).toBe("50");
    }
  });

  test("what is kept has a bound: what was asked for longest ago goes first, and nothing large is kept", async (context) => {
    context.skip(ENGINE === "postgres", "nothing is kept there");
    const small = await startTestServer({ keptAnswers: 8_000 }, storage);
    const isThere = async (path: string): Promise<boolean> =>
      !(await asksDatabase(async () => await ask(path, [], small)));
    const keep = async (page: number): Promise<void> => {
      for (let turn = 0; turn < 2; turn += 1) await ask(`/labels?page=${page}`, [], small);
    };
    await ask("/labels?page=0", [], small);
    expect(await isThere("/labels?page=0")).toBe(false);
    for (let page = 1; page <= 4; page += 1) await keep(page);
    expect(await isThere("/labels?page=1")).toBe(true);
    for (let page = 5; page <= 8; page += 1) await keep(page);
    expect(await isThere("/labels?page=8")).toBe(true);
    expect(await isThere("/labels?page=1")).toBe(true);
    expect(await isThere("/labels?page=2")).toBe(false);
    await small.close();

    const body = "x".repeat(300_000);
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body }] });
    expect(await isKept(`/tickets/${id}`)).toBe(true);
    expect(await isKept(`/tickets/${id}/messages`)).toBe(false);
  });

  test("T4: the metrics, the log and the token's last use know of what is sent again; a server that stops says so", async () => {
    const lines: Record<string, unknown>[] = [];
    const facts: object[] = [];
    const stopping = new AbortController();
    const at = await serveWith({
      log: { debug: (line) => void lines.push(line as Record<string, unknown>), error: () => undefined },
      metrics: { observe: (each) => void facts.push(each), text: async () => await Promise.resolve("") },
      stopping: stopping.signal,
    });
    const traced = [`traceparent: 00-${"a".repeat(32)}-${"b".repeat(16)}-01`];
    const got: RawAnswer[] = [];
    for (let turn = 0; turn < 3; turn += 1) got.push(await ask("/users?count=true", traced, at));
    await expect.poll(() => lines.length).toBe(3);
    for (const [index, line] of lines.entries()) {
      expect(line).toMatchObject({
        request: got[index]?.header("request-id"),
        method: "GET",
        route: "/api/v1/users",
        status: 200,
        credits: 2,
        account: desk.account.id,
        trace: "a".repeat(32),
      });
    }
    expect(facts).toHaveLength(3);
    stopping.abort();
    const last = await ask("/users?count=true", [...traced, "Connection: keep-alive"], at);
    expect([last.status, last.header("connection")]).toEqual([200, "close"]);
    await at.close();
  });

  /** A server with parts of its own, over the same storage. */
  async function serveWith(parts: Partial<ServerParts>): Promise<{ port: number; close(): Promise<void> }> {
    const app = await createApiServer({
      config: readConfig({ data: storage.data }, {}),
      storage,
      meter: openCreditMeter(storage.db),
      live: new LiveStreams(storage.db, () => undefined),
      log: { debug: () => undefined, error: () => undefined },
      ...parts,
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
    return { port: (app.server.address() as AddressInfo).port, close: async () => await app.close() };
  }
});

/** What stands for the ids that the samples print. */
const ROLES: Partial<Record<Role | "none", string>> = {
  ticket: "ticket_id",
  conversation: "ticket_id",
  user: "user_id",
  inbox: "inbox_id",
  label: "label_id",
  attachment: "attachment_id",
  customer: "customer_id",
  contact: "contact_id",
};

/** One of each thing that stands in a path. */
async function fill(desk: TestDesk): Promise<Record<string, string>> {
  const person = await desk.signIn({ role: "owner" });
  const things = await furnish(desk, person);
  const contacts = [{ type: "email", value: "maggie@example.com" }];
  const customer = (await desk.post("/customers", { first_name: "Zoë 字", contacts })).body;
  const file = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" })).body;
  const label = (await desk.post("/labels", { name: "Späť" })).body;
  const note = {
    type: "note",
    user_id: desk.user.id,
    body: "It broke — “again”. ".repeat(60),
    attachment_ids: [file.id],
  };
  const ticket = await desk.ticket({ customer_id: customer.id, user_id: desk.user.id, messages: [note] });
  await desk.ask("PUT", `/tickets/${ticket.id}/labels/${label.id}`);
  const [message] = (await desk.get(`/tickets/${ticket.id}/messages`)).body;
  const dkim = await desk.post(`/inboxes/${desk.inbox.id}/dkim`, {});
  if (dkim.status !== 201) throw new Error(`no DKIM key was made: ${dkim.text}`);
  return {
    ...things,
    ticket_id: ticket.id,
    message_id: message.id,
    attachment_id: file.id,
    user_id: desk.user.id,
    customer_id: customer.id,
    contact_id: customer.contacts[0].id,
    inbox_id: desk.inbox.id,
    label_id: label.id,
  };
}
