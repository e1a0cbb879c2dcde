import { describe, expect, test } from "vitest";
import type { TicketType } from "../../src/domain/states.ts";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const NOBODY = "000000000000000000000000";

interface Thread {
  desk: TestDesk;
  id: string;
  say: (body: unknown) => Promise<Got>;
  /** The faults of a message that is refused. */
  faults: (body: unknown) => Promise<string[]>;
}

async function openThread(): Promise<Thread> {
  const desk = await openDesk();
  const { id } = await desk.ticket();
  const say = async (body: unknown): Promise<Got> => await desk.post(`/tickets/${id}/messages`, body);
  return {
    desk,
    id,
    say,
    faults: async (body) => {
      const got = await say(body);
      expect([got.text, got.status]).toEqual([got.text, 422]);
      return got.body.errors.map(({ message }: { message: string }) => message);
    },
  };
}

const inbound = { type: "reply", direction: "in", from: "chris@example.com", body: "Thank you for your help!" };

describe.skipIf(ENGINE_MISSING !== null)("M2: defaults", () => {
  test("M2: the document's samples work as printed", async () => {
    const { desk, say } = await openThread();
    const samples = [
      { direction: "in", type: "reply", from: "chris@example.com", body: "Thank you for your help!" },
      {
        direction: "out",
        type: "reply",
        to: "chris@example.com",
        body: "Hi Chris, I can help!",
        user_id: desk.user.id,
      },
      { type: "note", body: "Attaching the file!", htmlized: false, user_id: desk.user.id, attachment_ids: [] },
    ];
    for (const sample of samples) expect((await say(sample)).status).toBe(201);
  });

  test("M2: htmlized defaults to false", async () => {
    const { say } = await openThread();
    expect((await say(inbound)).body.htmlized).toBe(false);
    expect((await say({ ...inbound, htmlized: null })).body.htmlized).toBe(false);
    expect((await say({ ...inbound, htmlized: true })).body.htmlized).toBe(true);
    expect((await say({ ...inbound, htmlized: "true" })).status).toBe(422);
  });

  test("M2: from_name defaults to the display name in from, else the customer who holds it, else the address", async () => {
    const { desk, say } = await openThread();
    const held = (value: string) => ({ contacts: [{ type: "email", value }] });
    await desk.post("/customers", { first_name: "Ruby", last_name: "Miller", ...held("Ruby@Example.com") });
    await desk.post("/customers", { first_name: "Cher", ...held("cher@example.com") });
    await desk.post("/customers", { ...held("nameless@example.com") });
    const names: [string, string][] = [
      ["Chris Johnson <chris@example.com>", "Chris Johnson"],
      ['"Johnson, Chris" <chris@example.com>', "Johnson, Chris"],
      ["Somebody <ruby@example.com>", "Somebody"],
      ["ruby@example.com", "Ruby Miller"],
      ["<RUBY@example.com>", "Ruby Miller"],
      ["cher@example.com", "Cher"],
      ["nameless@example.com", "nameless@example.com"],
      ["<chris@example.com>", "chris@example.com"],
      ["chris@example.com", "chris@example.com"],
      ["@chris_on_twitter", "@chris_on_twitter"],
    ];
    for (const [from, from_name] of names) {
      for (const unset of [{}, { from_name: null }, { from_name: "" }]) {
        expect((await say({ ...inbound, ...unset, from })).body).toMatchObject({ from, from_name });
      }
    }
    expect((await say({ ...inbound, from: "ruby@example.com", from_name: "R." })).body.from_name).toBe("R.");
  });

  test("M2: an inbound reply may say to whom", async () => {
    const { say } = await openThread();
    expect((await say({ ...inbound, to: "help@desk.example" })).body.to).toBe("help@desk.example");
    expect((await say({ ...inbound, user_id: null })).body.user_id).toBeNull();
  });
});

