import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, setClock } from "../../src/domain/time.ts";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
let at = Math.floor(Date.now() / 1000) * 1000;

/** Time passes between any two things that happen. */
const tick = (): void => {
  at += 1000;
};

beforeEach(async () => {
  setClock(() => at);
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  mary = await desk.signIn();
  tick();
});
afterEach(() => setClock());

const inbound = { type: "reply", direction: "in", from: "ruby@x.example", body: "Hello" };
const outbound = (who: SignedIn): object => ({
  type: "reply",
  direction: "out",
  to: "ruby@x.example",
  user_id: who.user.id,
  body: "Hi",
});

async function say(id: string, message: object, who: Pick<TestDesk, "post"> = desk): Promise<string> {
  tick();
  const got = await who.post(`/tickets/${id}/messages`, message);
  expect(got.status, got.text).toBe(201);
  tick();
  return got.body.id;
}

/** Whether a ticket is unread for somebody, asked in each of the ways there are. */
async function unread(id: string, who: SignedIn = mary): Promise<boolean> {
  const field = (await who.get(`/tickets/${id}?fields=unread`)).body.unread as boolean;
  const filtered = (await who.get(`/tickets?unread=true&id=${id}`)).body.length === 1;
  const searched = (await who.get(`/tickets?q=is:unread&id=${id}`)).body.length === 1;
  const not = (await who.get(`/tickets?unread=false&id=${id}`)).body.length === 0;
  const minus = (await who.get(`/tickets?q=-is:unread&id=${id}`)).body.length === 0;
  expect({ filtered, searched, not, minus }).toEqual({ filtered: field, searched: field, not: field, minus: field });
  return field;
}

const see = async (id: string, who = mary, body?: object): Promise<number> =>
  (await who.ask("PUT", `/tickets/${id}/seen`, body)).status;

