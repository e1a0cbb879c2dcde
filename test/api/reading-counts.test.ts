import { describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

/** Seven tickets of one customer: five open, two closed, three of them assigned. */
async function fill(desk: TestDesk): Promise<string> {
  const customer = (await desk.post("/customers", { first_name: "Ruby" })).body.id;
  for (let index = 0; index < 7; index += 1) {
    const user_id = index % 2 === 1 ? desk.user.id : null;
    const note = { type: "note", user_id: desk.user.id, body: "x" };
    const { id } = await desk.ticket({ customer_id: customer, user_id, messages: [note] });
    if (index >= 5) await desk.patch(`/tickets/${id}`, { state: "closed" });
  }
  return customer;
}

describe.skipIf(ENGINE_MISSING !== null)("R4", () => {
  test("R4: every collection gives Total-Count when asked", async () => {
    const desk = await openDesk();
    const customer = await fill(desk);
    const ticket = (await desk.get("/tickets")).body[0];
    await desk.post("/labels", { name: "VIP" });
    const totals: Record<string, string> = {
      "/tickets": "7",
      [`/customers/${customer}/tickets`]: "7",
      [`/tickets/${ticket.id}/messages`]: "1",
      "/customers": "1",
      "/users": "1",
      "/labels": "1",
      "/inboxes": "1",
    };
    for (const [path, total] of Object.entries(totals)) {
      expect([path, (await desk.get(`${path}?count=true`)).headers["total-count"]]).toEqual([path, total]);
      expect((await desk.get(path)).headers).not.toHaveProperty("total-count");
    }
  });

  test("R4: the count is of all matches, whatever the page holds", async () => {
    const desk = await openDesk();
    await fill(desk);
    for (const [paging, rows] of Object.entries({
      "per_page=2": 2,
      "per_page=2&page=4": 1,
      "page=9": 0,
      "per_page=0": 0,
    })) {
      const got = await desk.get(`/tickets?count=true&${paging}`);
      expect(got.headers["total-count"]).toBe("7");
      expect(got.body).toHaveLength(rows);
    }
    expect((await desk.get("/customers?count=true&per_page=0")).headers["total-count"]).toBe("1");
    expect((await desk.get("/customers?per_page=0")).body).toEqual([]);
  });

  test("R4: the count is exact with filters", async () => {
    const desk = await openDesk();
    const customer = await fill(desk);
    const counts: Record<string, string> = {
      "state=open": "5",
      "state=closed": "2",
      "state=open,closed": "7",
      "state=hold": "0",
      "user_id=null": "4",
      [`user_id=${desk.user.id}`]: "3",
      [`user_id=${desk.user.id}&state=closed`]: "1",
      [`user_id=null,${desk.user.id}`]: "7",
      "id=nonsense": "0",
      "since_created_at=2999-01-01": "0",
      "q=x": "7",
    };
    for (const [filter, total] of Object.entries(counts)) {
      const got = await desk.get(`/tickets?count=true&per_page=0&${filter}`);
      expect([filter, got.headers["total-count"]]).toEqual([filter, total]);
      const own = await desk.get(`/customers/${customer}/tickets?count=true&per_page=0&${filter}`);
      expect([filter, own.headers["total-count"]]).toEqual([filter, total]);
      expect((await desk.get(`/tickets?${filter}`)).body).toHaveLength(Number(total));
    }
    await desk.post("/customers", { contacts: [{ type: "email", value: "ruby@example.com" }] });
    const found = await desk.get("/customers?count=true&contacts.value=ruby@example.com");
    expect(found.headers["total-count"]).toBe("1");
  });

  test("R4: only the word true turns count and envelope on", async () => {
    const desk = await openDesk();
    await fill(desk);
    for (const other of ["false", "1", "TRUE", "True", "yes", "", "true,true", "0", "null", "on"]) {
      const got = await desk.get(`/tickets?count=${other}&envelope=${other}`);
      expect([other, got.status]).toEqual([other, 200]);
      expect(got.headers).not.toHaveProperty("total-count");
      expect([other, Array.isArray(got.body)]).toEqual([other, true]);
    }
    expect((await desk.get("/tickets?count")).headers).not.toHaveProperty("total-count");
  });
});
