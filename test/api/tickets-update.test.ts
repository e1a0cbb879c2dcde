import { afterEach, describe, expect, test } from "vitest";
import { TICKET_STATES, type TicketState } from "../../src/domain/states.ts";
import { setClock } from "../../src/domain/time.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

afterEach(() => setClock());

const MOMENT = Date.UTC(2026, 4, 1);
const LATER = "2026-05-01T01:00:00Z";

/** A ticket made at `MOMENT`, on a clock that then stands an hour later. */
async function anHourAgo(desk: TestDesk, more: object = {}) {
  setClock(() => MOMENT);
  const ticket = await desk.ticket(more);
  setClock(() => MOMENT + 3_600_000);
  return ticket;
}

async function stamp(desk: TestDesk, id: string): Promise<{ version: number; updated_at: string }> {
  return (await desk.get(`/tickets/${id}?fields=version,updated_at`)).body;
}

async function setState(desk: TestDesk, id: string, state: TicketState): Promise<void> {
  await desk.server.storage.db.transact(async (tx) => {
    const set = { state, snoozed_until: state === "snoozed" ? Date.UTC(2999, 0, 1) : null };
    const tickets = tx.query.updateTable("tickets").set(set);
    await tickets.where("account_id", "=", desk.account.id).where("id", "=", id).execute();
  });
}

describe.skipIf(ENGINE_MISSING !== null)("K3", () => {
  test("K3: every documented field can be changed, alone and together", async () => {
    const desk = await openDesk();
    const inbox = (await desk.post("/inboxes", { name: "Sales" })).body.id;
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const { id } = await desk.ticket();
    const changes = {
      user_id: desk.user.id,
      inbox_id: inbox,
      state: "hold",
      label_ids: [label],
      spam: true,
      subject: "New",
    };
    for (const [field, value] of Object.entries(changes)) {
      const got = await desk.patch(`/tickets/${id}`, { [field]: value });
      expect([field, [got.status, got.body[field]]]).toEqual([field, [200, value]]);
      expect((await desk.get(`/tickets/${id}`)).body).toEqual(got.body);
    }
    const other = await desk.ticket();
    expect((await desk.patch(`/tickets/${other.id}`, changes)).body).toMatchObject(changes);
    const back = { user_id: null, label_ids: [], spam: false, trash: true };
    expect((await desk.patch(`/tickets/${id}`, back)).body).toMatchObject({ ...changes, ...back });
  });

  test("K3: state takes open, hold and closed, from any state, and nothing else", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    for (const from of TICKET_STATES) {
      for (const to of ["open", "hold", "closed"]) {
        await setState(desk, id, from);
        const got = await desk.patch(`/tickets/${id}`, { state: to });
        expect([got.status, got.body.state, got.body.snoozed_until]).toEqual([200, to, null]);
      }
    }
    for (const wrong of ["snoozed", "archived", "OPEN", "", null, 1, "trash"]) {
      const got = await desk.patch(`/tickets/${id}`, { state: wrong });
      expect([got.status, got.body.errors]).toEqual([422, [{ message: "state must be one of: open, hold, closed" }]]);
    }
  });

  test("K3: a state change clears a snooze, and another change leaves it", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const until = "2999-01-01T00:00:00Z";
    expect((await desk.post(`/tickets/${id}/snooze`, { snoozed_until: until })).body).toMatchObject({
      state: "snoozed",
    });
    const kept = await desk.patch(`/tickets/${id}`, { subject: "Other", user_id: desk.user.id, snoozed_until: null });
    expect(kept.body).toMatchObject({ state: "snoozed", snoozed_until: until });
    expect((await desk.patch(`/tickets/${id}`, { state: "hold" })).body).toMatchObject({
      state: "hold",
      snoozed_until: null,
    });
  });

  test("K3: spam and trash are never both true: the resulting ticket counts", async () => {
    const desk = await openDesk();
    const both = /^spam and trash cannot both be true/;
    const start: [object, object, number][] = [
      [{}, { spam: true, trash: true }, 422],
      [{ spam: true }, { trash: true }, 422],
      [{ trash: true }, { spam: true }, 422],
      [{ spam: true }, { trash: true, spam: true }, 422],
      [{ spam: true }, { trash: true, spam: false }, 200],
      [{ trash: true }, { spam: true, trash: false }, 200],
      [{ spam: true }, { spam: true }, 200],
      [{ spam: true }, { trash: false }, 200],
      [{ trash: true }, { trash: false }, 200],
    ];
    for (const [before, change, status] of start) {
      const { id } = await desk.ticket();
      const ticket = (await desk.patch(`/tickets/${id}`, before)).body;
      const got = await desk.patch(`/tickets/${id}`, change);
      expect([JSON.stringify([before, change]), got.status]).toEqual([JSON.stringify([before, change]), status]);
      if (status === 422) expect(got.body.errors[0].message).toMatch(both);
      expect((await desk.get(`/tickets/${id}`)).body).toEqual(
        status === 422 ? ticket : { ...ticket, ...change, updated_at: got.body.updated_at },
      );
    }
  });

  test("K3: an unknown ticket is 404 whatever the body says", async () => {
    const desk = await openDesk();
    for (const body of [{}, { state: "nonsense" }, []]) {
      expect((await desk.patch("/tickets/000000000000000000000000", body)).status).toBe(404);
    }
  });
});