describe.skipIf(ENGINE_MISSING !== null)("a ticket is unread", () => {
  test("by a customer's reply and a colleague's note, until it is seen; for each person apart", async () => {
    const ben = await desk.signIn();
    const { id } = await desk.ticket();
    expect(await unread(id), "without a message").toBe(false);
    await say(id, inbound);
    expect([await unread(id), await unread(id, ben)]).toEqual([true, true]);
    expect(await see(id)).toBe(204);
    expect([await unread(id), await unread(id, ben)]).toEqual([false, true]);
    await say(id, { type: "note", body: "psst" }, ben);
    expect(await unread(id), "by a colleague's note").toBe(true);
    await see(id);
    await say(id, outbound(ben), ben);
    expect(await unread(id), "our own reply is no news").toBe(false);
  });

  test("not by what one writes oneself, unless something unseen was there before", async () => {
    const { id } = await desk.ticket();
    await say(id, { type: "note", body: "mine" }, mary);
    expect(await unread(id)).toBe(false);
    await say(id, inbound);
    await say(id, { type: "note", body: "mine, written beside it" }, mary);
    expect(await unread(id), "the customer's words are still unseen").toBe(true);
    await say(id, { type: "note", user_id: mary.user.id, body: "a program in my name" });
    await see(id);
    await say(id, { type: "note", user_id: mary.user.id, body: "a program in my name" });
    expect(await unread(id), "what a program writes in one's name").toBe(true);
  });

  test("by its newest word, though a clock that went back wrote one with an older time after it", async () => {
    const { id } = await desk.ticket();
    await say(id, inbound);
    at -= HOUR;
    await say(id, inbound);
    at += HOUR;
    tick();
    expect(await unread(id)).toBe(true);
  });

  test("not to somebody who was added after its last word", async () => {
    const { id } = await desk.ticket();
    await say(id, inbound);
    const late = await desk.signIn();
    tick();
    expect(await unread(id, late)).toBe(false);
    await say(id, inbound);
    expect(await unread(id, late)).toBe(true);
  });

  test("up to the message that was seen, which an older one does not take back", async () => {
    const { id } = await desk.ticket();
    const first = await say(id, inbound);
    const second = await say(id, inbound);
    await see(id, mary, { message_id: first });
    expect(await unread(id)).toBe(true);
    await see(id, mary, { message_id: second });
    expect(await unread(id)).toBe(false);
    await see(id, mary, { message_id: first });
    expect(await unread(id)).toBe(false);
    const got = await mary.ask("PUT", `/tickets/${id}/seen`, { message_id: id });
    expect([got.status, got.body.errors[0].message]).toEqual([
      422,
      "message_id must be the id of a message of this ticket",
    ]);
  });

  test("when one marks it so, whatever it says; and read again when seen; it does not move by that (K4)", async () => {
    const { id, updated_at } = await desk.ticket();
    const before = (await desk.get(`/tickets/${id}?fields=version`)).body;
    tick();
    expect((await mary.ask("DELETE", `/tickets/${id}/seen`)).status).toBe(204);
    expect(await unread(id)).toBe(true);
    await see(id);
    expect(await unread(id)).toBe(false);
    expect((await desk.get(`/tickets/${id}?fields=version,updated_at`)).body).toEqual({ ...before, updated_at });
  });

  test("to nobody in particular: a token has no seen tickets", async () => {
    const { id } = await desk.ticket({ messages: [inbound] });
    expect((await desk.ask("PUT", `/tickets/${id}/seen`)).status).toBe(404);
    expect((await desk.get(`/tickets/${id}?fields=unread,mentioned,draft`)).body).toEqual({
      unread: null,
      mentioned: null,
      draft: null,
    });
    for (const name of ["unread", "mentioned", "draft"]) {
      expect((await desk.get(`/tickets?${name}=true`)).body).toEqual([]);
      expect((await desk.get(`/tickets?${name}=false`)).body).toHaveLength(1);
    }
    expect((await desk.get("/tickets?unread=perhaps")).status).toBe(400);
  });

  test("a reader may mark what they have seen, and nobody what they may not see", async () => {
    const { id } = await desk.ticket({ messages: [inbound] });
    expect(await see(id, await desk.signIn({ role: "read_only" }))).toBe(204);
    expect(await see(id, await desk.signIn({ inboxIds: [] }))).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("a note mentions somebody", () => {
  const mentioned = async (id: string, who: SignedIn): Promise<boolean> => {
    const field = (await who.get(`/tickets/${id}?fields=mentioned`)).body.mentioned as boolean;
    expect((await who.get(`/tickets?mentioned=true&id=${id}`)).body.length === 1).toBe(field);
    expect((await who.get(`/tickets?mentioned=false&id=${id}`)).body.length === 0).toBe(field);
    return field;
  };

  test("by its HTML or by name, and then it is among their mentions", async () => {
    const ben = await desk.signIn();
    const [one, two] = [await desk.ticket(), await desk.ticket()];
    const html = `<p>Hi <span data-user-id="${mary.user.id}">@Mary</span> <span data-user-id="${"0".repeat(24)}">@Nobody</span></p>`;
    await say(one.id, { type: "note", body: html, htmlized: true }, ben);
    await say(two.id, { type: "note", body: "look", mention_ids: [ben.user.id, ben.user.id] }, mary);
    expect([await mentioned(one.id, mary), await mentioned(two.id, mary)]).toEqual([true, false]);
    expect([await mentioned(one.id, ben), await mentioned(two.id, ben)]).toEqual([false, true]);
  });

  test("but not in plain text, and not in a reply", async () => {
    const { id } = await desk.ticket();
    const text = `<span data-user-id="${mary.user.id}">@Mary</span>`;
    await say(id, { type: "note", user_id: desk.user.id, body: text });
    await say(id, { ...inbound, body: text, htmlized: true });
    expect(await mentioned(id, mary)).toBe(false);
    const got = await desk.post(`/tickets/${id}/messages`, { ...inbound, mention_ids: [mary.user.id] });
    expect([got.status, got.body.errors[0].message]).toEqual([
      422,
      expect.stringMatching(/^mention_ids must be left out/),
    ]);
  });

  test("an unknown one is refused and nothing is written", async () => {
    const stranger = await openDesk();
    const { id } = await desk.ticket();
    const note = { type: "note", user_id: desk.user.id, body: "look", mention_ids: [desk.user.id, stranger.user.id] };
    const got = await desk.post(`/tickets/${id}/messages`, note);
    expect([got.status, got.body.errors]).toEqual([422, [{ message: "mention_ids[1] must be the id of a user" }]]);
    expect((await desk.get(`/tickets/${id}/messages`)).body).toEqual([]);
  });
});
