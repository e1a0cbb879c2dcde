import { sql } from "kysely";
import { beforeAll, describe, expect, test } from "vitest";
import { rebuildIndex } from "../../src/storage/backup-index.ts";
import { type TestDesk, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

let desk: TestDesk;

/** The subjects (or first names) that `q` finds, in alphabetical order. */
async function found(collection: "tickets" | "customers", q: string, more = ""): Promise<string[]> {
  const got = await desk.get(`/${collection}?count=true&per_page=100&q=${encodeURIComponent(q)}${more}`);
  expect(got.status, got.text).toBe(200);
  expect(Number(got.headers["total-count"]), "the count is of the same").toBe(got.body.length);
  const field = collection === "tickets" ? "subject" : "first_name";
  return got.body.map((each: Record<string, string>) => each[field]).toSorted();
}

const note = (body: string, htmlized = false): object => ({ type: "note", user_id: desk.user.id, body, htmlized });

async function addTicket(subject: string, ...messages: object[]): Promise<string> {
  return (await desk.ticket({ subject, messages })).id;
}

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  await addTicket("Parcel lost", note("It has not arrived in Köln"), note("The refund is on its way"));
  await addTicket("領収書について", note("領収書を送ってください"));
  await addTicket(
    "HTML",
    note("<p>caf&eacute; <b>cr</b>ème</p><script>hidden()</script><div title='attribute'>tea</div>", true),
  );
  await addTicket("Silent 4711");
  await addTicket("Order", note("order number AB-2024/0815, write to ruby.miller@example.com"));
});

