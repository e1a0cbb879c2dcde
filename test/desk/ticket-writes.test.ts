import { describe, expect, test } from "vitest";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { addLabels } from "../../src/desk/label-ticket.ts";
import { ANY_VERSION } from "../../src/desk/precondition.ts";
import { replyToTicket } from "../../src/desk/reply-to-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

async function eventsOf(desk: TestDesk, ticketId: string): Promise<[string, unknown][]> {
  const events = await desk.server.storage.db.query
    .selectFrom("events")
    .select(["kind", "changes"])
    .where("account_id", "=", desk.account.id)
    .where("ticket_id", "=", ticketId)
    .orderBy("id")
    .execute();
  return events.map(({ kind, changes }) => [kind, changes === null ? null : JSON.parse(changes)]);
}

async function countOf(desk: TestDesk, table: "jobs" | "messages" | "tickets" | "customers"): Promise<number> {
  const { db } = desk.server.storage;
  const rows = await db.query.selectFrom(table).select("id").where("account_id", "=", desk.account.id).execute();
  return rows.length;
}

describe.skipIf(ENGINE_MISSING !== null)("a write to a ticket", () => {
  test("M3: message and delivery job commit together or not at all", async () => {
    const desk = await openDesk();
    const { db } = desk.server.storage;
    const { id } = await desk.ticket();
    const reply = {
      type: "reply",
      direction: "out",
      to: "ruby@example.com",
      body: "x",
      user_id: desk.user.id,
    } as const;
    const broken = db.transact(async (tx) => {
      await replyToTicket(tx, desk.account.id, SYSTEM, id, reply, new Faults(), ANY_VERSION);
      throw new Error("the power fails here");
    });
    await expect(broken).rejects.toThrow("the power fails here");
    expect([await countOf(desk, "messages"), await countOf(desk, "jobs")]).toEqual([0, 0]);
    await db.transact(async (tx) => {
      await replyToTicket(tx, desk.account.id, SYSTEM, id, reply, new Faults(), ANY_VERSION);
    });
    expect([await countOf(desk, "messages"), await countOf(desk, "jobs")]).toEqual([1, 1]);
  });

  test("K2: a ticket whose transaction fails at the end leaves nothing, and gives its number back", async () => {
    const desk = await openDesk();
    const { db } = desk.server.storage;
    const input = {
      type: "email",
      subject: "x",
      customer: { contacts: [{ type: "email", value: "a@example.com" }] },
    } as const;
    const broken = db.transact(async (tx) => {
      await createTicket(tx, desk.account.id, SYSTEM, input, new Faults());
      throw new Error("the power fails here");
    });
    await expect(broken).rejects.toThrow("the power fails here");
    expect([await countOf(desk, "tickets"), await countOf(desk, "customers")]).toEqual([0, 0]);
    expect((await desk.ticket()).number).toBe(1);
  });

  test("K4: a label of more tickets than are cleared at once comes off all of them, and moves none", async () => {
    const desk = await openDesk();
    const { db } = desk.server.storage;
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const ids = await db.transact(async (tx) => {
      const made: string[] = [];
      for (let index = 0; index < 205; index += 1) {
        const customer = { first_name: "Ruby" };
        const { id } = await createTicket(tx, desk.account.id, SYSTEM, { subject: "x", customer }, new Faults());
        await addLabels(tx, desk.account.id, SYSTEM, id, [label]);
        made.push(id);
      }
      return made;
    });
    expect((await desk.get(`/tickets?label_id=${label}&count=true`)).headers["total-count"]).toBe(String(ids.length));
    const stamps = async (): Promise<unknown[]> => {
      const pages = [1, 2, 3].map(
        async (page) => (await desk.get(`/tickets?fields=id,version,updated_at&per_page=100&page=${page}`)).body,
      );
      return (await Promise.all(pages)).flat();
    };
    const before = await stamps();
    expect(before).toHaveLength(205);
    await desk.ask("DELETE", `/labels/${label}`);
    while ((await runDueJobs(db, tasksOf(desk.server.storage))) > 0);
    const labelled = await db.query
      .selectFrom("tickets")
      .select("id")
      .where("account_id", "=", desk.account.id)
      .where("label_ids", "!=", "[]")
      .execute();
    expect(labelled).toEqual([]);
    expect(await stamps()).toEqual(before);
    expect((await desk.get(`/tickets?label_id=${label}&count=true`)).headers["total-count"]).toBe("0");
  });

  test("K4: each change is recorded once, with what changed and nothing else", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body.id;
    const { id } = await desk.ticket();
    await desk.patch(`/tickets/${id}`, { state: "closed", subject: "Other" });
    await desk.patch(`/tickets/${id}`, { state: "closed" });
    await desk.ask("PUT", `/tickets/${id}/labels/${label}`);
    await desk.ask("PUT", `/tickets/${id}/labels/${label}`);
    await desk.post(`/tickets/${id}/messages`, { type: "reply", direction: "in", from: "a@example.com", body: "x" });
    await desk.patch(`/tickets/${id}`, { state: "snoozed" });
    expect(await eventsOf(desk, id)).toEqual([
      ["ticket.created", null],
      ["ticket.updated", { state: ["open", "closed"], subject: ["A question", "Other"] }],
      ["ticket.labeled", { label_ids: ["[]", JSON.stringify([label])] }],
      ["message.created", null],
      ["ticket.updated", { state: ["closed", "open"] }],
    ]);
  });

  test("K3, K6: what ends a snooze says so in its event", async () => {
    const desk = await openDesk();
    const until = "2999-01-01T00:00:00Z";
    for (const end of ["patch", "reply"]) {
      const { id } = await desk.ticket();
      await desk.post(`/tickets/${id}/snooze`, { snoozed_until: until });
      const reply = { type: "reply", direction: "in", from: "a@example.com", body: "x" };
      if (end === "patch") await desk.patch(`/tickets/${id}`, { state: "open" });
      else await desk.post(`/tickets/${id}/messages`, reply);
      const events = await eventsOf(desk, id);
      expect(events.at(-1)).toEqual([
        "ticket.updated",
        { state: ["snoozed", "open"], snoozed_until: [Date.parse(until), null] },
      ]);
    }
  });
});
