import { beforeAll, describe, expect, test } from "vitest";
import { countRead } from "../support/count-queries.ts";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;

const MARKS = "last_message,message_count,attachment_count,failed_delivery,unread,mentioned,draft";

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  mary = await desk.signIn();
});

const note = (body: string, more: object = {}): object => ({ type: "note", user_id: desk.user.id, body, ...more });

async function upload(): Promise<string> {
  return (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" })).body.id;
}

describe.skipIf(ENGINE_MISSING !== null)("R1: what a list shows of its tickets when `fields` names it", () => {
  test("what was said last, by whom, as one line of text", async () => {
    const { id } = await desk.ticket({ messages: [note("first")] });
    await desk.post(`/tickets/${id}/messages`, {
      type: "reply",
      direction: "in",
      from: "Ruby Miller <ruby@x.example>",
      body: `<style>p{}</style><p>Hello&nbsp;there,</p>\n<p>where is it? ${"long ".repeat(100)}</p>`,
      htmlized: true,
    });
    const { last_message } = (await desk.get(`/tickets/${id}?fields=last_message`)).body;
    const [, last] = (await desk.get(`/tickets/${id}/messages`)).body;
    expect(last_message).toEqual({
      id: last.id,
      type: "reply",
      direction: "in",
      from_name: "Ruby Miller",
      text: expect.stringMatching(
        /^Hello there, where is it\? (long )+long?$|^Hello there, where is it\? (long )+l?o?n?g? ?$/,
      ),
      created_at: last.created_at,
    });
    expect(last_message.text.length).toBeLessThanOrEqual(200);
    const empty = await desk.ticket();
    expect((await desk.get(`/tickets/${empty.id}?fields=last_message,message_count`)).body).toEqual({
      last_message: null,
      message_count: 0,
    });
  });

  test("how many messages and attachments, and whether a delivery failed", async () => {
    const { id } = await desk.ticket({
      messages: [
        note("a", { attachment_ids: [await upload(), await upload()] }),
        note("b", { attachment_ids: [await upload()] }),
      ],
    });
    expect((await desk.get(`/tickets/${id}?fields=message_count,attachment_count,failed_delivery`)).body).toEqual({
      message_count: 2,
      attachment_count: 3,
      failed_delivery: false,
    });
    const reply = { type: "reply", direction: "out", to: "ruby@x.example", user_id: desk.user.id, body: "hi" };
    const made = await desk.post(`/tickets/${id}/messages`, reply);
    await desk.server.storage.db.transact(
      async (tx) =>
        await tx.query
          .updateTable("messages")
          .set({ delivery_state: "failed" })
          .where("account_id", "=", desk.account.id)
          .where("id", "=", made.body.id)
          .execute(),
    );
    expect((await desk.get(`/tickets/${id}?fields=failed_delivery`)).body.failed_delivery).toBe(true);
  });

  test("not one of them without being asked for, and then none costs a query", async () => {
    const names = MARKS.split(",");
    const [plain] = (await mary.get("/tickets")).body;
    for (const name of [...names, "version", "merged_into"]) expect(plain).not.toHaveProperty(name);
    const base = await countRead(desk, mary, "/tickets?fields=id");
    const some = await countRead(desk, mary, "/tickets?fields=id,message_count");
    expect(some - base).toBe(1);
  });

  test("each with as many queries for a hundred tickets as for one", async () => {
    const before = await countRead(desk, mary, `/tickets?per_page=1&fields=id,${MARKS}`);
    for (let index = 0; index < 20; index += 1) {
      await desk.ticket({ messages: [note("x", { attachment_ids: [await upload()] })] });
    }
    const got = await mary.get(`/tickets?per_page=100&fields=id,${MARKS}`);
    expect(got.body.length).toBeGreaterThan(20);
    expect(Object.keys(got.body[0]).toSorted()).toEqual(["id", ...MARKS.split(",")].toSorted());
    expect(await countRead(desk, mary, `/tickets?per_page=100&fields=id,${MARKS}`)).toBe(before);
  });
});
