import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sweepAttachments } from "../../src/desk/sweep-attachments.ts";
import { DAY, setClock } from "../../src/domain/time.ts";
import { type Got, type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
let ticket: { id: string };
const start = Math.floor(Date.now() / 1000) * 1000;

beforeEach(async () => {
  setClock(() => start);
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  mary = await desk.signIn();
  ticket = await desk.ticket();
});
afterEach(() => setClock());

const path = (): string => `/tickets/${ticket.id}/draft`;
const save = async (body: object, headers?: Record<string, string>, who = mary): Promise<Got> =>
  await who.ask("PUT", path(), body, headers);
const upload = async (): Promise<string> =>
  (await mary.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" })).body.id;
const note = { type: "note", body: "done" };

describe.skipIf(ENGINE_MISSING !== null)("what one writes on a ticket is kept", () => {
  test("whole, for its writer alone", async () => {
    const attachment = await upload();
    const content = {
      kind: "forward",
      to: "a@x.example",
      cc: "b@x.example",
      bcc: "c@x.example",
      body: "<p>Hi",
      htmlized: true,
    };
    const saved = await save({ ...content, attachment_ids: [attachment] });
    expect(saved.status, saved.text).toBe(200);
    expect(saved.body).toMatchObject({
      ...content,
      ticket_id: ticket.id,
      version: 1,
      attachments: [{ id: attachment }],
    });
    expect((await mary.get(path())).body).toEqual(saved.body);
    expect((await mary.get(`/tickets/${ticket.id}?fields=draft`)).body.draft).toMatchObject({
      id: saved.body.id,
      kind: "forward",
    });
    expect((await mary.get("/tickets?draft=true")).body).toHaveLength(1);
    const ben = await desk.signIn();
    expect((await ben.get(path())).status).toBe(404);
    expect((await ben.get("/tickets?draft=true")).body).toEqual([]);
    expect((await ben.get(`/drafts/${saved.body.id}`)).status).toBe(404);
    expect((await desk.get(path())).status, "a token").toBe(404);
    await save({ body: "Ben's" }, {}, ben);
    expect((await mary.get(path())).body).toEqual(saved.body);
  });

  test("and is found by its ticket in a list that is empty when there is none", async () => {
    const of = `/drafts?ticket_id=${ticket.id}`;
    expect(await mary.get(of)).toMatchObject({ status: 200, body: [] });
    const saved = (await save({ body: "x" })).body;
    const other = await desk.ticket();
    await mary.post("/drafts", { subject: "A new ticket" });
    expect((await mary.get(of)).body).toEqual([saved]);
    expect((await mary.get(`${of}&count=true`)).headers["total-count"]).toBe("1");
    expect((await mary.get(`${of}&page=2`)).body).toEqual([]);
    expect((await mary.get(`/drafts?ticket_id=${other.id}`)).body).toEqual([]);
    expect((await mary.get("/drafts?ticket_id=nonsense")).body).toEqual([]);
    const ben = await desk.signIn();
    expect((await ben.get(of)).body, "another's").toEqual([]);
  });

  test("without moving the ticket (K4)", async () => {
    const before = (await desk.get(`/tickets/${ticket.id}?fields=version,updated_at`)).body;
    await save({ body: "x" });
    expect((await desk.get(`/tickets/${ticket.id}?fields=version,updated_at`)).body).toEqual(before);
  });

  test("B3: another device that saved something newer is not overwritten, by `version` or by If-Match", async () => {
    const first = (await save({ body: "one", version: 0 })).body;
    const second = (await save({ body: "two", version: first.version })).body;
    expect(second.version).toBe(2);
    expect((await save({ body: "old", version: 1 })).status).toBe(412);
    expect((await save({ body: "old" }, { "If-Match": '"1"' })).status).toBe(412);
    expect((await save({ body: "new", version: 0 })).status, "begun elsewhere meanwhile").toBe(412);
    expect((await save({ body: "two", version: 1 })).body, "the same again, its answer was lost").toEqual(second);
    expect((await save({ body: "three" }, { "If-Match": '"2"' })).body.version).toBe(3);
    expect((await save({ body: "whatever is there" })).body.version).toBe(4);
    await mary.ask("DELETE", path());
    expect((await save({ body: "sent elsewhere meanwhile", version: 4 })).status).toBe(412);
  });

  test("until it is discarded, or becomes a message", async () => {
    await save({ body: "x" });
    expect((await mary.ask("DELETE", path())).status).toBe(204);
    expect((await mary.ask("DELETE", path())).status).toBe(404);
    const attachment = await upload();
    await save({ kind: "note", body: "done", attachment_ids: [attachment] });
    await mary.post(`/tickets/${ticket.id}/messages`, note);
    expect((await mary.get(path())).status, "another message leaves it").toBe(200);
    const sent = await mary.post(`/tickets/${ticket.id}/messages`, {
      ...note,
      attachment_ids: [attachment],
      draft: true,
    });
    expect(sent.body.attachments).toMatchObject([{ id: attachment }]);
    expect((await mary.get(path())).status).toBe(404);
  });

  test("also when the message is refused", async () => {
    await save({ body: "x" });
    expect((await mary.post(`/tickets/${ticket.id}/messages`, { type: "note", body: "", draft: true })).status).toBe(
      422,
    );
    expect((await mary.get(path())).status).toBe(200);
  });

  test.each([
    [{ kind: "poem" }, /^kind must be one of/],
    [{ body: 7 }, /^body must be a string/],
    [{ attachment_ids: ["x"] }, /^attachment_ids\[0\] must be the id of an attachment/],
    [{ version: -1 }, /^version must be/],
  ])("%j is refused", async (body, fault) => {
    const got = await save(body);
    expect([got.status, got.body.errors?.[0].message]).toEqual([422, expect.stringMatching(fault)]);
  });

  test("not by who may not write, and not on what one may not see", async () => {
    expect((await save({ body: "x" }, {}, await desk.signIn({ role: "read_only" }))).status).toBe(403);
    expect((await save({ body: "x" }, {}, await desk.signIn({ inboxIds: [] }))).status).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("a new ticket is written in a draft of its own", () => {
  test("any number of them, the last saved first, gone when it becomes a ticket", async () => {
    const customer = (await desk.post("/customers", { first_name: "Ruby" })).body.id;
    const one = await mary.post("/drafts", {
      subject: "One",
      body: "a",
      customer_id: customer,
      inbox_id: desk.inbox.id,
    });
    expect(one.status, one.text).toBe(201);
    expect(one.body).toMatchObject({
      ticket_id: null,
      subject: "One",
      customer_id: customer,
      inbox_id: desk.inbox.id,
      version: 1,
    });
    expect((await mary.get(`/drafts/${one.body.id}`)).body).toEqual(one.body);
    setClock(() => start + 1000);
    const two = await mary.post("/drafts", { subject: "Two" });
    await save({ body: "on a ticket" });
    const list = await mary.get("/drafts?count=true");
    expect(list.body.map(({ subject }: { subject: string }) => subject)).toEqual(["Two", "One"]);
    expect(list.headers["total-count"]).toBe("2");
    const place = `/drafts/${one.body.id}`;
    expect((await mary.ask("PUT", place, { subject: "Uno", version: 7 })).status).toBe(412);
    expect((await mary.ask("PUT", place, { subject: "Uno", version: 1 })).body).toMatchObject({
      subject: "Uno",
      body: "",
      version: 2,
    });
    const ben = await desk.signIn();
    expect((await ben.ask("PUT", place, {})).status).toBe(404);
    expect((await ben.ask("DELETE", place)).status).toBe(404);
    const create = { type: "email", subject: "Uno", customer_id: customer, draft_id: one.body.id };
    expect((await ben.post("/tickets", create)).body.errors).toEqual([
      { message: "draft_id must be the id of a draft of yours" },
    ]);
    expect((await desk.post("/tickets", create)).status).toBe(422);
    expect((await mary.post("/tickets", create)).status).toBe(201);
    expect((await mary.get(place)).status).toBe(404);
    expect((await mary.ask("DELETE", `/drafts/${two.body.id}`)).status).toBe(204);
    expect((await mary.get("/drafts")).body).toEqual([]);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("F2: the attachments of a draft", () => {
  const there = async (id: string): Promise<boolean> => (await desk.get(`/attachments/${id}`)).status === 200;
  const sweepAt = async (at: number): Promise<void> => {
    setClock(() => at);
    await sweepAttachments(desk.server.storage.db, desk.server.storage.blobs);
  };

  test("F2: are kept as long as it is, and for a day after it is gone", async () => {
    const [held, dropped, loose] = [await upload(), await upload(), await upload()];
    await save({ body: "x", attachment_ids: [held, dropped] });
    await sweepAt(start + 3 * DAY);
    expect([await there(held), await there(dropped), await there(loose)]).toEqual([true, true, false]);
    await save({ body: "x", attachment_ids: [held] });
    await sweepAt(start + 3 * DAY);
    expect([await there(held), await there(dropped)]).toEqual([true, true]);
    await sweepAt(start + 4 * DAY + 1000);
    expect([await there(held), await there(dropped)]).toEqual([true, false]);
    await mary.ask("DELETE", path());
    await sweepAt(start + 5 * DAY);
    expect(await there(held)).toBe(true);
    await sweepAt(start + 6 * DAY);
    expect(await there(held)).toBe(false);
  });

  test("F2: can be used by one message only, also from there", async () => {
    const attachment = await upload();
    await save({ body: "x", attachment_ids: [attachment] });
    await mary.post(`/tickets/${ticket.id}/messages`, { ...note, attachment_ids: [attachment] });
    expect((await mary.get(path())).body.attachments).toEqual([]);
    const got = await save({ body: "y", attachment_ids: [attachment] });
    expect([got.status, got.body.errors[0].message]).toEqual([422, "attachment_ids[0] is already used"]);
  });
});
