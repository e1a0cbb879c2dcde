import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweep } from "../../src/tasks/sweeps.ts";
import { DAY, HOUR, MINUTE, formatTime, setClock } from "../../src/domain/time.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { type Got, type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
const start = Math.floor(Date.now() / 1000) * 1000;

beforeEach(async () => {
  setClock(() => start);
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  mary = await desk.signIn();
});
afterEach(() => setClock());

async function tickets(count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push((await desk.ticket(more)).id);
  return ids;
}

const bulk = async (body: object, who: Pick<TestDesk, "post"> = mary): Promise<Got> =>
  await who.post("/tickets/bulk", body);
const undo = async (id: string, who: Pick<TestDesk, "post"> = mary): Promise<Got> => await who.post(`/undos/${id}`);
const read = async (id: string): Promise<Got["body"]> => (await desk.get(`/tickets/${id}`)).body;
const label = async (name: string): Promise<string> => (await desk.post("/labels", { name })).body.id;

describe.skipIf(ENGINE_MISSING !== null)("many tickets are changed at once", () => {
  test("by their ids, each recorded in its history, and told how many", async () => {
    const ids = await tickets(3);
    await desk.patch(`/tickets/${ids[2]}`, { state: "closed" });
    const got = await bulk({
      ticket_ids: [...ids, "0".repeat(24), "x"],
      changes: { state: "closed", user_id: mary.user.id },
    });
    expect(got.status, got.text).toBe(200);
    expect(got.body).toEqual({ changed: 3, skipped: 2, undo_id: expect.stringMatching(/^[0-9a-f]{24}$/) });
    for (const id of ids) expect(await read(id)).toMatchObject({ state: "closed", user_id: mary.user.id });
    const events = await desk.server.storage.db.query
      .selectFrom("events")
      .selectAll()
      .where("account_id", "=", desk.account.id)
      .where("ticket_id", "=", ids[0] ?? "")
      .where("kind", "=", "ticket.updated")
      .execute();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ user_id: mary.user.id, token_id: null });
    expect(JSON.parse(events[0]?.changes ?? "")).toEqual({ state: ["open", "closed"], user_id: [null, mary.user.id] });
  });

  test("what is so already is skipped, and then there is nothing to take back", async () => {
    const ids = await tickets(2);
    const got = await bulk({ ticket_ids: ids, changes: { state: "open", trash: false } });
    expect(got.body).toEqual({ changed: 0, skipped: 2, undo_id: null });
  });

  test("labels are put on and taken off, and a ticket in the trash cannot become spam without leaving it", async () => {
    const [a, b, c] = [await label("a"), await label("b"), await label("c")];
    const [one = "", two = ""] = await tickets(2);
    await desk.patch(`/tickets/${one}`, { label_ids: [a, b] });
    await desk.patch(`/tickets/${two}`, { trash: true });
    await bulk({ ticket_ids: [one, two], changes: { add_label_ids: [c, a], remove_label_ids: [b] } });
    expect((await read(one)).label_ids).toEqual([a, c]);
    expect((await read(two)).label_ids).toEqual([c, a]);
    expect((await bulk({ ticket_ids: [one, two], changes: { spam: true } })).body).toMatchObject({
      changed: 1,
      skipped: 1,
    });
    expect((await bulk({ ticket_ids: [two], changes: { spam: true, trash: false } })).body.changed).toBe(1);
    expect(await read(two)).toMatchObject({ spam: true, trash: false });
  });

  test("snoozed, they wake when it is time", async () => {
    const ids = await tickets(2);
    const until = formatTime(start + DAY);
    await bulk({ ticket_ids: ids, changes: { snoozed_until: until } });
    expect(await read(ids[0] ?? "")).toMatchObject({ state: "snoozed", snoozed_until: until });
    setClock(() => start + DAY);
    const { storage } = desk.server;
    while ((await runDueJobs(storage.db, { "wake-ticket": tasksOf(storage)["wake-ticket"] as never })) > 0);
    for (const id of ids) expect((await read(id)).state).toBe("open");
  });

  test("by a filter, in several transactions, and taken back as one", async () => {
    const ids = await tickets(230, { subject: "Walrus" });
    const [other = ""] = await tickets(1, { subject: "Zebra" });
    const got = await bulk({ filter: { q: "walrus is:open" }, changes: { state: "hold" } });
    expect(got.body).toMatchObject({ changed: 230, skipped: 0 });
    expect((await desk.get("/tickets?state=hold&count=true&per_page=0")).headers["total-count"]).toBe("230");
    expect((await read(other)).state).toBe("open");
    await desk.patch(`/tickets/${ids[7]}`, { state: "closed" });
    expect((await undo(got.body.undo_id)).body).toEqual({ id: got.body.undo_id, restored: 229, kept: 1 });
    expect((await desk.get("/tickets?state=open&count=true&per_page=0")).headers["total-count"]).toBe("230");
    expect((await read(ids[7] ?? "")).state).toBe("closed");
  }, 60_000);

  test.each([
    [{ changes: { state: "open" } }, /^ticket_ids is required/],
    [{ ticket_ids: [], changes: {} }, /^changes must name/],
    [{ ticket_ids: [] }, /^changes is required/],
    [{ ticket_ids: [], filter: { state: "open" }, changes: { state: "open" } }, /^filter must be left out/],
    [{ filter: {}, changes: { state: "closed" } }, /^filter must name something/],
    [{ filter: { stat: "open" }, changes: { state: "closed" } }, /^filter.stat must be left out/],
    [{ filter: { state: "lost" }, changes: { state: "closed" } }, /^filter.state must be one of/],
    [{ ticket_ids: [], changes: { state: "snoozed" } }, /^changes.state must be one of/],
    [{ ticket_ids: [], changes: { user_id: "x" } }, /^changes.user_id must be the id of a user/],
    [{ ticket_ids: [], changes: { inbox_id: "x" } }, /^changes.inbox_id must be the id of an inbox/],
    [{ ticket_ids: [], changes: { add_label_ids: ["x"] } }, /^changes.add_label_ids\[0\] must be the id of a label/],
    [{ ticket_ids: [], changes: { spam: true, trash: true } }, /^changes.spam and trash/],
    [{ ticket_ids: [], changes: { snoozed_until: "2001-01-01" } }, /^changes.snoozed_until must be a time to come/],
  ])("%j is refused", async (body, fault) => {
    const got = await bulk(body);
    expect(got.status, got.text).toBe(422);
    expect(got.body.errors[0].message).toMatch(fault);
  });

  test("more than a thousand ids are refused", async () => {
    const got = await bulk({ ticket_ids: Array.from({ length: 1001 }, () => "x"), changes: { spam: true } });
    expect([got.status, got.body.errors]).toEqual([
      422,
      [{ message: "ticket_ids must be a list of at most 1000 strings, or null" }],
    ]);
  });

  test("who sees some inboxes only changes nothing in another, and moves nothing there", async () => {
    const sales = (await desk.post("/inboxes", { name: "Sales" })).body.id;
    const [own = ""] = await tickets(1);
    const [hidden = ""] = await tickets(1, { inbox_id: sales });
    const sam = await desk.signIn({ inboxIds: [desk.inbox.id] });
    expect((await bulk({ ticket_ids: [own, hidden], changes: { state: "closed" } }, sam)).body).toMatchObject({
      changed: 1,
      skipped: 1,
    });
    expect((await bulk({ filter: { spam: "false" }, changes: { state: "hold" } }, sam)).body).toMatchObject({
      changed: 1,
    });
    expect((await read(hidden)).state).toBe("open");
    expect((await bulk({ ticket_ids: [own], changes: { inbox_id: sales } }, sam)).status).toBe(422);
    const reader = await desk.signIn({ role: "read_only" });
    expect((await bulk({ ticket_ids: [own], changes: { state: "open" } }, reader)).status).toBe(403);
  });

  test("B2: with an Idempotency-Key it is done once", async () => {
    const ids = await tickets(1);
    const headers = { "Idempotency-Key": "close-them" };
    const first = await mary.post("/tickets/bulk", { ticket_ids: ids, changes: { state: "closed" } }, headers);
    await undo(first.body.undo_id);
    const again = await mary.post("/tickets/bulk", { ticket_ids: ids, changes: { state: "closed" } }, headers);
    expect(again.body).toEqual(first.body);
    expect((await read(ids[0] ?? "")).state).toBe("open");
  });
});

