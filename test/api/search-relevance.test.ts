import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DAY, setClock } from "../../src/domain/time.ts";
import { type SignedIn, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const now = Date.parse("2026-03-05T12:00:00Z");

let desk: TestDesk;
let sales: string;
let restricted: SignedIn;
const ids = new Map<string, string>();

async function ticket(subject: string, daysAgo: number, bodies: readonly string[], more: object = {}): Promise<void> {
  setClock(() => now - daysAgo * DAY);
  const messages = bodies.map((body) => ({ type: "note", user_id: desk.user.id, body }));
  const { id } = await desk.ticket({ subject, messages, ...more });
  ids.set(subject, id);
}

async function ranked(q: string, more = "", who: Pick<TestDesk, "get"> = desk): Promise<string[]> {
  const got = await who.get(`/tickets?sort=relevance&q=${encodeURIComponent(q)}${more}`);
  expect(got.status, got.text).toBe(200);
  return got.body.map(({ subject }: { subject: string }) => subject);
}

beforeAll(async () => {
  if (ENGINE_MISSING !== null) return;
  setClock(() => now - 30 * DAY);
  desk = await openDesk();
  sales = (await desk.post("/inboxes", { name: "Sales", address: "sales@desk.example" })).body.id;
  const far = "The refund is not here, and nobody at all has told me anything about where it is, nor the parcel";
  await ticket("Refund of a parcel", 20, ["Good morning"]);
  await ticket("Side by side", 9, ["Where is my parcel refund"], { inbox_id: sales });
  await ticket("Near", 8, ["A refund for the parcel"]);
  await ticket("Far, twice", 7, [far, far]);
  await ticket("Far, older", 6, [far]);
  await ticket("Far, newer", 5, [far], { inbox_id: sales });
  await ticket("Only one of them", 4, ["refund"]);
  await ticket("Begins so", 3, ["parcels"]);
  await ticket("Is so", 12, ["parcel"]);
  restricted = await desk.signIn({ inboxIds: [sales] });
});
beforeEach(() => setClock(() => now));
afterEach(() => setClock());

const ALL = ["Refund of a parcel", "Side by side", "Near", "Far, twice", "Far, newer", "Far, older"];

describe.skipIf(ENGINE_MISSING !== null)("B1: sort=relevance", () => {
  test("B1: words in the subject come first, then side by side, near, in many messages, and the newest of what is alike", async () => {
    expect(await ranked("parcel refund")).toEqual(ALL);
  });

  test("B1: without it a search stays in the order of a list, newest first (R7)", async () => {
    const got = await desk.get("/tickets?q=parcel%20refund");
    expect(got.body.map(({ subject }: { subject: string }) => subject)).toEqual(ALL.toSorted(newestFirst));
  });

  test("B1: very words come before beginnings of words", async () => {
    const found = await ranked("parcel*");
    expect(found.indexOf("Is so")).toBeLessThan(found.indexOf("Begins so"));
    expect(found).toHaveLength(ALL.length + 2);
  });

  test("R6: pages fit together, by number and behind a ticket, and the count is of all", async () => {
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(await ranked("parcel refund", `&per_page=2&page=${page}`));
    expect(pages).toEqual([ALL.slice(0, 2), ALL.slice(2, 4), ALL.slice(4), []]);
    expect(await ranked("parcel refund", `&after_id=${ids.get("Near")}`)).toEqual(ALL.slice(3));
    expect(await ranked("parcel refund", `&per_page=1&page=2&after_id=${ids.get("Near")}`)).toEqual([ALL[4]]);
    expect(await ranked("parcel refund", "&per_page=0")).toEqual([]);
    const { headers } = await desk.get("/tickets?sort=relevance&q=parcel%20refund&count=true&per_page=1");
    expect(headers["total-count"]).toBe(String(ALL.length));
  });

  test("R9: filters and operators hold, and nobody finds what they may not see", async () => {
    const ofSales = ["Side by side", "Far, newer"];
    expect(await ranked("parcel refund", `&inbox_id=${sales}`)).toEqual(ofSales);
    expect(await ranked("parcel refund inbox:sales")).toEqual(ofSales);
    expect(await ranked("parcel refund -nobody")).toEqual(ALL.slice(0, 3));
    expect(await ranked("parcel refund", `&id=${ids.get("Near")},${ids.get("Begins so")}`)).toEqual(["Near"]);
    expect(await ranked("parcel refund", "", restricted)).toEqual(ofSales);
    expect(await ranked("parcel refund", "", await openDesk())).toEqual([]);
    const customer = (await desk.get(`/tickets/${ids.get("Near")}`)).body.customer_id;
    const own = await desk.get(`/customers/${customer}/tickets?sort=relevance&q=parcel%20refund`);
    expect(own.body.map(({ subject }: { subject: string }) => subject)).toContain("Near");
  });

  test.each(["", "?q=", "?q=is:open", "?q=-refund", "?q=!!"])(
    "R10: %j has no words to be relevant to, which is 400",
    async (query) => {
      const got = await desk.get(`/tickets${query}${query === "" ? "?" : "&"}sort=relevance`);
      expect([got.status, got.body]).toEqual([400, { message: "sort can be relevance only with words in q" }]);
    },
  );

  test("T15: a NUL among the words matches nothing", async () => {
    expect(await ranked("parcel\u0000")).toEqual([]);
  });

  test.each(["parcel parcel", '"the parcel" refund', 'refund "for the par*"', "par* refund", "a".repeat(70)])(
    "B1: %j is ranked as any other words",
    async (q) => {
      const found = await desk.get(`/tickets?per_page=100&q=${encodeURIComponent(q)}`);
      const subjects = found.body.map(({ subject }: { subject: string }) => subject);
      expect((await ranked(q, "&per_page=100")).toSorted()).toEqual(subjects.toSorted());
    },
  );
});

/** By the days that the tickets were made on. */
function newestFirst(a: string, b: string): number {
  return (ids.get(b) ?? "").localeCompare(ids.get(a) ?? "");
}
