import { beforeEach, describe, expect, test } from "vitest";
import { addLabels } from "../../src/desk/label-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { DAY, setClock } from "../../src/domain/time.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { tasksOf } from "../../src/tasks/tasks.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeEach(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

async function label(name: string): Promise<string> {
  return (await desk.post("/labels", { name })).body.id;
}

describe.skipIf(ENGINE_MISSING !== null)("B1: labels", () => {
  test("B1: a label is created, read, changed, listed and deleted", async () => {
    const made = await desk.post("/labels", { name: "VIP", color: "red" });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ id: made.body.id, name: "VIP", color: "red" });
    const path = `/labels/${made.body.id}`;
    expect(made.headers.location).toBe(`${desk.server.url}/api/v1${path}`);
    expect((await desk.get(path)).body).toEqual(made.body);

    const changed = await desk.patch(path, { color: "#3366cc" });
    expect([changed.status, changed.body]).toEqual([200, { ...made.body, color: "#3366cc" }]);
    expect((await desk.patch(path, { name: "Vip" })).body).toEqual({ ...changed.body, name: "Vip" });
    const other = (await desk.post("/labels", { name: "Refund" })).body;
    expect(other.color, "every label has a colour").toBe("gray");
    expect((await desk.get("/labels")).body).toEqual([other, { ...changed.body, name: "Vip" }]);

    expect((await desk.ask("DELETE", path)).status).toBe(204);
    for (const got of [await desk.get(path), await desk.ask("DELETE", path), await desk.patch(path, { name: "x" })]) {
      expect([got.status, got.body]).toEqual([404, { message: "Not Found" }]);
    }
  });

  test("B1: a name is needed and free, whatever its letter case and width", async () => {
    await label("VIP");
    const colours =
      "color must be one of: gray, red, orange, amber, green, teal, blue, indigo, purple, pink; or a colour such as #3366cc";
    for (const [body, fault] of [
      [{}, "name is required: a string of at most 255 characters that is not empty"],
      [{ name: " " }, "name must not be empty"],
      [{ name: null }, "name must be a string of at most 255 characters that is not empty"],
      [{ name: "vip" }, "name is already used"],
      [{ name: " ＶＩＰ " }, "name is already used"],
      [{ name: "x", color: "mauve" }, `${colours}, or null`],
      [{ name: "x", color: "#36c" }, `${colours}, or null`],
    ] as const) {
      const got = await desk.post("/labels", body);
      expect([got.status, got.body.errors], JSON.stringify(body)).toEqual([422, [{ message: fault }]]);
    }
    const other = await label("Other");
    expect((await desk.patch(`/labels/${other}`, { name: "Vip" })).status).toBe(422);
    expect((await desk.patch(`/labels/${other}`, { name: "OTHER" })).status, "its own").toBe(200);
  });

  test("B1: of ten labels with the same name at once one is created, and of ten that take it one has it", async () => {
    const created = await Promise.all(Array.from({ length: 10 }, () => desk.post("/labels", { name: "Same" })));
    expect(created.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 422),
    ]);
    const ids = await Promise.all(Array.from({ length: 10 }, (_, index) => label(`Label ${index}`)));
    const changed = await Promise.all(ids.map((id) => desk.patch(`/labels/${id}`, { name: "Wanted" })));
    expect(changed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 422),
    ]);
  });

  test("B1, K4: a label that is deleted comes off 450 tickets, the rest by its job, without moving them", async () => {
    const [gone, stays] = [await label("Gone"), await label("Stays")];
    const customer = (await desk.post("/customers", {})).body;
    const ids: string[] = [];
    for (let start = 0; start < 450; start += 30) {
      const made = await Promise.all(
        Array.from({ length: 30 }, () =>
          desk.post("/tickets", { type: "email", subject: "x", customer_id: customer.id }),
        ),
      );
      ids.push(...made.map(({ body }) => body.id as string));
    }
    const { db } = desk.server.storage;
    await db.transact(async (tx) => {
      for (const id of ids) await addLabels(tx, desk.account.id, SYSTEM, id, [gone, stays]);
    });
    const fields = "fields=id,version,updated_at,created_at,subject";
    const read = async (): Promise<unknown[]> => {
      const pages = [1, 2, 3, 4, 5].map((page) => desk.get(`/tickets?per_page=100&page=${page}&${fields}`));
      return (await Promise.all(pages)).flatMap(({ body }) => body as unknown[]);
    };
    const before = await read();
    expect(before).toHaveLength(450);

    setClock(() => Date.now() + DAY);
    expect((await desk.ask("DELETE", `/labels/${gone}`)).status).toBe(204);
    while ((await runDueJobs(db, tasksOf(desk.server.storage))) > 0);
    setClock();

    expect(await read()).toEqual(before);
    const labelled = await desk.get(`/tickets?label_id=${gone}&count=true&per_page=0`);
    expect(labelled.headers["total-count"]).toBe("0");
    const still = await desk.get(`/tickets?label_id=${stays}&count=true&per_page=100&fields=label_ids`);
    expect(still.headers["total-count"]).toBe("450");
    const pages = await Promise.all(
      [1, 2, 3, 4, 5].map((page) => desk.get(`/tickets?per_page=100&page=${page}&fields=label_ids`)),
    );
    for (const { label_ids } of pages.flatMap(({ body }) => body)) expect(label_ids).toEqual([stays]);
  });

  test("B1: no ticket keeps a label that was deleted while it was put on", async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await label(`Round ${round}`);
      const tickets = await Promise.all(Array.from({ length: 4 }, () => desk.ticket()));
      const [gone, ...put] = await Promise.all([
        desk.ask("DELETE", `/labels/${id}`),
        ...tickets.map((ticket, index) =>
          index % 2 === 0
            ? desk.ask("PUT", `/tickets/${ticket.id}/labels/${id}`)
            : desk.patch(`/tickets/${ticket.id}`, { label_ids: [id] }),
        ),
      ]);
      expect(gone.status).toBe(204);
      for (const { status } of put) expect([200, 204, 404, 422]).toContain(status);
      for (const ticket of tickets) expect((await desk.get(`/tickets/${ticket.id}`)).body.label_ids).toEqual([]);
    }
  });

  test("B1: a deletion waits for a ticket that is just taking the label, and takes it off", async () => {
    const id = await label("Contested");
    const ticket = await desk.ticket();
    const { db } = desk.server.storage;
    const { promise: end, resolve: release } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const putting = db.transact(async (tx) => {
      await addLabels(tx, desk.account.id, SYSTEM, ticket.id, [id]);
      begin();
      await end;
    });
    await begun;
    const deleting = desk.ask("DELETE", `/labels/${id}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    await putting;
    expect((await deleting).status).toBe(204);
    expect((await desk.get(`/tickets/${ticket.id}`)).body.label_ids).toEqual([]);
  });
});