describe.skipIf(ENGINE_MISSING !== null)("K4", () => {
  test("K4: a change of any field of its own moves the version by one, and updated_at", async () => {
    const desk = await openDesk();
    const inbox = (await desk.post("/inboxes", { name: "Sales" })).body.id;
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const changes = [
      { user_id: desk.user.id },
      { inbox_id: inbox },
      { state: "closed" },
      { label_ids: [label] },
      { spam: true },
      { trash: true },
      { subject: "y" },
    ];
    for (const change of changes) {
      const { id } = await anHourAgo(desk);
      expect(await stamp(desk, id)).toEqual({ version: 1, updated_at: "2026-05-01T00:00:00Z" });
      const { body } = await desk.patch(`/tickets/${id}`, change);
      expect([body.updated_at, body.created_at]).toEqual([LATER, "2026-05-01T00:00:00Z"]);
      expect(await stamp(desk, id)).toEqual({ version: 2, updated_at: LATER });
    }
    const { id } = await anHourAgo(desk);
    await desk.patch(`/tickets/${id}`, { state: "closed", user_id: desk.user.id, subject: "y", label_ids: [label] });
    expect(await stamp(desk, id)).toEqual({ version: 2, updated_at: LATER });
  });

  test("K4: an empty or same-valued PATCH moves nothing", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const { id } = await anHourAgo(desk, { user_id: desk.user.id });
    setClock(() => MOMENT);
    const ticket = (await desk.patch(`/tickets/${id}`, { label_ids: [label] })).body;
    setClock(() => MOMENT + 3_600_000);
    const before = await stamp(desk, id);
    const { user_id, inbox_id, state, label_ids, spam, trash, subject } = ticket;
    const same = { user_id, inbox_id, state, label_ids, spam, trash, subject };
    for (const body of [{}, same, ticket, { state }, { label_ids: [label, label] }, { nonsense: 1 }]) {
      const got = await desk.patch(`/tickets/${id}`, body);
      expect([got.status, got.body]).toEqual([200, ticket]);
      expect(await stamp(desk, id)).toEqual(before);
    }
    expect((await desk.patch(`/tickets/${id}`)).status).toBe(200);
    expect(await stamp(desk, id)).toEqual(before);
  });

  test("K4: a message moves the version and updated_at, whoever wrote it", async () => {
    const desk = await openDesk();
    const messages = [
      { type: "note", user_id: desk.user.id, body: "x" },
      { type: "reply", direction: "in", from: "ruby@example.com", body: "x" },
      { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id },
    ];
    for (const message of messages) {
      const { id } = await anHourAgo(desk);
      await desk.post(`/tickets/${id}/messages`, message);
      expect(await stamp(desk, id)).toEqual({ version: 2, updated_at: LATER });
    }
  });

  test("K4: a label put on or taken off moves both, and once more or not there moves nothing", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const { id } = await anHourAgo(desk);
    const path = `/tickets/${id}/labels/${label}`;
    await desk.ask("PUT", path);
    expect(await stamp(desk, id)).toEqual({ version: 2, updated_at: LATER });
    await desk.ask("PUT", path);
    expect((await stamp(desk, id)).version).toBe(2);
    await desk.ask("DELETE", path);
    await desk.ask("DELETE", path);
    expect((await stamp(desk, id)).version).toBe(3);
  });

  test("K4: renaming or deleting a label moves nothing, though it comes off", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const other = (await desk.post("/labels", { name: "Other" })).body.id;
    const { id } = await anHourAgo(desk);
    setClock(() => MOMENT);
    await desk.patch(`/tickets/${id}`, { label_ids: [label, other] });
    setClock(() => MOMENT + 3_600_000);
    const before = await stamp(desk, id);
    await desk.patch(`/labels/${label}`, { name: "Gold", color: "red" });
    expect(await stamp(desk, id)).toEqual(before);
    expect((await desk.get(`/tickets/${id}?embed=labels`)).body.labels[0]).toMatchObject({
      name: "Gold",
      color: "red",
    });
    expect((await desk.ask("DELETE", `/labels/${label}`)).status).toBe(204);
    expect(await stamp(desk, id)).toEqual(before);
    const { body } = await desk.get(`/tickets/${id}?embed=labels`);
    expect([body.label_ids, body.labels.length]).toEqual([[other], 1]);
    expect((await desk.get(`/tickets?label_id=${other}`)).body).toHaveLength(1);
  });

  test("K4: a message's delivery state moves nothing of the ticket", async () => {
    const desk = await openDesk();
    const outbound = { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id };
    const { id } = await anHourAgo(desk, { messages: [outbound] });
    const before = await desk.get(`/tickets/${id}`);
    await desk.server.storage.db.transact(async (tx) => {
      const messages = tx.query.updateTable("messages").set({ delivery_state: "failed" });
      await messages.where("account_id", "=", desk.account.id).where("ticket_id", "=", id).execute();
    });
    const after = await desk.get(`/tickets/${id}`);
    expect([after.body, after.headers.etag]).toEqual([before.body, before.headers.etag]);
    const { messages } = (await desk.get(`/tickets/${id}?embed=messages`)).body;
    const message = await desk.get(`/tickets/${id}/messages/${messages[0].id}?fields=delivery_state`);
    expect(message.body).toEqual({ delivery_state: "failed" });
  });

  test("K4: a change of the customer, the user or the inbox moves nothing", async () => {
    const desk = await openDesk();
    const ticket = await anHourAgo(desk);
    const before = await stamp(desk, ticket.id);
    await desk.patch(`/customers/${ticket.customer_id}`, { first_name: "New" });
    await desk.patch(`/inboxes/${desk.inbox.id}`, { name: "New" });
    await desk.get(`/tickets/${ticket.id}?embed=messages`);
    expect(await stamp(desk, ticket.id)).toEqual(before);
  });

  test("K4: a refused change moves nothing", async () => {
    const desk = await openDesk();
    const { id } = await anHourAgo(desk);
    const before = await stamp(desk, id);
    await desk.patch(`/tickets/${id}`, { state: "closed", user_id: "nonsense" });
    await desk.post(`/tickets/${id}/messages`, { type: "note", body: "x" });
    expect(await stamp(desk, id)).toEqual(before);
    expect((await desk.get(`/tickets/${id}`)).body.state).toBe("open");
  });

  test("K4: updated_at never goes back", async () => {
    const desk = await openDesk();
    const { id } = await anHourAgo(desk);
    await desk.patch(`/tickets/${id}`, { state: "hold" });
    setClock(() => MOMENT);
    await desk.patch(`/tickets/${id}`, { state: "closed" });
    expect(await stamp(desk, id)).toEqual({ version: 3, updated_at: LATER });
  });

  test("K4: changes at the same moment all hold, each with a version of its own", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const labels: string[] = [];
    for (let index = 0; index < 8; index += 1) labels.push((await desk.post("/labels", { name: `L${index}` })).body.id);
    const got = await Promise.all(labels.map(async (label) => await desk.ask("PUT", `/tickets/${id}/labels/${label}`)));
    expect(new Set(got.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await desk.get(`/tickets/${id}`)).body.label_ids.toSorted()).toEqual(labels.toSorted());
    expect((await stamp(desk, id)).version).toBe(9);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("K6", () => {
  test("K6: a customer's reply opens a ticket that is closed, on hold, snoozed or archived", async () => {
    const desk = await openDesk();
    for (const state of TICKET_STATES) {
      const { id } = await desk.ticket();
      await setState(desk, id, state);
      await desk.post(`/tickets/${id}/messages`, {
        type: "reply",
        direction: "in",
        from: "ruby@example.com",
        body: "x",
      });
      expect((await desk.get(`/tickets/${id}`)).body).toMatchObject({ state: "open", snoozed_until: null });
    }
  });

  test("K6: a note or our own reply leaves the state as it is", async () => {
    const desk = await openDesk();
    const messages = [
      { type: "note", user_id: desk.user.id, body: "x" },
      { type: "reply", direction: "out", to: "ruby@example.com", body: "x", user_id: desk.user.id },
    ];
    for (const state of TICKET_STATES) {
      for (const message of messages) {
        const { id } = await desk.ticket();
        await setState(desk, id, state);
        const before = (await desk.get(`/tickets/${id}`)).body;
        await desk.post(`/tickets/${id}/messages`, message);
        const { state: after, snoozed_until } = (await desk.get(`/tickets/${id}`)).body;
        expect({ after, snoozed_until }).toEqual({ after: state, snoozed_until: before.snoozed_until });
      }
    }
  });

  test("K6: a customer's reply leaves assignee, labels, spam and trash alone", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const { id } = await desk.ticket();
    const kept = { user_id: desk.user.id, label_ids: [label], trash: true };
    await desk.patch(`/tickets/${id}`, { ...kept, state: "closed" });
    await desk.post(`/tickets/${id}/messages`, { type: "reply", direction: "in", from: "ruby@example.com", body: "x" });
    expect((await desk.get(`/tickets/${id}`)).body).toMatchObject({ ...kept, state: "open" });
  });
});