describe.skipIf(ENGINE_MISSING !== null)("B1: q= on tickets", () => {
  test.each([
    ["parcel", ["Parcel lost"]],
    ["PARCEL", ["Parcel lost"]],
    ["arrived parcel", ["Parcel lost"]],
    ["koln", ["Parcel lost"]],
    ["Köln", ["Parcel lost"]],
    ["refund", ["Parcel lost"]],
    ["refu*", ["Parcel lost"]],
    ["refu", []],
    ["parcel nothing", []],
    ["領収書", ["領収書について"]],
    ["送って", ["領収書について"]],
    ["領書", []],
    ["café", ["HTML"]],
    ["creme", ["HTML"]],
    ["tea", ["HTML"]],
    ["hidden", []],
    ["attribute", []],
    ["silent", ["Silent 4711"]],
    ["471*", ["Silent 4711"]],
    ["0815", ["Order"]],
    ["ruby.miller@example.com", ["Order"]],
    ["a OR b NOT (c) \"d' :* & | ! <-> NEAR", []],
    ["mary", ["HTML", "Order", "Parcel lost", "領収書について"]],
  ])("B1: %j finds %j", async (q, subjects) => {
    expect(await found("tickets", q)).toEqual(subjects);
  });

  test("B1: without a word q is no filter, and with other filters both hold", async () => {
    for (const q of ["", "  ", "*", "!?"]) expect(await found("tickets", q)).toHaveLength(5);
    expect(await found("tickets", "parcel", "&state=open")).toEqual(["Parcel lost"]);
    expect(await found("tickets", "parcel", "&state=closed")).toEqual([]);
  });

  test("B1: a ticket is found by its subject before it has a message, and after", async () => {
    const id = await addTicket("Quiet zebra");
    expect(await found("tickets", "zebra")).toEqual(["Quiet zebra"]);
    await desk.post(`/tickets/${id}/messages`, note("stripes"));
    expect(await found("tickets", "zebra stripes")).toEqual(["Quiet zebra"]);
    await desk.patch(`/tickets/${id}`, { subject: "Quiet lion" });
    expect(await found("tickets", "zebra")).toEqual([]);
    expect(await found("tickets", "lion stripes")).toEqual(["Quiet lion"]);
  });

  test("B1: a change of the subject is found at once, and the old subject is not, with messages and without", async () => {
    const [loud, quiet] = [await addTicket("Before one", note("walrus")), await addTicket("Before two")];
    await desk.patch(`/tickets/${loud}`, { subject: "After one" });
    await desk.patch(`/tickets/${quiet}`, { subject: "After two" });
    expect(await found("tickets", "before")).toEqual([]);
    expect(await found("tickets", "after")).toEqual(["After one", "After two"]);
    expect(await found("tickets", "after walrus")).toEqual(["After one"]);
    await desk.patch(`/tickets/${quiet}`, { subject: null });
    expect(await found("tickets", "after")).toEqual(["After one"]);
  });

  test("B1: q finds among a customer's tickets too", async () => {
    const customer = (await desk.post("/customers", {})).body;
    const made = await desk.post("/tickets", { type: "email", subject: "Giraffe", customer_id: customer.id });
    await addTicket("Giraffe too");
    const got = await desk.get(`/customers/${customer.id}/tickets?q=giraffe&count=true`);
    expect(got.body).toEqual([made.body]);
    expect(got.headers["total-count"]).toBe("1");
    expect((await desk.get(`/customers/${"0".repeat(24)}/tickets`)).status).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("B1: q= on customers", () => {
  test("B1: customers are found by names, summary and contacts, as they are now", async () => {
    const made = await desk.post("/customers", {
      first_name: "Zoë",
      last_name: "Brontë-Smith",
      summary: "VIP customer\nlikes tea",
      contacts: [
        { type: "email", value: "zoe@haworth.example" },
        { type: "twitter", value: "@wuthering" },
        { type: "phone", value: "+44 1535 640192" },
      ],
    });
    for (const q of [
      "zoe",
      "bronte smith",
      "vip",
      "likes customer",
      "haworth*",
      "wuthering",
      "640192",
      "zoe@haworth.example",
    ]) {
      expect(await found("customers", q), q).toEqual(["Zoë"]);
    }
    const path = `/customers/${made.body.id}`;
    await desk.patch(path, { last_name: "Nicholls", contacts: [{ type: "email", value: "new@haworth.example" }] });
    for (const q of ["bronte", "wuthering", "640192"]) expect(await found("customers", q), q).toEqual([]);
    for (const q of ["nicholls", "new haworth"]) expect(await found("customers", q), q).toEqual(["Zoë"]);
    const contact = await desk.post(path, { type: "twitter", value: "@agnes" });
    expect(await found("customers", "agnes")).toEqual(["Zoë"]);
    await desk.ask("DELETE", `${path}/contacts/${contact.body.id}`);
    expect(await found("customers", "agnes")).toEqual([]);
    expect(await found("tickets", "nicholls"), "customers are no tickets").toEqual([]);
    expect(await found("customers", "parcel"), "tickets are no customers").toEqual([]);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("B1: an index that is made anew", () => {
  test("B1: finds what the old one found, tickets without messages too", async () => {
    const storage = await openTestStorage();
    const server = await startTestServer({}, storage);
    const shared = desk;
    desk = await openDesk({}, server);
    try {
      await addTicket("Silent zebra");
      await addTicket("Loud lion", note("roar"));
      await desk.post("/customers", { first_name: "Zoë" });
      const find = async (): Promise<string[][]> => [
        await found("tickets", "zebra"),
        await found("tickets", "lion roar"),
        await found("customers", "zoe"),
      ];
      const before = await find();
      expect(before).toEqual([["Silent zebra"], ["Loud lion"], ["Zoë"]]);
      await storage.db.transact(async (tx) => {
        if (tx.engine === "sqlite") await sql`delete from search_index`.execute(tx.query);
        await sql`delete from search_entries where account_id = ${desk.account.id}`.execute(tx.query);
      });
      expect(await find()).toEqual([[], [], []]);
      await storage.db.transact(rebuildIndex);
      expect(await find()).toEqual(before);
    } finally {
      desk = shared;
      await server.close();
      await storage.remove();
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("B1: users", () => {
  test("B1: /users/me is 404 for a token", async () => {
    const got = await desk.get("/users/me");
    expect([got.status, got.body]).toEqual([404, { message: "Not Found" }]);
  });
});
