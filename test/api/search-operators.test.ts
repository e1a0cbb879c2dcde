import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { DAY, setClock } from "../../src/domain/time.ts";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let mary: SignedIn;
const ids: Record<string, string> = {};
const now = Date.parse("2026-03-05T12:00:00Z");

async function found(q: string, who: Pick<TestDesk, "get"> = mary, more = ""): Promise<string[]> {
  const got = await who.get(`/tickets?count=true&per_page=100&q=${encodeURIComponent(q)}${more}`);
  expect(got.status, got.text).toBe(200);
  expect(Number(got.headers["total-count"]), "the count is of the same").toBe(got.body.length);
  return got.body.map(({ subject }: { subject: string }) => subject).toSorted();
}

async function ticket(subject: string, at: number, more: object = {}): Promise<string> {
  setClock(() => at);
  const { id } = await desk.ticket({ subject, ...more });
  ids[subject] = id;
  return id;
}

const inbound = (from: string, body: string, more: object = {}): object => ({
  type: "reply",
  direction: "in",
  from,
  body,
  ...more,
});

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  setClock(() => now - 30 * DAY);
  desk = await openDesk();
  const { db } = desk.server.storage;
  await db.transact(async (tx) => {
    await createUser(
      tx,
      desk.account.id,
      { first_name: "Ben", last_name: "Obi", email: "ben@desk.example" },
      new Faults(),
    );
  });
  const ben = (await desk.get("/users")).body.find(({ first_name }: { first_name: string }) => first_name === "Ben").id;
  const sales = (await desk.post("/inboxes", { name: "Sales Team", address: "sales@desk.example" })).body.id;
  const urgent = (await desk.post("/labels", { name: "Urgent" })).body.id;
  const reply = (await desk.post("/labels", { name: "Needs reply" })).body.id;
  const file = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "" })).body.id;
  await ticket("Refund please", now - 10 * DAY, {
    messages: [inbound("Rubý Miller <ruby@x.example>", "The refund policy is odd")],
  });
  await ticket("Policy question", now - 3 * DAY, {
    inbox_id: sales,
    user_id: ben,
    messages: [inbound("tom@y.example", "Is there a policy on refund of Ruby?", { attachment_ids: [file] })],
  });
  await ticket("Straße gesperrt", now - 1 * DAY, {
    user_id: desk.user.id,
    messages: [{ type: "note", user_id: ben, body: "refund" }],
  });
  await ticket("Outbound", now, {
    messages: [{ type: "reply", direction: "out", to: "Tom <tom@y.example>", user_id: desk.user.id, body: "hi" }],
  });
  setClock(() => now);
  await desk.patch(`/tickets/${ids["Refund please"]}`, { label_ids: [urgent, reply] });
  await desk.patch(`/tickets/${ids["Policy question"]}`, { label_ids: [urgent], state: "closed" });
  await desk.patch(`/tickets/${ids["Outbound"]}`, { state: "hold", trash: true });
  mary = await desk.signIn({ user: desk.user });
});
// Sessions end, so all of it happens at the time of the tickets.
beforeEach(() => setClock(() => now));
afterEach(() => setClock());

