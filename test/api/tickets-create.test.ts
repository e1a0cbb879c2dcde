import { describe, expect, test } from "vitest";
import type { ACCOUNT_TABLES } from "../../src/storage/schema.ts";
import { type TestDesk, logged, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

type Table = (typeof ACCOUNT_TABLES)[number];

const NOBODY = "000000000000000000000000";
const WRITTEN: readonly Table[] = ["tickets", "customers", "contacts", "messages", "events", "jobs", "ticket_labels"];

/** How many rows the account has in each table that a ticket writes to, and the last number that was given out. */
async function rows(desk: TestDesk): Promise<Record<string, number>> {
  const { db } = desk.server.storage;
  const counts: Record<string, number> = {};
  for (const table of WRITTEN) {
    const found = await db.query
      .selectFrom(table)
      .select("account_id")
      .where("account_id", "=", desk.account.id)
      .execute();
    counts[table] = found.length;
  }
  const counter = await db.query
    .selectFrom("counters")
    .select("last_ticket_number")
    .where("account_id", "=", desk.account.id)
    .executeTakeFirstOrThrow();
  return { ...counts, last_ticket_number: counter.last_ticket_number };
}

const email = (value: string) => ({ type: "email", value });

describe.skipIf(ENGINE_MISSING !== null)("K2", () => {
  test("K2: the document's contact form makes ticket, customer and messages", async () => {
    const desk = await openDesk();
    const got = await desk.post("/tickets", {
      customer: { first_name: "John", last_name: "Smith", contacts: [email("john@example.com")] },
      messages: [
        { type: "note", user_id: desk.user.id, body: "IP address: 1.2.3.4, Page: https://site.com/page" },
        {
          type: "reply",
          direction: "in",
          from_name: "John Smith",
          from: "john@example.com",
          body: "My package didn't arrive. Help!",
        },
      ],
      type: "email",
      user_id: desk.user.id,
      inbox_id: desk.inbox.id,
      subject: "Where's my package?",
    });
    expect(got.status).toBe(201);
    expect(got.headers.location).toMatch(new RegExp(`/api/v1/tickets/${got.body.id}$`));
    expect(got.body).toMatchObject({
      number: 1,
      user_id: desk.user.id,
      inbox_id: desk.inbox.id,
      state: "open",
      subject: "Where's my package?",
      type: "email",
      spam: false,
      trash: false,
      label_ids: [],
      summary: "My package didn't arrive. Help!",
    });
    expect(got.body.created_at).toBe(got.body.updated_at);
    const { body } = await desk.get(`/tickets/${got.body.id}?embed=customer,messages`);
    expect(body.customer).toMatchObject({ first_name: "John", last_name: "Smith" });
    expect(body.messages.map(({ type }: { type: string }) => type)).toEqual(["note", "reply"]);
    expect(got.body).not.toHaveProperty("messages");
  });

  test("K2: type must be email, and subject must not be empty", async () => {
    const desk = await openDesk();
    const good = { type: "email", subject: "x", customer: {} };
    const faulty: [object, string][] = [
      [{ ...good, type: "twitter" }, "type must be email"],
      [{ ...good, type: undefined }, "type is required: email"],
      [{ ...good, type: null }, "type must be email"],
      [{ ...good, subject: "" }, "subject must be a string of at most 2000 characters that is not empty"],
      [{ ...good, subject: undefined }, "subject is required: a string of at most 2000 characters that is not empty"],
      [{ ...good, subject: null }, "subject must be a string of at most 2000 characters that is not empty"],
      [{ ...good, subject: 5 }, "subject must be a string of at most 2000 characters that is not empty"],
    ];
    for (const [body, message] of faulty) {
      const got = await desk.post("/tickets", body);
      expect([got.status, got.body.errors]).toEqual([422, [{ message }]]);
    }
  });

  test("K2: a customer or a customer_id is needed, and customer_id wins", async () => {
    const desk = await openDesk();
    const got = await desk.post("/tickets", { type: "email", subject: "x" });
    expect(got.body.errors[0].message).toMatch(/^customer_id is required/);
    const none = { type: "email", subject: "x", customer_id: null, customer: null };
    expect((await desk.post("/tickets", none)).status).toBe(422);
    const held = (await desk.post("/customers", { contacts: [email("held@example.com")] })).body;
    const other = (await desk.post("/customers", { contacts: [email("other@example.com")] })).body;
    const before = await rows(desk);
    const both = await desk.ticket({ customer_id: held.id, customer: { contacts: [email("other@example.com")] } });
    expect(both.customer_id).toBe(held.id);
    const fresh = await desk.ticket({ customer_id: other.id, customer: { contacts: [email("fresh@example.com")] } });
    expect(fresh.customer_id).toBe(other.id);
    expect((await rows(desk))["customers"]).toBe(before["customers"]);
  });

  test("K2: the customer is looked up by its contacts in the order given, and the first that matches wins", async () => {
    const desk = await openDesk();
    const one = (await desk.post("/customers", { contacts: [email("one@example.com")] })).body;
    const two = (
      await desk.post("/customers", { contacts: [email("two@example.com"), { type: "phone", value: "+14155552671" }] })
    ).body;
    const found = async (...contacts: object[]): Promise<string> =>
      (await desk.ticket({ customer: { contacts } })).customer_id;
    expect(await found(email("one@example.com"), email("two@example.com"))).toBe(one.id);
    expect(await found(email("two@example.com"), email("one@example.com"))).toBe(two.id);
    expect(await found(email("nobody@example.com"), email("two@example.com"))).toBe(two.id);
    expect(await found(email("  ONE@Example.COM "))).toBe(one.id);
    expect(await found({ type: "phone", value: "+1 (415) 555-2671" })).toBe(two.id);
    expect(await found({ type: "twitter", value: "one@example.com" })).not.toBe(one.id);
  });

  test("K2: the customer that was found is not modified", async () => {
    const desk = await openDesk();
    const held = (await desk.post("/customers", { first_name: "Ruby", contacts: [email("ruby@example.com")] })).body;
    const path = `/customers/${held.id}?fields=id,first_name,last_name,summary,contacts,version,updated_at`;
    const before = (await desk.get(path)).body;
    const contacts = [email("RUBY@example.com"), email("new@example.com")];
    await desk.ticket({ customer: { first_name: "Other", last_name: "Name", summary: "x", contacts } });
    expect((await desk.get(path)).body).toEqual(before);
  });

  test("K2: a customer without contacts, or whose contacts nobody holds, is created", async () => {
    const desk = await openDesk();
    const first = await desk.ticket({ customer: { first_name: "Ruby" } });
    const second = await desk.ticket({ customer: { first_name: "Ruby" } });
    expect(second.customer_id).not.toBe(first.customer_id);
    expect((await desk.ticket({ customer: {} })).customer_id).not.toBe(first.customer_id);
    const made = await desk.ticket({
      customer: { first_name: "A", last_name: "B", summary: "C", contacts: [email("A@example.com")] },
    });
    const { body } = await desk.get(`/customers/${made.customer_id}`);
    expect(body).toMatchObject({ first_name: "A", last_name: "B", summary: "C", contacts: [email("A@example.com")] });
  });

  test("K2: twenty at the same moment give one customer and numbers without gaps", async () => {
    const desk = await openDesk();
    logged.length = 0;
    const customer = {
      first_name: "Ruby",
      contacts: [email("ruby@example.com"), { type: "phone", value: "+14155552671" }],
    };
    const messages = [{ type: "reply", direction: "in", from: "ruby@example.com", body: "Help" }];
    const body = { type: "email", subject: "x", customer, messages };
    const got = await Promise.all(Array.from({ length: 20 }, async () => await desk.post("/tickets", body)));
    expect(got.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(new Set(got.map((each) => each.body.customer_id)).size).toBe(1);
    const numbers = got.map((each) => each.body.number as number).toSorted((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const { tickets, customers, contacts, messages: written } = await rows(desk);
    expect({ tickets, customers, contacts, written }).toEqual({ tickets: 20, customers: 1, contacts: 2, written: 20 });
    expect(logged).toEqual([]);
  });

  test("K2: at the same moment, the same contacts in another order give one customer too", async () => {
    const desk = await openDesk();
    logged.length = 0;
    const contacts = [email("a@example.com"), email("b@example.com"), email("c@example.com")];
    const got = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const turned = index % 2 === 0 ? contacts : contacts.toReversed();
        return await desk.post("/tickets", { type: "email", subject: "x", customer: { contacts: turned } });
      }),
    );
    expect(new Set(got.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(got.map((each) => each.body.customer_id)).size).toBe(1);
    expect(logged).toEqual([]);
  });

  test("K2: a refused create leaves nothing behind", async () => {
    const desk = await openDesk();
    const file = (await desk.post("/attachments", { name: "a", type: "text/plain", data: "YQ==" })).body;
    await desk.ticket();
    const before = await rows(desk);
    const outbound = { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id };
    const good = {
      type: "email",
      subject: "x",
      customer: { contacts: [email("new@example.com")] },
      messages: [outbound],
    };
    const refused: object[] = [
      { ...good, subject: "" },
      { ...good, user_id: NOBODY },
      { ...good, inbox_id: NOBODY },
      { ...good, customer: { contacts: [email("new@example.com"), email("nonsense")] } },
      { ...good, messages: [outbound, { type: "note", body: "x" }] },
      {
        ...good,
        messages: [
          { ...outbound, attachment_ids: [file.id] },
          { ...outbound, attachment_ids: [file.id] },
        ],
      },
      { ...good, messages: [{ ...outbound, attachment_ids: [file.id, NOBODY] }] },
    ];
    for (const body of refused) {
      const got = await desk.post("/tickets", body);
      expect([got.status, await rows(desk)]).toEqual([422, before]);
    }
    // The file is still free, and the number was not used up.
    const made = await desk.ticket({ ...good, messages: [{ ...outbound, attachment_ids: [file.id] }] });
    expect(made.number).toBe(2);
  });

  test("K2: what a client may not set is ignored", async () => {
    const desk = await openDesk();
    const stray = {
      id: NOBODY,
      number: 99,
      state: "closed",
      created_at: "2020-01-01T00:00:00Z",
      spam: true,
      label_ids: [NOBODY],
    };
    const ticket = await desk.ticket({ ...stray, nonsense: 1 });
    expect(ticket).toMatchObject({ number: 1, state: "open", spam: false, label_ids: [] });
    expect(ticket.id).not.toBe(NOBODY);
    expect(ticket.created_at > "2020-01-02").toBe(true);
  });
});