describe.skipIf(ENGINE_MISSING !== null)("what was done to many can be taken back", () => {
  test("each field where it still is as it was left; once, and by whoever did it", async () => {
    const [a, b, c] = [await label("a"), await label("b"), await label("c")];
    const [one = "", two = "", three = ""] = await tickets(3);
    for (const id of [one, two]) await desk.patch(`/tickets/${id}`, { label_ids: [a, b] });
    const done = await bulk({
      ticket_ids: [one, two, three],
      changes: { state: "closed", user_id: mary.user.id, add_label_ids: [c], remove_label_ids: [a], trash: true },
    });
    // Since then somebody opened the second again, and labelled it; and moved the third on in every other way.
    const elsewhere = (await desk.post("/inboxes", { name: "Elsewhere" })).body.id;
    const moved = { user_id: desk.user.id, inbox_id: elsewhere, trash: false, spam: true };
    await desk.patch(`/tickets/${three}`, moved);
    const late = await label("late");
    await desk.patch(`/tickets/${two}`, { state: "hold", label_ids: [b, c, late] });
    expect((await undo(done.body.undo_id, await desk.signIn())).status, "somebody else").toBe(404);
    expect((await undo(done.body.undo_id, desk)).status, "a token").toBe(404);
    const got = await undo(done.body.undo_id);
    expect(got.body).toEqual({ id: done.body.undo_id, restored: 3, kept: 0 });
    expect(await read(three)).toMatchObject({ ...moved, state: "open", label_ids: [] });
    expect(await read(one)).toMatchObject({ state: "open", user_id: null, trash: false, label_ids: [a, b] });
    expect(await read(two)).toMatchObject({ state: "hold", user_id: null, trash: false, label_ids: [b, late, a] });
    const again = await undo(done.body.undo_id);
    expect([again.status, again.body.message]).toEqual([409, "Conflict: this was taken back already"]);
  });

  test("not when everything in it has moved on: then it says so and can be tried again", async () => {
    const [one = ""] = await tickets(1);
    const done = await bulk({ ticket_ids: [one], changes: { state: "closed" } });
    await desk.patch(`/tickets/${one}`, { state: "hold" });
    const late = await undo(done.body.undo_id);
    expect([late.status, late.body.message]).toEqual([409, expect.stringContaining("cannot be taken back any more")]);
    await desk.patch(`/tickets/${one}`, { state: "closed" });
    expect((await undo(done.body.undo_id)).status).toBe(200);
    expect((await read(one)).state).toBe("open");
  });

  test("a snooze comes back with its time, and as open once that is over", async () => {
    const [one = "", two = ""] = await tickets(2);
    for (const [id, hours] of [
      [one, 24],
      [two, 0.05],
    ] as const) {
      await desk.post(`/tickets/${id}/snooze`, { snoozed_until: formatTime(start + hours * HOUR) });
    }
    const done = await bulk({ ticket_ids: [one, two], changes: { state: "closed" } });
    setClock(() => start + 5 * MINUTE);
    await undo(done.body.undo_id);
    expect(await read(one)).toMatchObject({ state: "snoozed", snoozed_until: formatTime(start + 24 * HOUR) });
    expect(await read(two)).toMatchObject({ state: "open", snoozed_until: null });
  });

  test("for ten minutes; then it is forgotten, and an unknown one is 404 all the same", async () => {
    const [one = ""] = await tickets(1);
    const done = await bulk({ ticket_ids: [one], changes: { state: "closed" } });
    setClock(() => start + 10 * MINUTE);
    expect((await undo(done.body.undo_id)).status).toBe(404);
    setClock(() => start + 11 * MINUTE);
    await sweep(desk.server.storage as never).catch(() => undefined);
    const { db } = desk.server.storage;
    expect(await db.query.selectFrom("undos").selectAll().where("account_id", "=", desk.account.id).execute()).toEqual(
      [],
    );
    expect((await undo("0".repeat(24))).status).toBe(404);
  });
});
