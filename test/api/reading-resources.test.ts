import { describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const TICKET = [
  "id",
  "number",
  "user_id",
  "state",
  "snoozed_until",
  "subject",
  "label_ids",
  "customer_id",
  "type",
  "inbox_id",
  "spam",
  "trash",
  "reply_to",
  "reply_cc",
  "updated_at",
  "created_at",
  "summary",
];
const NOTE = ["id", "type", "from_name", "body", "htmlized", "user_id", "attachments", "created_at"];
const REPLY = [...NOTE, "direction", "from", "to", "more_body"];
const CUSTOMER = ["id", "first_name", "last_name", "summary", "contacts"];
const CONTACT = ["id", "type", "value"];
const USER = ["id", "first_name", "last_name", "email"];
const ATTACHMENT = ["id", "name", "size", "type"];
const LABEL = ["id", "name", "color"];
const INBOX = ["id", "name"];

const ID = /^[0-9a-f]{24}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The keys of an object in no order of its own. */
function keysOf(resource: object): string[] {
  return Object.keys(resource).toSorted();
}

/** One of everything: paths of single resources and of the collections they stand in, with the keys of each. */
async function furnish(desk: TestDesk) {
  const label = (await desk.post("/labels", { name: "VIP" })).body;
  const file = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "YQ==" })).body;
  const ticket = await desk.ticket({
    customer: { first_name: "Ruby", contacts: [{ type: "email", value: "ruby@example.com" }] },
    messages: [
      { type: "note", user_id: desk.user.id, body: "A note", attachment_ids: [file.id] },
      { type: "reply", direction: "in", from: "ruby@example.com", body: "Help" },
      { type: "reply", direction: "out", to: "ruby@example.com", body: "Yes", user_id: desk.user.id },
    ],
  });
  await desk.patch(`/tickets/${ticket.id}`, { label_ids: [label.id] });
  const path = `/tickets/${ticket.id}`;
  const [note, inbound, outbound] = (await desk.get(`${path}?embed=messages`)).body.messages;
  const customer = (await desk.get(`/customers/${ticket.customer_id}`)).body;
  const contact = customer.contacts[0];
  const singles: [string, readonly string[]][] = [
    [path, TICKET],
    [`${path}/messages/${note.id}`, NOTE],
    [`${path}/messages/${inbound.id}`, REPLY],
    [`${path}/messages/${outbound.id}`, REPLY],
    [`/customers/${customer.id}`, CUSTOMER],
    [`/customers/${customer.id}/contacts/${contact.id}`, CONTACT],
    [`/users/${desk.user.id}`, USER],
    [`/attachments/${file.id}`, ATTACHMENT],
    [`/labels/${label.id}`, LABEL],
    [`/inboxes/${desk.inbox.id}`, INBOX],
  ];
  const collections: [string, readonly string[]][] = [
    ["/tickets", TICKET],
    [`/customers/${customer.id}/tickets`, TICKET],
    ["/customers", CUSTOMER],
    ["/users", USER],
    ["/labels", LABEL],
    ["/inboxes", INBOX],
  ];
  return { ticket, path, label, file, note, inbound, outbound, customer, contact, singles, collections };
}