describe.skipIf(ENGINE_MISSING !== null)("the operators of a search", () => {
  const ALL = ["Outbound", "Policy question", "Refund please", "Straße gesperrt"];

  test.each([
    ["refund", ["Policy question", "Refund please", "Straße gesperrt"]],
    ['"refund policy"', ["Refund please"]],
    ['"the refund pol*"', ["Refund please"]],
    ["refund -policy", ["Straße gesperrt"]],
    ['refund -"refund policy"', ["Policy question", "Straße gesperrt"]],
    ["-refund", ["Outbound"]],
    ["from:ruby", ["Refund please"]],
    ["from:RUBÝ", ["Refund please"]],
    ["from:ruby@x.example", ["Refund please"]],
    ["from:y.example", ["Policy question"]],
    ["from:ben", ["Straße gesperrt"]],
    ["-from:ruby", ["Outbound", "Policy question", "Straße gesperrt"]],
    ["to:tom", ["Outbound"]],
    ["to:tom@y.example", ["Outbound"]],
    ["subject:policy", ["Policy question"]],
    ['subject:"refund please"', ["Refund please"]],
    ["subject:strasse", []],
    ["subject:straße", ["Straße gesperrt"]],
    ["label:urgent", ["Policy question", "Refund please"]],
    ['label:urgent label:"NEEDS reply"', ["Refund please"]],
    ['label:urgent -label:"needs reply"', ["Policy question"]],
    ["label:nothing", []],
    ["-label:nothing", ALL],
    ['inbox:"sales team"', ["Policy question"]],
    ["inbox:sales@desk.example", ["Policy question"]],
    ["assignee:ben", ["Policy question"]],
    ['assignee:"Ben Obi"', ["Policy question"]],
    ["assignee:ben assignee:me", ["Policy question", "Straße gesperrt"]],
    ["assignee:none", ["Outbound", "Refund please"]],
    ["-assignee:none", ["Policy question", "Straße gesperrt"]],
    ["-assignee:ben", ["Outbound", "Refund please", "Straße gesperrt"]],
    ["is:open", ["Refund please", "Straße gesperrt"]],
    ["is:closed is:hold", ["Outbound", "Policy question"]],
    ["is:unassigned is:open", ["Refund please"]],
    ["is:mine", ["Straße gesperrt"]],
    ["is:trash", ["Outbound"]],
    ["is:spam", []],
    ["is:constructor", []],
    ["has:attachment", ["Policy question"]],
    ["has:wings", []],
    ["before:7d", ["Refund please"]],
    ["after:7d", ["Outbound", "Policy question", "Straße gesperrt"]],
    ["after:yesterday before:today", ["Straße gesperrt"]],
    ["after:2026-03-02 before:2026-03-03", ["Policy question"]],
    ["before:whenever", []],
    ["policy is:closed has:attachment label:urgent inbox:sales@desk.example", ["Policy question"]],
    ["robot:7", []],
    ["from:* to:!! subject:?", []],
  ])("%j finds %j", async (q, subjects) => {
    expect(await found(q)).toEqual(subjects);
  });

  test("names may be ids, and somebody else's names are nobody's", async () => {
    const [label] = (await desk.get("/labels")).body.filter(({ name }: { name: string }) => name === "Urgent");
    expect(await found(`label:${label.id}`)).toHaveLength(2);
    const stranger = await openDesk();
    expect(await found(`label:${label.id}`, stranger)).toEqual([]);
    expect(await found("", mary, "&state=closed")).toEqual(["Policy question"]);
    expect(await found("label:urgent", mary, "&state=open")).toEqual(["Refund please"]);
  });

  test("is:mine and assignee:me are nobody's for a token; what one may not see is not found", async () => {
    expect(await found("is:mine", desk)).toEqual([]);
    expect(await found("assignee:me", desk)).toEqual([]);
    const restricted = await desk.signIn({ inboxIds: [desk.inbox.id] });
    expect(await found("label:urgent", restricted)).toEqual(["Refund please"]);
    expect(await found("-label:nothing", restricted)).toEqual(["Outbound", "Refund please", "Straße gesperrt"]);
  });

  test("more than 32 words are refused; operators are words of customers", async () => {
    expect((await mary.get(`/tickets?q=${"is:open%20".repeat(33)}`)).status).toBe(400);
    expect((await mary.get(`/tickets?q=${encodeURIComponent(`"${"a ".repeat(33)}"`)}`)).status).toBe(400);
    await desk.post("/customers", { first_name: "Label Urgent" });
    expect((await mary.get("/customers?q=label:urgent")).body).toHaveLength(1);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("search hits", () => {
  const hits = async (path: string, who: Pick<TestDesk, "get"> = mary): Promise<unknown[]> => {
    const got = await who.get(path);
    expect(got.status, got.text).toBe(200);
    return got.body.map((hit: { text: string; marks: [number, number][]; field: string }) => [
      hit.field,
      hit.marks.map(([from, to]) => hit.text.slice(from, to)),
    ]);
  };

  test("say where in a ticket the words are", async () => {
    const path = `/tickets/${ids["Refund please"]}/search-hits`;
    expect(await hits(`${path}?q=refund`)).toEqual([
      ["subject", ["Refund"]],
      ["body", ["refund"]],
    ]);
    expect(await hits(`${path}?q=miller`)).toEqual([["from", ["Miller"]]]);
    expect(await hits(`${path}?q=please%20is:open`)).toEqual([["subject", ["please"]]]);
    expect(await hits(`${path}?q=subject:please`)).toEqual([["subject", ["please"]]]);
    for (const q of ["zebra", "is:open", "", "-refund", "%00"]) expect(await hits(`${path}?q=${q}`)).toEqual([]);
  });

  test("of several tickets in the order asked, without those one may not see", async () => {
    const both = [ids["Straße gesperrt"], ids["Policy question"], "x"].join(",");
    const got = await mary.get(`/search-hits?q=refund&ticket_ids=${both}`);
    expect(got.body.map(({ ticket_id }: { ticket_id: string }) => ticket_id)).toEqual([
      ids["Straße gesperrt"],
      ids["Policy question"],
    ]);
    const restricted = await desk.signIn({ inboxIds: [desk.inbox.id] });
    expect(await hits(`/search-hits?q=refund&ticket_ids=${both}`, restricted)).toEqual([["body", ["refund"]]]);
    expect((await restricted.get(`/tickets/${ids["Policy question"]}/search-hits?q=refund`)).status).toBe(404);
    expect((await mary.get("/search-hits?q=refund")).body).toEqual([]);
  });
});
