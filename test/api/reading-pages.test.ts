import { afterEach, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { setClock } from "../../src/domain/time.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

afterEach(() => setClock());

interface Listed {
  id: string;
  number: number;
  user_id: string | null;
  created_at: string;
  updated_at: string;
}

/** Twelve tickets: three moments of creation, two users and nobody, and updates that fall together again. */
async function tiedTickets(desk: TestDesk): Promise<Listed[]> {
  const { db } = desk.server.storage;
  const other = await db.transact(async (tx) => {
    const input = { first_name: "Ann", last_name: null, email: "ann@desk.example" };
    return await createUser(tx, desk.account.id, input, new Faults());
  });
  const users = [null, desk.user.id, other.id];
  const start = Date.UTC(2026, 0, 1);
  const made: { id: string }[] = [];
  for (let index = 0; index < 12; index += 1) {
    setClock(() => start + Math.floor(index / 4) * 1000);
    made.push(await desk.ticket({ user_id: users[index % 3] }));
  }
  for (const [index, { id }] of made.entries()) {
    if (index % 2 === 0) continue;
    setClock(() => start + 10_000 + (index % 3) * 1000);
    await desk.patch(`/tickets/${id}`, { subject: "Moved" });
  }
  return (await desk.get("/tickets?per_page=100")).body;
}

type Key = (a: Listed, b: Listed) => number;

const by =
  (pick: (ticket: Listed) => string): Key =>
  (a, b) =>
    pick(a) < pick(b) ? -1 : pick(a) > pick(b) ? 1 : 0;
const down =
  (key: Key): Key =>
  (a, b) =>
    key(b, a);
const id = by((ticket) => ticket.id);
const created = by((ticket) => ticket.created_at);
const updated = by((ticket) => ticket.updated_at);
const user = by((ticket) => ticket.user_id ?? "");

const SORTS: Record<string, Key[]> = {
  "": [down(created), down(id)],
  created_at: [created, id],
  "-created_at": [down(created), down(id)],
  updated_at: [updated, id],
  "-updated_at": [down(updated), down(id)],
  user_id: [user, id],
  "-user_id": [down(user), down(id)],
  "user_id,-updated_at": [user, down(updated), down(id)],
};

function sorted(tickets: readonly Listed[], keys: readonly Key[]): string[] {
  const compare: Key = (a, b) => keys.map((key) => key(a, b)).find((order) => order !== 0) ?? 0;
  return tickets.toSorted(compare).map((ticket) => ticket.id);
}

function idsOf(body: readonly Listed[]): string[] {
  return body.map((ticket) => ticket.id);
}

const PAGED = ["/tickets", "/customers"];

describe.skipIf(ENGINE_MISSING !== null)("R6", () => {
  test("R6: a page has 10 by default, and page counts from 1", async () => {
    const desk = await openDesk();
    const numbers: number[] = [];
    for (let index = 0; index < 12; index += 1) numbers.unshift((await desk.ticket()).number);
    const pages: Record<string, number[]> = {
      "": numbers.slice(0, 10),
      "page=1": numbers.slice(0, 10),
      "page=2": numbers.slice(10),
      "page=3": [],
      "per_page=5&page=2": numbers.slice(5, 10),
      "per_page=100": numbers,
      "per_page=1&page=12": numbers.slice(11),
      "per_page=0": [],
      "per_page=0&page=4": [],
      "page=&per_page=": numbers.slice(0, 10),
    };
    for (const [query, expected] of Object.entries(pages)) {
      const { body } = await desk.get(`/tickets?${query}`);
      expect([query, body.map((ticket: Listed) => ticket.number)]).toEqual([query, expected]);
      expect((await desk.get(`/customers?${query}`)).body).toHaveLength(expected.length);
    }
  });

  test("R6: per_page beyond 0 to 100 is 400 and says so", async () => {
    const desk = await openDesk();
    for (const path of PAGED) {
      for (const wrong of ["101", "-1", "1.5", "1e1", "ten", "0x10", "NaN", "10,20", "99999999999999999999"]) {
        const got = await desk.get(`${path}?per_page=${wrong}`);
        expect([wrong, got.status]).toEqual([wrong, 400]);
        expect(got.body).toEqual({ message: "per_page must be a whole number from 0 to 100" });
      }
    }
  });

  test("R6: page below 1 is 400 and says so", async () => {
    const desk = await openDesk();
    for (const path of PAGED) {
      for (const wrong of ["0", "-1", "1.0", "first", "2,3", "%2B1", "99999999999999999999"]) {
        const got = await desk.get(`${path}?page=${wrong}`);
        expect([wrong, got.status]).toEqual([wrong, 400]);
        expect(got.body).toEqual({ message: "page must be a whole number from 1" });
      }
    }
  });

  test("R6: page × per_page may reach 10,000, and beyond is 400 with a way out", async () => {
    const desk = await openDesk();
    for (const path of PAGED) {
      for (const last of ["page=1000", "page=100&per_page=100", "page=10000&per_page=1", "page=5000000&per_page=0"]) {
        expect([last, (await desk.get(`${path}?${last}`)).status]).toEqual([last, 200]);
      }
      for (const beyond of ["page=1001", "page=101&per_page=100", "page=10001&per_page=1", "page=999999999"]) {
        const got = await desk.get(`${path}?${beyond}`);
        expect([beyond, got.status]).toEqual([beyond, 400]);
        expect(got.body.message).toContain("10000");
        expect(got.body.message).toContain("since_created_at");
      }
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("R7", () => {
  test("R7: every sort of tickets holds, ties fall by id in the last key's direction", async () => {
    const desk = await openDesk();
    const tickets = await tiedTickets(desk);
    expect(new Set(tickets.map(({ created_at }) => created_at)).size).toBe(3);
    for (const [sort, keys] of Object.entries(SORTS)) {
      const { body } = await desk.get(`/tickets?per_page=100&sort=${sort}`);
      expect([sort, idsOf(body)]).toEqual([sort, sorted(tickets, keys)]);
    }
  });

  test("R7: pages of every sort never overlap and leave nothing out", async () => {
    const desk = await openDesk();
    const tickets = await tiedTickets(desk);
    for (const [sort, keys] of Object.entries(SORTS)) {
      for (const per_page of [1, 5]) {
        const seen: string[] = [];
        for (let page = 1; page <= Math.ceil(12 / per_page); page += 1) {
          seen.push(...idsOf((await desk.get(`/tickets?sort=${sort}&per_page=${per_page}&page=${page}`)).body));
        }
        expect([sort, seen]).toEqual([sort, sorted(tickets, keys)]);
      }
    }
  });

  test("R7: the unassigned come first ascending and last descending", async () => {
    const desk = await openDesk();
    await tiedTickets(desk);
    const assignees = async (sort: string): Promise<(string | null)[]> =>
      (await desk.get(`/tickets?per_page=100&sort=${sort}`)).body.map((ticket: Listed) => ticket.user_id);
    expect((await assignees("user_id")).slice(0, 4)).toEqual([null, null, null, null]);
    expect((await assignees("user_id,-updated_at")).slice(0, 4)).toEqual([null, null, null, null]);
    expect((await assignees("-user_id")).slice(-4)).toEqual([null, null, null, null]);
    expect((await assignees("-user_id")).slice(0, 8)).not.toContain(null);
  });

  test("R7: a customer's tickets sort as all do", async () => {
    const desk = await openDesk();
    const customer = (await desk.post("/customers", {})).body.id;
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) made.push((await desk.ticket({ customer_id: customer })).id);
    expect(idsOf((await desk.get(`/customers/${customer}/tickets?sort=created_at`)).body)).toEqual(made);
    expect(idsOf((await desk.get(`/customers/${customer}/tickets`)).body)).toEqual(made.toReversed());
  });

  test("R7: customers sort by creation, newest first unless asked otherwise", async () => {
    const desk = await openDesk();
    setClock(() => Date.UTC(2026, 0, 1));
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await desk.post("/customers", {})).body.id);
    for (const newest of ["", "?sort=", "?sort=-created_at"]) {
      expect(idsOf((await desk.get(`/customers${newest}`)).body)).toEqual(made.toReversed());
    }
    expect(idsOf((await desk.get("/customers?sort=created_at")).body)).toEqual(made);
    const pages: string[] = [];
    for (let page = 1; page <= 3; page += 1) {
      pages.push(...idsOf((await desk.get(`/customers?per_page=2&page=${page}`)).body));
    }
    expect(pages).toEqual(made.toReversed());
  });

  test("R7: another sort is 400 and names those there are", async () => {
    const desk = await openDesk();
    for (const wrong of [
      "number",
      "-number",
      "id",
      "-updated_at,user_id",
      "created_at,updated_at",
      "CREATED_AT",
      "--created_at",
    ]) {
      const got = await desk.get(`/tickets?sort=${wrong}`);
      expect([wrong, got.status]).toEqual([wrong, 400]);
      expect(got.body.message).toMatch(/^sort must be one of: /);
      for (const sort of Object.keys(SORTS)) expect(got.body.message).toContain(sort);
    }
    for (const wrong of ["updated_at", "first_name", "user_id", "created_at,-created_at"]) {
      const got = await desk.get(`/customers?sort=${wrong}`);
      expect([got.status, got.body.message]).toEqual([400, "sort must be one of: -created_at; created_at"]);
    }
  });

  test("R7: ids grow within a process, also within one millisecond and when the clock goes back", async () => {
    const desk = await openDesk();
    const start = Date.now() + 60_000;
    const ids: string[] = [];
    for (const at of [start, start, start, start - 5000, start + 1]) {
      setClock(() => at);
      ids.push((await desk.ticket()).id);
    }
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("R11", () => {
  test("R11: users, inboxes and labels return everything whatever page and per_page say", async () => {
    const desk = await openDesk();
    const { db } = desk.server.storage;
    for (let index = 0; index < 12; index += 1) {
      await desk.post("/labels", { name: `Label ${index}` });
      await desk.post("/inboxes", { name: `Inbox ${index}` });
      await db.transact(async (tx) => {
        const input = { first_name: "A", last_name: null, email: `a${index}@desk.example` };
        await createUser(tx, desk.account.id, input, new Faults());
      });
    }
    for (const [path, all] of Object.entries({ "/labels": 12, "/inboxes": 13, "/users": 13 })) {
      for (const paging of [
        "",
        "page=2&per_page=5",
        "per_page=0",
        "page=0",
        "per_page=nonsense",
        "page=999999&per_page=100",
      ]) {
        const got = await desk.get(`${path}?${paging}`);
        expect([`${path} ${paging}`, [got.status, got.body.length]]).toEqual([`${path} ${paging}`, [200, all]]);
      }
      const generated = await desk.get(`${path}?count=false&envelope=false&page=1&per_page=10&fields=&sort=`);
      expect([generated.status, generated.body.length]).toEqual([200, all]);
    }
  });

  test("R11: they come newest first, as every collection does", async () => {
    const desk = await openDesk();
    const made: string[] = [];
    for (const name of ["b", "a", "c"]) made.unshift((await desk.post("/labels", { name })).body.id);
    expect(idsOf((await desk.get("/labels")).body)).toEqual(made);
  });

  test("R11: a single user answers too", async () => {
    const desk = await openDesk();
    const got = await desk.get(`/users/${desk.user.id}`);
    expect(got.status).toBe(200);
    expect(got.body).toEqual({ id: desk.user.id, first_name: "Mary", last_name: "Jones", email: "mary@desk.example" });
    expect((await desk.get("/users/000000000000000000000000")).status).toBe(404);
  });
});