describe.skipIf(ENGINE_MISSING !== null)("M2: requirements", () => {
  test("M2: type and body are required", async () => {
    const { faults } = await openThread();
    expect(await faults({})).toEqual(["type is required: one of: reply, note", "body is required: a string"]);
    expect(await faults({ ...inbound, type: "email" })).toEqual(["type must be one of: reply, note"]);
    expect(await faults({ ...inbound, body: null })).toEqual(["body must be a string"]);
    expect(await faults({ ...inbound, body: 5 })).toEqual(["body must be a string"]);
  });

  test("M2: user_id is required for a note and an outbound reply, and must be a user", async () => {
    const { desk, faults } = await openThread();
    const outbound = { type: "reply", direction: "out", to: "chris@example.com", body: "x" };
    const stranger = await openDesk();
    for (const [message, what] of [
      [{ type: "note", body: "x" }, "a note"],
      [outbound, "an outbound reply"],
    ] as const) {
      for (const none of [{}, { user_id: null }]) {
        expect(await faults({ ...message, ...none })).toEqual([`user_id is required for ${what}: the id of a user`]);
      }
      for (const unknown of [NOBODY, "nonsense", "", stranger.user.id]) {
        expect(await faults({ ...message, user_id: unknown })).toEqual(["user_id must be the id of a user"]);
      }
    }
    expect(await faults({ type: "note", body: "x", user_id: desk.inbox.id })).toEqual([
      "user_id must be the id of a user",
    ]);
  });

  test("M2: direction is required for a reply", async () => {
    const { desk, faults } = await openThread();
    const reply = { type: "reply", body: "x", from: "a@example.com", to: "b@example.com", user_id: desk.user.id };
    for (const none of [{}, { direction: null }]) {
      expect(await faults({ ...reply, ...none })).toEqual(["direction is required for a reply: in or out"]);
    }
    expect(await faults({ ...reply, direction: "inbound" })).toEqual(["direction must be one of: in, out, or null"]);
  });

  test("M2: from is required inbound, without control characters", async () => {
    const { faults } = await openThread();
    for (const from of [undefined, null, "", "   "]) {
      expect(await faults({ ...inbound, from })).toEqual(["from is required for an inbound reply"]);
    }
    for (const from of ["a@example.com\n", "a\r\nBcc: b@example.com", "\u007fa@example.com", "a\tb@example.com"]) {
      expect(await faults({ ...inbound, from })).toEqual(["from must not hold control characters"]);
    }
  });

  test("M2: to is required outbound: one or more addresses, without control characters", async () => {
    const { desk, say, faults } = await openThread();
    const outbound = { type: "reply", direction: "out", body: "x", user_id: desk.user.id };
    for (const to of [undefined, null, "", "   "]) {
      expect(await faults({ ...outbound, to })).toEqual(["to is required for an outbound reply"]);
    }
    for (const to of [
      "a@example.com\nBcc: b@example.com",
      "a@example.com\r\n",
      "\u0001a@example.com",
      "a@example.com\u007f",
    ]) {
      expect(await faults({ ...outbound, to })).toEqual(["to must not hold control characters"]);
    }
    for (const to of ["chris", "chris@", "a@example.com, chris", "Chris <chris>", ",", "a@example.com b@example.com"]) {
      expect([to, await faults({ ...outbound, to })]).toEqual([
        to,
        ["to must be one or more email addresses, separated by commas"],
      ]);
    }
    for (const to of [
      "a@example.com",
      "a@example.com, b@example.com",
      "Chris <a@example.com>",
      '"Johnson, Chris" <a@example.com>,b@example.com',
    ]) {
      const got = await say({ ...outbound, to });
      expect([got.status, got.body.to]).toEqual([201, to]);
    }
  });

  test("M2: an empty body is for messages with attachments only", async () => {
    const { desk, say, faults } = await openThread();
    const note = { type: "note", user_id: desk.user.id, body: "" };
    expect(await faults(note)).toEqual(["body must not be empty without attachments"]);
    expect(await faults({ ...note, attachment_ids: [] })).toEqual(["body must not be empty without attachments"]);
    const file = (await desk.post("/attachments", { name: "a", type: "text/plain", data: "YQ==" })).body;
    const got = await say({ ...note, attachment_ids: [file.id] });
    expect([got.status, got.body.body, got.body.attachments]).toEqual([201, "", [file]]);
  });

  test("M2: an outbound reply on a ticket whose channel cannot send is 422 and says so", async () => {
    const { desk, id, say, faults } = await openThread();
    const outbound = { type: "reply", direction: "out", to: "chris@example.com", body: "x", user_id: desk.user.id };
    const types: TicketType[] = ["phone", "chat", "twitter", "whatsapp", "sms", "call"];
    for (const type of types) {
      await desk.server.storage.db.transact(async (tx) => {
        const tickets = tx.query.updateTable("tickets").set({ type });
        await tickets.where("account_id", "=", desk.account.id).where("id", "=", id).execute();
      });
      expect(await faults(outbound)).toEqual([
        `direction must not be out: a ticket of type ${type} cannot send replies`,
      ]);
      expect((await say(inbound)).status).toBe(201);
      expect((await say({ type: "note", body: "x", user_id: desk.user.id })).status).toBe(201);
    }
  });

  test("M2: what holds for a message holds for the messages of a new ticket", async () => {
    const { desk } = await openThread();
    const messages = [
      { type: "note", body: "" },
      { type: "reply", body: "x" },
      { type: "reply", direction: "out", body: "x", to: "x" },
    ];
    const got = await desk.post("/tickets", { type: "email", subject: "x", customer: {}, messages });
    expect(got.body.errors.map(({ message }: { message: string }) => message)).toEqual([
      "messages[0].body must not be empty without attachments",
      "messages[0].user_id is required for a note: the id of a user",
      "messages[1].direction is required for a reply: in or out",
      "messages[2].user_id is required for an outbound reply: the id of a user",
      "messages[2].to must be one or more email addresses, separated by commas",
    ]);
  });

  test("M2: an unknown ticket is 404 whatever the body says", async () => {
    const { desk } = await openThread();
    const stranger = await openDesk();
    for (const id of [NOBODY, "nonsense", (await stranger.ticket()).id]) {
      for (const body of [inbound, {}, []]) {
        const got = await desk.post(`/tickets/${id}/messages`, body);
        expect([got.status, got.body]).toEqual([404, { message: "Not Found" }]);
      }
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("M5", () => {
  test("M5: 201 with the message, and a Location that answers with it", async () => {
    const { desk, id, say } = await openThread();
    const messages = [
      inbound,
      { type: "note", body: "x", user_id: desk.user.id },
      { type: "reply", direction: "out", to: "chris@example.com", body: "x", user_id: desk.user.id },
    ];
    for (const message of messages) {
      const got = await say(message);
      expect(got.status).toBe(201);
      expect(got.body).toMatchObject(message);
      const { pathname, origin } = new URL(got.headers.location ?? "");
      expect(origin).toBe(desk.server.url);
      expect(pathname).toBe(`/api/v1/tickets/${id}/messages/${got.body.id}`);
      expect((await desk.get(pathname.slice("/api/v1".length))).body).toEqual(got.body);
    }
  });

  test("M5: a message answers under its own ticket only", async () => {
    const { desk, say } = await openThread();
    const { body } = await say(inbound);
    const other = await desk.ticket();
    expect((await desk.get(`/tickets/${other.id}/messages/${body.id}`)).status).toBe(404);
  });
});
