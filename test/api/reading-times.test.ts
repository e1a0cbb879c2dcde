import { afterEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

afterEach(() => setClock());

const NOON = Date.UTC(2026, 2, 1, 12, 0, 0);

/** Three tickets, a second apart around noon; their customers too. Returns the tickets' ids, oldest first. */
async function aroundNoon(desk: TestDesk): Promise<string[]> {
  const ids: string[] = [];
  for (const offset of [-1000, 0, 1000]) {
    setClock(() => NOON + offset);
    ids.push((await desk.ticket()).id);
  }
  setClock();
  return ids;
}

async function found(desk: TestDesk, query: string): Promise<string[]> {
  const got = await desk.get(`/tickets?sort=created_at&${query}`);
  expect([query, got.status]).toEqual([query, 200]);
  return got.body.map(({ id }: { id: string }) => id);
}

describe.skipIf(ENGINE_MISSING !== null)("R8", () => {
  test("R8: since_created_at and since_updated_at are inclusive", async () => {
    const desk = await openDesk();
    const [before = "", at = "", after = ""] = await aroundNoon(desk);
    expect(await found(desk, "since_created_at=2026-03-01T11:59:59Z")).toEqual([before, at, after]);
    expect(await found(desk, "since_created_at=2026-03-01T12:00:00Z")).toEqual([at, after]);
    expect(await found(desk, "since_created_at=2026-03-01T12:00:02Z")).toEqual([]);
    setClock(() => NOON + 60_000);
    await desk.patch(`/tickets/${before}`, { state: "closed" });
    expect(await found(desk, "since_updated_at=2026-03-01T12:01:00Z")).toEqual([before]);
    expect(await found(desk, "since_updated_at=2026-03-01T12:00:01Z")).toEqual([before, after]);
    expect(await found(desk, "since_updated_at=2026-03-01T12:01:01Z")).toEqual([]);
  });

  test("R8: a time as it is shown finds what it was shown on", async () => {
    const desk = await openDesk();
    setClock(() => NOON + 999);
    const ticket = await desk.ticket();
    expect(await found(desk, `since_created_at=${ticket.created_at}`)).toEqual([ticket.id]);
    expect(await found(desk, `since_updated_at=${ticket.updated_at}`)).toEqual([ticket.id]);
    expect((await desk.get(`/customers?since_created_at=${ticket.created_at}`)).body).toHaveLength(1);
  });

  test("R8: customers take since_created_at, inclusive", async () => {
    const desk = await openDesk();
    await aroundNoon(desk);
    const since = async (time: string): Promise<number> =>
      (await desk.get(`/customers?since_created_at=${time}`)).body.length;
    expect(await since("2026-03-01T11:59:59Z")).toBe(3);
    expect(await since("2026-03-01T12:00:00Z")).toBe(2);
    expect(await since("2026-03-01T12:00:02Z")).toBe(0);
  });

  test("R8: every spelling of ISO 8601 is read; without a zone it is UTC", async () => {
    const desk = await openDesk();
    const [, at, after] = await aroundNoon(desk);
    const spellings = [
      "2026-03-01T12:00:00Z",
      "2026-03-01t12:00:00z",
      "2026-03-01T12:00:00",
      "2026-03-01T12:00",
      "2026-03-01T12:00Z",
      "2026-03-01%2012:00:00",
      "2026-03-01%2012:00",
      "2026-03-01+12:00",
      "2026-03-01T12:00:00.000Z",
      "2026-03-01T12:00:00.000000Z",
      "2026-03-01T12:00:00,000Z",
      "2026-03-01T11:59:59.500",
      "2026-03-01T12:00:00-00:00",
      "2026-03-01T07:00:00-05:00",
      "2026-03-01T07:00:00-0500",
      "2026-03-01T07:00:00-05",
      "2026-03-01T17:30:00%2B05:30",
      "2026-03-01T17:30:00.000%2B0530",
    ];
    for (const spelling of spellings) {
      expect([spelling, await found(desk, `since_created_at=${spelling}`)]).toEqual([spelling, [at, after]]);
    }
    expect(await found(desk, "since_created_at=2026-03-01")).toHaveLength(3);
    expect(await found(desk, "since_created_at=2026-03-02")).toEqual([]);
  });

  test("R8: a fraction counts", async () => {
    const desk = await openDesk();
    const [, , after] = await aroundNoon(desk);
    expect(await found(desk, "since_created_at=2026-03-01T12:00:00.001Z")).toEqual([after]);
    expect(await found(desk, "since_created_at=2026-03-01T12:00:00.5Z")).toEqual([after]);
    expect(await found(desk, "since_created_at=2026-03-01T12:00:01.001Z")).toEqual([]);
  });

  test("R8: a + that arrived as a space is read as +", async () => {
    const desk = await openDesk();
    const [, at, after] = await aroundNoon(desk);
    for (const spelling of [
      "2026-03-01T14:00:00+02:00",
      "2026-03-01T14:00:00%2002:00",
      "2026-03-01T14:00+0200",
      "2026-03-01T14:00:00+02",
    ]) {
      expect([spelling, await found(desk, `since_created_at=${spelling}`)]).toEqual([spelling, [at, after]]);
      expect([spelling, await found(desk, `since_updated_at=${spelling}`)]).toEqual([spelling, [at, after]]);
    }
    expect((await desk.get("/customers?since_created_at=2026-03-01T14:00:00+02:00")).body).toHaveLength(2);
  });

  test("R8: a + that arrived as a space is read as + in contacts.value too", async () => {
    const desk = await openDesk();
    const contacts = [
      { type: "email", value: "ruby+shop@example.com" },
      { type: "phone", value: "+1 415 555 2671" },
    ];
    const customer = (await desk.post("/customers", { contacts })).body;
    for (const value of [
      "ruby+shop@example.com",
      "ruby%2Bshop@example.com",
      "ruby%20shop@example.com",
      "+14155552671",
      "%2B14155552671",
      "%2B1%20415%20555%202671",
    ]) {
      const { body } = await desk.get(`/customers?contacts.value=${value}`);
      expect([value, body]).toEqual([value, [customer]]);
    }
    expect((await desk.get("/customers?contacts.type=phone&contacts.value=+14155552671")).body).toEqual([customer]);
    expect((await desk.get("/customers?contacts.value=rubyshop@example.com")).body).toEqual([]);
  });

  test("R8: an unreadable time is 400 and says what is allowed", async () => {
    const desk = await openDesk();
    const unreadable = [
      "yesterday",
      "1677672000",
      "2026-02-30T00:00:00Z",
      "2026-13-01",
      "2026-03-01T24:00:00Z",
      "2026-03-01T25:00:00Z",
      "2026-03-01T12:60:00Z",
      "2026-03-01T12:00:00X",
      "2026-03-01T12:00:00%2B99:00",
      "01/03/2026",
      "2026-3-1",
      "%00",
    ];
    for (const parameter of ["since_created_at", "since_updated_at"]) {
      for (const time of unreadable) {
        const got = await desk.get(`/tickets?${parameter}=${time}`);
        expect([time, got.status]).toEqual([time, 400]);
        expect(got.body.message).toBe(`${parameter} must be a time in ISO 8601, such as 2023-08-02T13:41:10Z`);
      }
    }
    expect((await desk.get("/customers?since_created_at=yesterday")).status).toBe(400);
    expect((await desk.get("/tickets?since_created_at=&since_updated_at=")).status).toBe(200);
  });
});
