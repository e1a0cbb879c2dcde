import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY, HOUR, formatTime, setClock } from "../../src/domain/time.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
let ticket: { id: string };
const start = Math.floor(Date.now() / 1000) * 1000;

beforeEach(async () => {
  setClock(() => start);
  if (ENGINE_MISSING !== null) return;
  desk = await openDesk();
  ticket = await desk.ticket();
});
afterEach(() => setClock());

const snooze = async (snoozed_until: unknown): Promise<Got> =>
  await desk.post(`/tickets/${ticket.id}/snooze`, { snoozed_until });
const read = async (): Promise<Got["body"]> => (await desk.get(`/tickets/${ticket.id}`)).body;

/** Sets the clock and runs every timer that is due then. */
async function passTo(at: number): Promise<void> {
  setClock(() => at);
  const { storage } = desk.server;
  while ((await runDueJobs(storage.db, tasksOf(storage))) > 0);
}

describe.skipIf(ENGINE_MISSING !== null)("B1: snoozes", () => {
  test("B1: a ticket is snoozed until a time, and opens by itself then and not before", async () => {
    const until = formatTime(start + DAY);
    const got = await snooze(until);
    expect(got.status).toBe(200);
    expect(got.body).toMatchObject({ id: ticket.id, state: "snoozed", snoozed_until: until });
    expect(await read()).toEqual(got.body);
    expect((await desk.get("/tickets?state=snoozed")).body).toHaveLength(1);

    await passTo(start + DAY - 1000);
    expect((await read()).state).toBe("snoozed");
    await passTo(start + DAY);
    expect(await read()).toMatchObject({ state: "open", snoozed_until: null, updated_at: until });
    expect((await desk.get("/tickets?state=snoozed")).body).toEqual([]);
  });

  test("B1: snoozed again it wakes at the new time only", async () => {
    await snooze(formatTime(start + DAY));
    await snooze(formatTime(start + 2 * DAY));
    await passTo(start + DAY);
    expect(await read()).toMatchObject({ state: "snoozed", snoozed_until: formatTime(start + 2 * DAY) });
    await passTo(start + 2 * DAY);
    expect((await read()).state).toBe("open");

    setClock(() => start);
    await snooze(formatTime(start + 4 * DAY));
    await snooze(formatTime(start + 3 * DAY));
    await passTo(start + 3 * DAY);
    expect((await read()).state, "also when the new time is the earlier one").toBe("open");
  });

  test("B1: DELETE opens it now, its timer then does nothing, and on an open ticket it changes nothing", async () => {
    await snooze(formatTime(start + DAY));
    const got = await desk.ask("DELETE", `/tickets/${ticket.id}/snooze`);
    expect(got.status).toBe(200);
    expect(got.body).toMatchObject({ id: ticket.id, state: "open", snoozed_until: null });
    await desk.patch(`/tickets/${ticket.id}`, { state: "closed" });
    const before = await read();
    await passTo(start + DAY);
    expect(await read()).toEqual(before);
    const again = await desk.ask("DELETE", `/tickets/${ticket.id}/snooze`);
    expect([again.status, again.body]).toEqual([200, before]);
  });

  test("B1: a state that was set, or a customer's reply, ends the snooze, and its timer does nothing", async () => {
    await snooze(formatTime(start + DAY));
    await desk.patch(`/tickets/${ticket.id}`, { state: "hold" });
    expect(await read()).toMatchObject({ state: "hold", snoozed_until: null });
    await passTo(start + DAY);
    expect((await read()).state).toBe("hold");

    await snooze(formatTime(start + 2 * DAY));
    await desk.post(`/tickets/${ticket.id}/messages`, {
      type: "reply",
      direction: "in",
      from: "a@b.example",
      body: "x",
    });
    expect(await read()).toMatchObject({ state: "open", snoozed_until: null });
  });

  test("B1: a timer that runs late still wakes, once", async () => {
    await snooze(formatTime(start + HOUR));
    await passTo(start + 3 * DAY);
    const woken = (await desk.get(`/tickets/${ticket.id}?fields=state,version`)).body;
    expect(woken.state).toBe("open");
    await passTo(start + 4 * DAY);
    expect((await desk.get(`/tickets/${ticket.id}?fields=state,version`)).body).toEqual(woken);
  });

  test("B1: a time is taken in every spelling of ISO 8601", async () => {
    const shown = formatTime(start + DAY);
    const offset = new Date(start + DAY + 2 * HOUR).toISOString().replace("Z", "+02:00");
    for (const spelling of [shown.replace("Z", ""), offset, shown.replace("Z", ".500Z")]) {
      expect((await snooze(spelling)).body.snoozed_until, spelling).toBe(shown);
    }
  });

  test.each([
    undefined,
    null,
    "",
    "tomorrow",
    5,
    formatTime(start),
    formatTime(start - 1000),
    "2023-02-30T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
  ])("B1: anything but a time to come is 422: %j", async (until) => {
    const got = await snooze(until);
    expect(got.status).toBe(422);
    expect(got.body.errors[0].message).toMatch(/^snoozed_until (must be|is required)/);
    expect((await read()).state).toBe("open");
  });

  test("B1: the last moment that can be shown is taken", async () => {
    expect((await snooze("9999-12-31T23:59:59Z")).body.snoozed_until).toBe("9999-12-31T23:59:59Z");
  });

  test("B1: an unknown ticket is 404", async () => {
    for (const id of ["0".repeat(24), "nonsense"]) {
      const body = { snoozed_until: formatTime(start + DAY) };
      expect((await desk.post(`/tickets/${id}/snooze`, body)).status).toBe(404);
      expect((await desk.ask("DELETE", `/tickets/${id}/snooze`)).status).toBe(404);
    }
  });

  test("K4: snoozing and waking move the version by one each, and the same snooze again by none", async () => {
    const version = async (): Promise<number> => (await desk.get(`/tickets/${ticket.id}?fields=version`)).body.version;
    const before = await version();
    await snooze(formatTime(start + DAY));
    expect(await version()).toBe(before + 1);
    await snooze(formatTime(start + DAY));
    expect(await version()).toBe(before + 1);
    await passTo(start + DAY);
    expect(await version()).toBe(before + 2);
  });
});
