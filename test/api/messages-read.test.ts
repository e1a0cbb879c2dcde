import { afterEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

afterEach(() => setClock());

const NOTE = ["attachments", "body", "created_at", "from_name", "htmlized", "id", "type", "user_id"];
const REPLY = [...NOTE, "direction", "from", "more_body", "to"].toSorted();

// oxlint-disable-next-line no-explicit-any -- tests look into it and say what they expect
async function messagesOf(desk: TestDesk, id: string): Promise<any[]> {
  return (await desk.get(`/tickets/${id}?embed=messages`)).body.messages;
}

function bodiesOf(messages: { body: string }[]): string[] {
  return messages.map(({ body }) => body);
}

describe.skipIf(ENGINE_MISSING !== null)("M1", () => {
  test("M1: a note does not have direction, from, to and more_body at all, wherever it is shown", async () => {
    const desk = await openDesk();
    const note = { type: "note", user_id: desk.user.id, body: "x", direction: null, from: null, to: null };
    const { id } = await desk.ticket({ messages: [note] });
    const path = `/tickets/${id}/messages`;
    const created = (await desk.post(path, { ...note, direction: "in", from: "a@example.com", to: "b@example.com" }))
      .body;
    const shown = [
      created,
      (await desk.get(`${path}/${created.id}`)).body,
      ...(await desk.get(path)).body,
      ...(await messagesOf(desk, id)),
      ...(await desk.get("/tickets?embed=messages")).body[0].messages,
    ];
    expect(shown).toHaveLength(8);
    for (const message of shown) expect(Object.keys(message).toSorted()).toEqual(NOTE);
    const asked = (await desk.get(`${path}/${created.id}?fields=direction,from,to,more_body,cc,delivery_state,id`))
      .body;
    expect(asked).toEqual({ id: created.id });
  });

  test("M1: a reply has all four, null where there is nothing", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const path = `/tickets/${id}/messages`;
    const inbound = (await desk.post(path, { type: "reply", direction: "in", from: "ruby@example.com", body: "x" }))
      .body;
    expect(Object.keys(inbound).toSorted()).toEqual(REPLY);
    expect(inbound).toMatchObject({
      direction: "in",
      from: "ruby@example.com",
      to: null,
      more_body: null,
      user_id: null,
    });
    const reply = { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id };
    const outbound = (await desk.post(path, reply)).body;
    expect(Object.keys(outbound).toSorted()).toEqual(REPLY);
    expect(outbound).toMatchObject({ direction: "out", from: null, to: "ruby@example.com", user_id: desk.user.id });
    expect(await messagesOf(desk, id)).toEqual([inbound, outbound]);
  });

  test("M1: messages stand oldest first", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    for (const [index, body] of ["one", "two", "three"].entries()) {
      setClock(() => Date.UTC(2026, 0, 1) + index * 1000);
      await desk.post(`/tickets/${id}/messages`, { type: "note", user_id: desk.user.id, body });
    }
    expect(bodiesOf(await messagesOf(desk, id))).toEqual(["one", "two", "three"]);
    expect(bodiesOf((await desk.get(`/tickets/${id}/messages`)).body)).toEqual(["one", "two", "three"]);
    const newest = (await desk.get(`/tickets/${id}/messages?sort=-created_at&per_page=2`)).body;
    expect(bodiesOf(newest)).toEqual(["three", "two"]);
  });

  test("M1: messages of one moment stand in the order in which they were written", async () => {
    const desk = await openDesk();
    setClock(() => Date.UTC(2026, 0, 1));
    const { id } = await desk.ticket();
    const written = Array.from({ length: 12 }, (_, index) => `note ${index}`);
    for (const body of written) {
      await desk.post(`/tickets/${id}/messages`, { type: "note", user_id: desk.user.id, body });
    }
    expect(bodiesOf(await messagesOf(desk, id))).toEqual(written);
  });

  test("M1: thirty messages of one request stand in the order given", async () => {
    const desk = await openDesk();
    const bodies = Array.from({ length: 30 }, (_, index) => `${(index * 7) % 30}`);
    const messages = bodies.map((body, index) =>
      index % 3 === 0
        ? { type: "reply", direction: "in", from: "ruby@example.com", body }
        : { type: "note", user_id: desk.user.id, body },
    );
    const { id } = await desk.ticket({ messages });
    expect(bodiesOf(await messagesOf(desk, id))).toEqual(bodies);
    const pages = [1, 2, 3].map(async (page) => (await desk.get(`/tickets/${id}/messages?page=${page}`)).body);
    expect(bodiesOf((await Promise.all(pages)).flat())).toEqual(bodies);
  });

  test("M1: from_name is a string on every message: for a note or an outbound reply, the user's name", async () => {
    const desk = await openDesk();
    const messages = [
      { type: "note", user_id: desk.user.id, body: "x", from_name: "Somebody Else" },
      { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id, from_name: null },
      { type: "reply", direction: "in", from: "ruby@example.com", body: "x" },
    ];
    const { id } = await desk.ticket({ messages });
    const names = (await messagesOf(desk, id)).map(({ from_name }) => from_name);
    expect(names).toEqual(["Mary Jones", "Mary Jones", "ruby@example.com"]);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("M4", () => {
  test("M4: body is returned as it was given, byte for byte", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const bodies = [
      '<p onclick="alert(1)">Hi</p><script>alert(2)</script><img src=x onerror=alert(3)>',
      "  leading and trailing \r\n\r\n\ttabs\n",
      "emoji 👩‍👩‍👧, accents é é, CJK 漢字, RTL \u202eabc, \u0001\u001f\ufeff",
      '"quotes" & \\ </script> \u2028',
      " ",
    ];
    for (const body of bodies) {
      for (const htmlized of [true, false]) {
        const path = `/tickets/${id}/messages`;
        const got = await desk.post(path, { type: "note", user_id: desk.user.id, body, htmlized });
        expect(got.status).toBe(201);
        expect([got.body.body, got.body.htmlized]).toEqual([body, htmlized]);
        expect((await desk.get(`${path}/${got.body.id}`)).body.body).toBe(body);
      }
    }
    const all = await messagesOf(desk, id);
    expect(bodiesOf(all)).toEqual(bodies.flatMap((body) => [body, body]));
  });

  test("the files that the HTML shows inside itself are named on request, and only those", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const upload = async (name: string, content_id: string): Promise<string> =>
      (await desk.post("/attachments", { name, type: "image/png", data: "aGk=", content_id })).body.id;
    const shown = await upload("logo.png", "logo+1@example.com");
    const unnamed = await upload("photo.png", "photo@example.com");
    const reply = { type: "reply", direction: "in", from: "ruby@example.com", attachment_ids: [shown, unnamed] };
    const path = `/tickets/${id}/messages`;
    const html = { ...reply, htmlized: true, body: '<img src="cid:logo%2B1%40example.com">' };
    const created = (await desk.post(path, html)).body;
    expect(created).not.toHaveProperty("inline_attachment_ids");
    const asked = (await desk.get(`${path}/${created.id}?fields=inline_attachment_ids`)).body;
    expect(asked).toEqual({ inline_attachment_ids: [shown] });
    const text = (await desk.post(path, { ...reply, attachment_ids: [], body: "cid:logo+1@example.com" })).body;
    expect((await desk.get(`${path}/${text.id}?fields=inline_attachment_ids`)).body.inline_attachment_ids).toEqual([]);
  });
});
