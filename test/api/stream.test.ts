import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/domain/events.ts";
import { recordChange, recordEvent } from "../../src/storage/events.ts";
import { type OpenStream, type StreamEvent, openStream } from "../support/event-stream.ts";
import { type SignedIn, type TestDesk, openDesk, send, startTestServer, webHeaders } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let agent: SignedIn;
const open: OpenStream[] = [];
beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  agent = await desk.signIn();
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

type Who = { cookie: string } | { token: string };
const headersOf = (who: Who): Record<string, string> =>
  "cookie" in who ? webHeaders(desk.server, who.cookie) : { Authorization: `Bearer ${who.token}` };

async function listen(who: Who, more: Record<string, string> = {}, on = desk.server): Promise<OpenStream> {
  const stream = await openStream(on, { ...headersOf(who), ...more });
  open.push(stream);
  if (stream.status === 200) await stream.until(({ event }) => event === "ready" || event === "reset");
  return stream;
}

/** The kinds that a stream was told of one thing, in order. */
const kindsOf = (stream: OpenStream, id: string): string[] =>
  stream.events
    .flatMap(({ event, data }) => (event === "change" ? data.items : []))
    .filter((item: { id: string }) => item.id === id)
    .map((item: { kind: string }) => item.kind);
const about = (id: string, kind?: string) => (event: StreamEvent) =>
  event.event === "change" &&
  event.data.items.some(
    (item: { id: string; kind: string }) => item.id === id && (kind === undefined || item.kind === kind),
  );