describe.skipIf(ENGINE_MISSING !== null)("R1", () => {
  test("R1: every single resource has exactly the documented fields", async () => {
    const desk = await openDesk();
    const { singles } = await furnish(desk);
    for (const [path, keys] of singles) expect(keysOf((await desk.get(path)).body)).toEqual(keys.toSorted());
  });

  test("R1: every collection's items have exactly the documented fields", async () => {
    const desk = await openDesk();
    const { collections, path } = await furnish(desk);
    for (const [collection, keys] of collections) {
      expect(keysOf((await desk.get(collection)).body[0])).toEqual(keys.toSorted());
    }
    const messages = (await desk.get(`${path}/messages`)).body;
    expect(keysOf(messages[0])).toEqual(NOTE.toSorted());
    expect(keysOf(messages[1])).toEqual(REPLY.toSorted());
    expect(keysOf(messages[2])).toEqual(REPLY.toSorted());
  });

  test("R1: what stands inside a resource has exactly the documented fields too", async () => {
    const desk = await openDesk();
    const { path } = await furnish(desk);
    await desk.patch(path, { user_id: desk.user.id });
    const { body } = await desk.get(`${path}?embed=user,inbox,customer,labels,messages`);
    expect(keysOf(body)).toEqual([...TICKET, "user", "inbox", "customer", "labels", "messages"].toSorted());
    expect(keysOf(body.user)).toEqual(USER.toSorted());
    expect(keysOf(body.inbox)).toEqual(INBOX.toSorted());
    expect(keysOf(body.customer)).toEqual(CUSTOMER.toSorted());
    expect(keysOf(body.customer.contacts[0])).toEqual(CONTACT.toSorted());
    expect(keysOf(body.labels[0])).toEqual(LABEL.toSorted());
    expect(keysOf(body.messages[0])).toEqual(NOTE.toSorted());
    expect(keysOf(body.messages[0].attachments[0])).toEqual(ATTACHMENT.toSorted());
    expect(keysOf(body.messages[1])).toEqual(REPLY.toSorted());
  });

  test("R1: what a write answers has exactly the documented fields", async () => {
    const desk = await openDesk();
    const { path, customer, label, ticket } = await furnish(desk);
    expect(keysOf(ticket)).toEqual(TICKET.toSorted());
    expect(keysOf((await desk.patch(path, { state: "closed" })).body)).toEqual(TICKET.toSorted());
    expect(
      keysOf((await desk.post(`${path}/messages`, { type: "note", user_id: desk.user.id, body: "x" })).body),
    ).toEqual(NOTE.toSorted());
    const reply = { type: "reply", direction: "in", from: "ruby@example.com", body: "x" };
    expect(keysOf((await desk.post(`${path}/messages`, reply)).body)).toEqual(REPLY.toSorted());
    expect(keysOf((await desk.post(`${path}/snooze`, { snoozed_until: "2999-01-01T00:00:00Z" })).body)).toEqual(
      TICKET.toSorted(),
    );
    expect(keysOf((await desk.post("/customers", {})).body)).toEqual(CUSTOMER.toSorted());
    expect(keysOf((await desk.patch(`/customers/${customer.id}`, { summary: "x" })).body)).toEqual(CUSTOMER.toSorted());
    const contact = { type: "twitter", value: "@ruby" };
    expect(keysOf((await desk.post(`/customers/${customer.id}/contacts`, contact)).body)).toEqual(CONTACT.toSorted());
    expect(keysOf((await desk.post("/attachments", { name: "b", type: "text/plain", data: "" })).body)).toEqual(
      ATTACHMENT.toSorted(),
    );
    expect(keysOf((await desk.post("/inboxes", { name: "Sales" })).body)).toEqual(INBOX.toSorted());
    expect(keysOf((await desk.patch(`/labels/${label.id}`, { name: "Gold" })).body)).toEqual(LABEL.toSorted());
  });

  test("R1: absent values are null and absent arrays are empty", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket({ customer: {} });
    const absent = { user_id: null, snoozed_until: null, label_ids: [], reply_to: null, reply_cc: null, summary: null };
    expect(ticket).toMatchObject(absent);
    const customer = (await desk.get(`/customers/${ticket.customer_id}`)).body;
    expect(customer).toMatchObject({ first_name: null, last_name: null, summary: null, contacts: [] });
    const reply = { type: "reply", direction: "in", from: "ruby@example.com", body: "x" };
    const message = (await desk.post(`/tickets/${ticket.id}/messages`, reply)).body;
    expect(message).toMatchObject({ user_id: null, to: null, more_body: null, attachments: [] });
    const { body } = await desk.get(`/tickets/${ticket.id}?embed=user,labels,messages`);
    expect(body).toMatchObject({ user: null, labels: [] });
  });

  test("R1: what the document does not name appears only when fields names it", async () => {
    const desk = await openDesk();
    const { path, outbound, customer, label, file } = await furnish(desk);
    const extras: [string, string[]][] = [
      [path, ["version"]],
      [`${path}/messages/${outbound.id}`, ["version", "ticket_id", "cc", "delivery_state"]],
      [`/customers/${customer.id}`, ["version", "created_at", "updated_at"]],
      [`/users/${desk.user.id}`, ["version", "role", "created_at"]],
      [`/labels/${label.id}`, ["version", "created_at"]],
      [`/inboxes/${desk.inbox.id}`, ["version", "address", "created_at"]],
      [`/attachments/${file.id}`, ["inline", "content_id", "message_id", "created_at"]],
    ];
    for (const [single, names] of extras) {
      const plain = (await desk.get(single)).body;
      for (const name of names) expect(plain).not.toHaveProperty(name);
      expect(keysOf((await desk.get(`${single}?fields=id,${names.join(",")}`)).body)).toEqual(
        ["id", ...names].toSorted(),
      );
    }
  });

  test("R1: nothing of a row beyond its fields can be asked for", async () => {
    const desk = await openDesk();
    const { singles } = await furnish(desk);
    const columns =
      "account_id,password_hash,email_key,value_key,name_key,address_key,hash,position,mail_id,summary_type";
    for (const [path] of singles) expect((await desk.get(`${path}?fields=${columns}`)).body).toEqual({});
  });

  test("R1: times are UTC to the second and ids are 24 lower-case hex digits", async () => {
    const desk = await openDesk();
    const { path, singles } = await furnish(desk);
    for (const [single] of singles) expect((await desk.get(single)).body.id).toMatch(ID);
    await desk.post(`${path}/snooze`, { snoozed_until: "2999-01-01T00:00:00.750+02:00" });
    const { body } = await desk.get(`${path}?embed=messages`);
    expect(body.snoozed_until).toBe("2998-12-31T22:00:00Z");
    for (const time of [body.created_at, body.updated_at, body.messages[0].created_at]) expect(time).toMatch(TIME);
    for (const id of [body.customer_id, body.inbox_id, ...body.label_ids]) expect(id).toMatch(ID);
    expect(body.number).toBe(1);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("R2", () => {
  test("R2: fields narrows every single resource to what it names", async () => {
    const desk = await openDesk();
    const { singles } = await furnish(desk);
    for (const [path, keys] of singles) {
      const two = [keys.at(-1) ?? "", "id"];
      const whole = (await desk.get(path)).body;
      const narrowed = (await desk.get(`${path}?fields=${two.join(",")}`)).body;
      expect(narrowed).toEqual(Object.fromEntries(two.map((key) => [key, whole[key]])));
    }
  });

  test("R2: fields narrows every item of every collection", async () => {
    const desk = await openDesk();
    const { collections, path } = await furnish(desk);
    for (const [collection, keys] of collections) {
      const two = ["id", keys[1] ?? ""];
      for (const item of (await desk.get(`${collection}?fields=${two.join(",")}`)).body) {
        expect(keysOf(item)).toEqual(two.toSorted());
      }
    }
    for (const message of (await desk.get(`${path}/messages?fields=id,body`)).body) {
      expect(keysOf(message)).toEqual(["body", "id"]);
    }
  });

  test("R2: fields narrows what POST and PATCH answer", async () => {
    const desk = await openDesk();
    const { path, customer, label } = await furnish(desk);
    const posts: [string, object, string][] = [
      ["/tickets", { type: "email", subject: "x", customer: {} }, "number"],
      [`${path}/messages`, { type: "note", user_id: desk.user.id, body: "x" }, "body"],
      ["/customers", {}, "summary"],
      [`/customers/${customer.id}/contacts`, { type: "twitter", value: "@one" }, "value"],
      [`/customers/${customer.id}`, { type: "twitter", value: "@two" }, "value"],
      ["/attachments", { name: "b", type: "text/plain", data: "" }, "size"],
      ["/inboxes", { name: "Sales" }, "name"],
      ["/labels", { name: "Refund" }, "color"],
      [`${path}/snooze`, { snoozed_until: "2999-01-01T00:00:00Z" }, "snoozed_until"],
    ];
    for (const [post, body, field] of posts) {
      expect(keysOf((await desk.post(`${post}?fields=${field}`, body)).body)).toEqual([field]);
    }
    const patches: [string, object, string][] = [
      [path, { state: "closed" }, "state"],
      [`/customers/${customer.id}`, { summary: "x" }, "summary"],
      [`/labels/${label.id}`, { name: "Gold" }, "name"],
      [`/inboxes/${desk.inbox.id}`, { name: "Help" }, "name"],
    ];
    for (const [patch, body, field] of patches) {
      expect(keysOf((await desk.patch(`${patch}?fields=${field}`, body)).body)).toEqual([field]);
    }
    expect(keysOf((await desk.ask("DELETE", `${path}/snooze?fields=state`)).body)).toEqual(["state"]);
  });

  test("R2: fields is top level, and what stands inside stays whole", async () => {
    const desk = await openDesk();
    const { path } = await furnish(desk);
    const { body } = await desk.get(`${path}?embed=customer&fields=customer,customer.id`);
    expect(keysOf(body)).toEqual(["customer"]);
    expect(keysOf(body.customer)).toEqual(CUSTOMER.toSorted());
  });

  test("R2: unknown names are ignored, blanks and repeats too, and none at all means all", async () => {
    const desk = await openDesk();
    const { path } = await furnish(desk);
    expect(keysOf((await desk.get(`${path}?fields=nonsense,id,,%20state%20,id`)).body)).toEqual(["id", "state"]);
    for (const empty of ["fields=", "fields", "fields=,", "fields=,,"]) {
      expect(keysOf((await desk.get(`${path}?${empty}`)).body)).toEqual(TICKET.toSorted());
    }
    expect(keysOf((await desk.get(`${path}?fields=id&fields=state`)).body)).toEqual(["id", "state"]);
  });

  test("R2: an embed shows only if fields names it too, by any of its names", async () => {
    const desk = await openDesk();
    const { path } = await furnish(desk);
    const names = { user: "users", inbox: "inboxes", customer: "customers", labels: "label", messages: "message" };
    for (const [documented, other] of Object.entries(names)) {
      for (const asked of [documented, other]) {
        for (const named of [documented, other]) {
          expect(keysOf((await desk.get(`${path}?embed=${asked}&fields=id,${named}`)).body)).toEqual(
            ["id", documented].toSorted(),
          );
          const [listed] = (await desk.get(`/tickets?embed=${asked}&fields=id,${named}`)).body;
          expect(keysOf(listed)).toEqual(["id", documented].toSorted());
        }
      }
      expect(keysOf((await desk.get(`${path}?embed=${documented}&fields=id`)).body)).toEqual(["id"]);
      expect(keysOf((await desk.get(`${path}?fields=id,${documented}`)).body)).toEqual(["id"]);
    }
  });

  test("R2: fields never narrows an error", async () => {
    const desk = await openDesk();
    const missing = await desk.get("/tickets/000000000000000000000000?fields=id");
    expect(missing.body).toEqual({ message: "Not Found" });
    const invalid = await desk.post("/tickets?fields=id", {});
    expect(keysOf(invalid.body)).toEqual(["errors", "message"]);
    const malformed = await desk.get("/tickets?fields=id&page=0");
    expect(keysOf(malformed.body)).toEqual(["message"]);
  });

  test("R2: fields never narrows the shell of the envelope", async () => {
    const desk = await openDesk();
    const { path } = await furnish(desk);
    const { body } = await desk.get(`${path}?fields=id&envelope=true`);
    expect(keysOf(body)).toEqual(["headers", "response", "status"]);
    expect(keysOf(body.response)).toEqual(["id"]);
    const refused = (await desk.get("/tickets/0?fields=status&envelope=true")).body;
    expect(keysOf(refused)).toEqual(["headers", "response", "status"]);
    expect(refused.response).toEqual({ message: "Not Found" });
  });
});
