import { describe, expect, test } from "vitest";
import { createInbox } from "../../src/desk/inboxes.ts";
import { Faults } from "../../src/domain/faults.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

async function summaryOf(desk: TestDesk, id: string): Promise<string | null> {
  return (await desk.get(`/tickets/${id}`)).body.summary;
}

describe.skipIf(ENGINE_MISSING !== null)("K1: summary", () => {
  test("K1: the summary is null with no messages", async () => {
    const desk = await openDesk();
    expect(await desk.ticket()).toHaveProperty("summary", null);
    expect(await desk.ticket({ messages: [] })).toHaveProperty("summary", null);
  });

  test("K1: the summary is of the first reply, else of the first note", async () => {
    const desk = await openDesk();
    const note = (body: string) => ({ type: "note", user_id: desk.user.id, body });
    const reply = (body: string) => ({ type: "reply", direction: "in", from: "ruby@example.com", body });
    const { id } = await desk.ticket();
    const steps: [object, string][] = [
      [note("First note"), "First note"],
      [note("Second note"), "First note"],
      [reply("First reply"), "First reply"],
      [reply("Second reply"), "First reply"],
      [note("Third note"), "First reply"],
    ];
    for (const [message, summary] of steps) {
      await desk.post(`/tickets/${id}/messages`, message);
      expect(await summaryOf(desk, id)).toBe(summary);
    }
    const made = await desk.ticket({ messages: [note("A note"), reply("A reply"), reply("Another")] });
    expect(made.summary).toBe("A reply");
    expect(await summaryOf(desk, made.id)).toBe("A reply");
    expect((await desk.ticket({ messages: [note("One"), note("Two")] })).summary).toBe("One");
  });

  test("K1: an outbound reply counts as a reply", async () => {
    const desk = await openDesk();
    const reply = {
      type: "reply",
      direction: "out",
      to: "ruby@example.com",
      body: "Hello Ruby",
      user_id: desk.user.id,
    };
    expect((await desk.ticket({ messages: [reply] })).summary).toBe("Hello Ruby");
  });

  test("K1: the summary is text: about 140 characters, in one line, without HTML", async () => {
    const desk = await openDesk();
    const of = async (body: string, htmlized = false): Promise<string> =>
      (await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body, htmlized }] })).summary;
    expect(await of("<p>I was <b>trying</b></p><p>Can you&nbsp;help?</p><style>p{}</style>", true)).toBe(
      "I was trying Can you help?",
    );
    expect(await of("5 < 6 & <b>not HTML</b>")).toBe("5 < 6 & <b>not HTML</b>");
    expect(await of("  two\n\n lines\t here ")).toBe("two lines here");
    const long = await of("word ".repeat(100));
    expect(long.length).toBeLessThanOrEqual(140);
    expect(long.length).toBeGreaterThan(120);
    expect(long.endsWith("word")).toBe(true);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("K1: fields", () => {
  test("K1: label_ids it is called, never labels_ids", async () => {
    const desk = await openDesk();
    await desk.ticket();
    const got = await desk.get("/tickets");
    expect(got.body[0].label_ids).toEqual([]);
    expect(got.text).not.toContain("labels_ids");
  });

  test("K1: numbers start at 1 in each account, are unique and are never reused", async () => {
    const desk = await openDesk();
    const other = await openDesk();
    for (const number of [1, 2, 3]) expect((await desk.ticket()).number).toBe(number);
    expect((await other.ticket()).number).toBe(1);
    const last = (await desk.get("/tickets?per_page=1")).body[0];
    await desk.patch(`/tickets/${last.id}`, { trash: true });
    expect((await desk.post("/tickets", { type: "email" })).status).toBe(422);
    expect((await desk.ticket()).number).toBe(4);
  });

  test("K1: reply_to is what was set, else the customer's first address", async () => {
    const desk = await openDesk();
    const contacts = [
      { type: "twitter", value: "@ruby" },
      { type: "email", value: "Ruby@Example.com" },
      { type: "email", value: "second@example.com" },
    ];
    const ticket = await desk.ticket({ customer: { contacts } });
    expect(ticket.reply_to).toBe("Ruby@Example.com");
    const set = await desk.ticket({
      customer_id: ticket.customer_id,
      reply_to: "other@example.com",
      reply_cc: "cc@example.com",
    });
    expect([set.reply_to, set.reply_cc]).toEqual(["other@example.com", "cc@example.com"]);
    const listed = (await desk.get("/tickets?sort=created_at")).body;
    expect(listed.map(({ reply_to }: { reply_to: string }) => reply_to)).toEqual([
      "Ruby@Example.com",
      "other@example.com",
    ]);
    await desk.patch(`/customers/${ticket.customer_id}`, { contacts: [{ type: "email", value: "new@example.com" }] });
    expect((await desk.get(`/tickets/${ticket.id}`)).body.reply_to).toBe("new@example.com");
    expect((await desk.get(`/tickets/${set.id}`)).body.reply_to).toBe("other@example.com");
  });

  test("K1: an empty reply_to or reply_cc is not set", async () => {
    const desk = await openDesk();
    const customer = { contacts: [{ type: "email", value: "ruby@example.com" }] };
    for (const empty of ["", "  ", null]) {
      const ticket = await desk.ticket({ customer, reply_to: empty, reply_cc: empty });
      expect([ticket.reply_to, ticket.reply_cc]).toEqual(["ruby@example.com", null]);
    }
  });

  test("K1: reply_to and reply_cc become mail headers, and hold no control characters", async () => {
    const desk = await openDesk();
    const smuggled = "a@example.com\r\nBcc: b@example.com";
    const got = await desk.post("/tickets", {
      type: "email",
      subject: "x",
      customer: {},
      reply_to: smuggled,
      reply_cc: smuggled,
    });
    expect([got.status, got.body.errors]).toEqual([
      422,
      [
        { message: "reply_to must not hold control characters" },
        { message: "reply_cc must not hold control characters" },
      ],
    ]);
  });

  test("K1: a subject may be null on a ticket that came from elsewhere", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    await desk.server.storage.db.transact(async (tx) => {
      const tickets = tx.query.updateTable("tickets").set({ subject: null, type: "chat" });
      await tickets.where("account_id", "=", desk.account.id).where("id", "=", id).execute();
    });
    const { body } = await desk.get(`/tickets/${id}?embed=customer,messages`);
    expect([body.subject, body.type, body.reply_to]).toEqual([null, "chat", null]);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("K2: the inbox", () => {
  test("K2: inbox_id defaults to the account's first inbox", async () => {
    const desk = await openDesk();
    const { db } = desk.server.storage;
    const second = await db.transact(
      async (tx) => await createInbox(tx, desk.account.id, { name: "A second" }, new Faults()),
    );
    expect((await desk.ticket()).inbox_id).toBe(desk.inbox.id);
    expect((await desk.ticket({ inbox_id: null })).inbox_id).toBe(desk.inbox.id);
    expect((await desk.ticket({ inbox_id: second.id })).inbox_id).toBe(second.id);
  });

  test("K2: an account without an inbox says that it needs one", async () => {
    const desk = await openDesk();
    expect((await desk.ask("DELETE", `/inboxes/${desk.inbox.id}`)).status).toBe(204);
    const got = await desk.post("/tickets", { type: "email", subject: "x", customer: {} });
    expect([got.status, got.body.errors]).toEqual([
      422,
      [{ message: "inbox_id is required: the account has no inbox yet" }],
    ]);
  });
});
