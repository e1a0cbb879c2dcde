import { beforeEach, describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeEach(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

describe.skipIf(ENGINE_MISSING !== null)("B1: inboxes", () => {
  test("B1: an inbox is created, read, changed, listed and deleted", async () => {
    const made = await desk.post("/inboxes", { name: "Sales", address: "Sales@Desk.example" });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({ id: made.body.id, name: "Sales" });
    const path = `/inboxes/${made.body.id}`;
    expect(made.headers.location).toBe(`${desk.server.url}/api/v1${path}`);
    expect((await desk.get(path)).body).toEqual(made.body);

    const changed = await desk.patch(path, { name: "Orders" });
    expect([changed.status, changed.body]).toEqual([200, { id: made.body.id, name: "Orders" }]);
    expect((await desk.get(`${path}?fields=address`)).body).toEqual({ address: "Sales@Desk.example" });
    expect((await desk.get("/inboxes")).body).toEqual([changed.body, { id: desk.inbox.id, name: "Support" }]);

    const gone = await desk.ask("DELETE", path);
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expect((await desk.get(path)).status).toBe(404);
    expect((await desk.ask("DELETE", path)).status).toBe(404);
    expect((await desk.patch(path, { name: "x" })).status).toBe(404);
  });

  test("B1: an inbox with tickets cannot be deleted: 422, and says why", async () => {
    const { id } = (await desk.post("/inboxes", { name: "Sales" })).body;
    const ticket = await desk.ticket({ inbox_id: id });
    const got = await desk.ask("DELETE", `/inboxes/${id}`);
    expect(got.status).toBe(422);
    expect(got.body.errors).toEqual([{ message: "inbox has tickets: move them to another inbox first" }]);
    await desk.patch(`/tickets/${ticket.id}`, { inbox_id: desk.inbox.id });
    expect((await desk.ask("DELETE", `/inboxes/${id}`)).status).toBe(204);
  });

  test("B1: a deletion that races tickets leaves none without its inbox", async () => {
    const { id } = (await desk.post("/inboxes", { name: "Sales" })).body;
    const tickets = Array.from({ length: 8 }, () =>
      desk.post("/tickets", { type: "email", subject: "x", customer: {}, inbox_id: id }),
    );
    const [gone, ...made] = await Promise.all([desk.ask("DELETE", `/inboxes/${id}`), ...tickets]);
    const statuses = made.map(({ status }) => status);
    if (gone.status === 204) expect(new Set(statuses)).toEqual(new Set([422]));
    else {
      expect(gone.status).toBe(422);
      expect(statuses).toContain(201);
    }
    for (const { body } of made.filter(({ status }) => status === 201)) {
      expect((await desk.get(`/tickets/${body.id}?embed=inbox`)).body.inbox).toEqual({ id, name: "Sales" });
    }
  });

  test("B1: a name is needed, and an address must be one and free, whatever its letter case", async () => {
    for (const [body, fault] of [
      [{}, "name is required: a string of at most 255 characters that is not empty"],
      [{ name: "" }, "name must be a string of at most 255 characters that is not empty"],
      [{ name: "  " }, "name must not be empty"],
      [{ name: 5 }, "name must be a string of at most 255 characters that is not empty"],
      [{ name: "x", address: "nonsense" }, "address must be an email address, such as help@example.com"],
      [{ name: "x", address: "" }, "address must be an email address, such as help@example.com"],
      [{ name: "x", address: "HELP@desk.example " }, "address is already used"],
    ] as const) {
      const got = await desk.post("/inboxes", body);
      expect([got.status, got.body.errors], JSON.stringify(body)).toEqual([422, [{ message: fault }]]);
    }
    const { id } = (await desk.post("/inboxes", { name: "Sales", address: null })).body;
    expect((await desk.patch(`/inboxes/${id}`, { address: "Help@Desk.example" })).status).toBe(422);
    expect((await desk.patch(`/inboxes/${id}`, { address: "new@desk.example" })).status).toBe(200);
    expect((await desk.patch(`/inboxes/${id}`, { address: "NEW@desk.example" })).status, "its own").toBe(200);
    expect((await desk.patch(`/inboxes/${id}`, { address: null })).status).toBe(200);
    expect((await desk.get(`/inboxes/${id}?fields=address`)).body).toEqual({ address: null });
    expect((await desk.get("/inboxes")).body).toHaveLength(2);
  });

  test("B1: of ten inboxes with the same address at once one is created", async () => {
    const got = await Promise.all(
      Array.from({ length: 10 }, () => desk.post("/inboxes", { name: "Sales", address: "sales@desk.example" })),
    );
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 9 }, () => 422),
    ]);
  });

  test("B1: two accounts may have the same address", async () => {
    expect((await desk.get(`/inboxes/${desk.inbox.id}?fields=address`)).body).toEqual({ address: "help@desk.example" });
    const other = await openDesk();
    expect((await other.get(`/inboxes/${other.inbox.id}?fields=address`)).body).toEqual({
      address: "help@desk.example",
    });
  });
});