describe.skipIf(ENGINE_MISSING !== null)("the stream", () => {
  test("tells of a change as it happens, with what to fetch again and where to resume", async () => {
    const stream = await listen(agent);
    expect(stream.headers).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    expect(stream.headers["content-encoding"]).toBeUndefined();
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "x" }] });
    const event = await stream.until(about(id, "message.created"));
    expect(event.id).toMatch(/^[0-9a-f]{24}$/);
    const item = event.data.items.find(({ kind }: { kind: string }) => kind === "message.created");
    expect(item).toEqual({
      resource: "ticket",
      id,
      ticket_id: id,
      message_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      kind: "message.created",
      user_id: null,
      updated_at: expect.stringMatching(/Z$/),
    });
  });

  test("goes on where it was: what happened in between comes first, once and in order", async () => {
    const first = await listen(agent);
    const { id } = await desk.ticket();
    await first.until(about(id));
    const at = first.lastId() ?? "";
    first.close();
    await desk.patch(`/tickets/${id}`, { state: "hold" });
    const second = await desk.ticket();
    const resumed = await listen(agent, { "Last-Event-ID": at });
    await resumed.until(about(second.id));
    expect(kindsOf(resumed, id)).toEqual(["ticket.updated"]);
    await desk.patch(`/tickets/${second.id}`, { state: "closed" });
    await resumed.until(about(second.id, "ticket.updated"));
    expect(kindsOf(resumed, second.id)).toEqual(["ticket.created", "ticket.updated"]);
    const byQuery = await openStream(desk.server, headersOf(agent), `/api/v1/stream?after=${at}`);
    open.push(byQuery);
    await byQuery.until(about(second.id));
  });

  test("says reset to who was away for too long, or comes from elsewhere", async () => {
    const other = await openDesk();
    const theirs = await openStream(other.server, { Authorization: `Bearer ${other.token}` });
    open.push(theirs);
    const ticket = await other.ticket();
    await theirs.until(about(ticket.id));
    for (const id of [theirs.lastId() ?? "", "f".repeat(24), "nonsense"]) {
      const stream = await listen(agent, { "Last-Event-ID": id });
      expect(stream.events.map(({ event }) => event)).toEqual(["reset"]);
      const { id: fresh } = await desk.ticket();
      await stream.until(about(fresh));
    }
  });

  test("of an account that nothing happened in begins before the first event, and resumes there", async () => {
    const fresh = await openDesk();
    const token = { Authorization: `Bearer ${fresh.token}` };
    const first = await openStream(fresh.server, token);
    open.push(first);
    const { id: at } = await first.until(({ event }) => event === "ready");
    first.close();
    const ticket = await fresh.ticket();
    const second = await openStream(fresh.server, { ...token, "Last-Event-ID": at ?? "" });
    open.push(second);
    expect((await second.until(about(ticket.id))).data.items).toHaveLength(1);
  });

  test("hears what another process of the same database writes", async () => {
    const stream = await listen(agent);
    const { id } = await desk.ticket();
    await stream.until(about(id));
    // As another process does: nobody here is told.
    await desk.server.storage.db.transact(async (tx) => {
      await recordEvent(tx, desk.account.id, SYSTEM, { kind: "ticket.updated", ticketId: id, changes: {} });
      tx.hooks.length = 0;
    });
    // Who comes now hears of it at once, and not once more when the others do.
    const late = await listen(agent, { "Last-Event-ID": stream.lastId() ?? "" });
    await late.until(about(id, "ticket.updated"));
    await stream.until(about(id, "ticket.updated"));
    const last = await desk.ticket();
    for (const each of [stream, late]) await each.until(about(last.id));
    expect(kindsOf(stream, id)).toEqual(["ticket.created", "ticket.updated"]);
    expect(kindsOf(late, id)).toEqual(["ticket.updated"]);
  });

  test("tells a user of their own only what is theirs, and nobody else", async () => {
    const [mine, others, token] = [await listen(agent), await listen(await desk.signIn()), await listen(desk)];
    const { db } = desk.server.storage;
    const own = "a".repeat(24);
    await db.transact(async (tx) => {
      await recordChange(tx, desk.account.id, SYSTEM, {
        kind: "draft.changed",
        resource: "draft",
        id: own,
        audienceId: agent.user.id,
      });
    });
    await mine.until(about(own));
    const { id } = await desk.ticket();
    for (const stream of [others, token]) {
      await stream.until(about(id));
      expect(kindsOf(stream, own)).toEqual([]);
    }
  });

  test("A3: tells who sees some inboxes only of their tickets, and once when one leaves", async () => {
    const inbox = (await desk.post("/inboxes", { name: "Stream" })).body;
    const restricted = await desk.signIn({ inboxIds: [inbox.id] });
    const [some, all] = [await listen(restricted), await listen(agent)];
    const hidden = await desk.ticket();
    const seen = await desk.ticket({ inbox_id: inbox.id });
    await some.until(about(seen.id));
    await desk.patch(`/tickets/${seen.id}`, { inbox_id: desk.inbox.id });
    await some.until(about(seen.id, "ticket.updated"));
    await desk.patch(`/tickets/${seen.id}`, { state: "closed" });
    await desk.patch(`/tickets/${hidden.id}`, { inbox_id: inbox.id });
    await some.until(about(hidden.id));
    expect(kindsOf(some, seen.id)).toEqual(["ticket.created", "ticket.updated"]);
    await all.until(about(hidden.id, "ticket.updated"));
    expect(kindsOf(all, seen.id)).toEqual(["ticket.created", "ticket.updated", "ticket.updated"]);
  });

  test("is one account's own", async () => {
    const other = await openDesk();
    const stream = await listen(agent);
    const theirs = await other.ticket();
    const { id } = await desk.ticket();
    await stream.until(about(id));
    expect(JSON.stringify(stream.events)).not.toContain(theirs.id);
  });

  test("ends when its session does, when its user changes, and not for somebody else's", async () => {
    const [first, second, admin] = [await desk.signIn(), await desk.signIn(), await desk.signIn({ role: "admin" })];
    const [ending, staying, other] = [await listen(first), await listen(second), await listen(admin)];
    expect((await first.ask("DELETE", "/session")).status).toBe(204);
    await ending.ended();
    const changed = await admin.ask("DELETE", `/people/${second.user.id}`);
    expect(changed.status, changed.text).toBeLessThan(300);
    await staying.ended();
    await other.until(about(second.user.id, "settings.changed"));
    expect((await openStream(desk.server, headersOf(second))).status).toBe(401);
  });

  test("tells of customers, labels and inboxes that changed", async () => {
    const stream = await listen(agent);
    const admin = await desk.signIn({ role: "admin" });
    const customer = (await desk.post("/customers", { first_name: "Live" })).body;
    await desk.patch(`/customers/${customer.id}`, { first_name: "Changed" });
    await stream.until(about(customer.id, "customer.updated"));
    const label = (await admin.post("/labels", { name: "Live" })).body;
    const event = await stream.until(about(label.id, "settings.changed"));
    expect(event.data.items.find(({ id }: { id: string }) => id === label.id)).toMatchObject({
      resource: "label",
      ticket_id: null,
    });
  });

  test("ends when the server closes, at once", async () => {
    const server = await startTestServer();
    const stream = await listen(desk, {}, server);
    const closing = server.close();
    await stream.ended();
    await expect(closing).resolves.toBeUndefined();
  });

  test("is refused to nobody in particular, and to who has too many open", async () => {
    expect((await openStream(desk.server, {})).status).toBe(401);
    const many = await desk.signIn();
    for (let count = 0; count < 20; count += 1) expect((await listen(many)).status).toBe(200);
    const got = await send(desk.server, "GET", "/api/v1/stream", { headers: headersOf(many) });
    expect(got.status).toBe(429);
    open.pop()?.close();
    const again = async (): Promise<number> =>
      (await send(desk.server, "GET", "/api/v1/stream", { headers: headersOf(many) })).status;
    let status = await again();
    for (const end = performance.now() + 5000; status !== 200 && performance.now() < end;) status = await again();
    expect(status).toBe(200);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("presence", () => {
  const present = (id: string, users: object[]) => (event: StreamEvent) =>
    event.event === "presence" &&
    event.data.ticket_id === id &&
    JSON.stringify(event.data.users) === JSON.stringify(users);

  test("is told at once: who looks, who replies, and who left; several tabs are one", async () => {
    const { id } = await desk.ticket();
    const [ada, eve] = [await desk.signIn(), await desk.signIn()];
    const stream = await listen(eve);
    const put = async (state: string, tab?: string): Promise<number> =>
      (await ada.ask("PUT", `/tickets/${id}/presence`, { state, ...(tab !== undefined && { tab }) })).status;
    expect(await put("viewing", "one")).toBe(204);
    await stream.until(present(id, [{ id: ada.user.id, state: "viewing" }]));
    await put("replying", "two");
    await stream.until(present(id, [{ id: ada.user.id, state: "replying" }]));
    const late = await listen(agent);
    await late.until(present(id, [{ id: ada.user.id, state: "replying" }]));
    expect((await ada.ask("DELETE", `/tickets/${id}/presence?tab=two`)).status).toBe(204);
    const before = stream.events.length;
    await stream.until(
      (event) =>
        stream.events.indexOf(event) >= before - 1 && present(id, [{ id: ada.user.id, state: "viewing" }])(event),
    );
    await ada.ask("DELETE", `/tickets/${id}/presence?tab=one`);
    await stream.until(present(id, []));
  });

  test("A3: is not for a token, not for a ticket that one does not see, and not told to who does not see it", async () => {
    const { id } = await desk.ticket();
    const inbox = (await desk.post("/inboxes", { name: "Presence" })).body;
    const restricted = await desk.signIn({ inboxIds: [inbox.id], role: "read_only" });
    expect((await desk.ask("PUT", `/tickets/${id}/presence`, { state: "viewing" })).status).toBe(404);
    expect((await restricted.ask("PUT", `/tickets/${id}/presence`, { state: "viewing" })).status).toBe(404);
    expect((await agent.ask("PUT", `/tickets/${id}/presence`, { state: "typing" })).status).toBe(422);
    const own = await desk.ticket({ inbox_id: inbox.id });
    const stream = await listen(restricted);
    await agent.ask("PUT", `/tickets/${id}/presence`, { state: "viewing" });
    await agent.ask("PUT", `/tickets/${own.id}/presence`, { state: "viewing" });
    await stream.until(present(own.id, [{ id: agent.user.id, state: "viewing" }]));
    expect(JSON.stringify(stream.events)).not.toContain(id);
  });
});
