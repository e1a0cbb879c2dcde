import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { revokeApiToken } from "../../src/storage/api-tokens.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { Faults } from "../../src/domain/faults.ts";
import { SECOND, setClock } from "../../src/domain/time.ts";
import { type Got, type TestDesk, logged, openDesk, send, startTestServer } from "../support/test-api.ts";
import { ENGINE, ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeEach(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});
afterEach(() => setClock());

const post = async (path: string, body: unknown, headers = {}): Promise<Got> =>
  await desk.post(path, body, { "Idempotency-Key": "key-1", ...headers });

/** A refusal that is kept is told again although the request would go through by now. */
describe.skipIf(ENGINE_MISSING !== null)("B2", () => {
  test("B2: a 422 is kept: once the fault is gone, the same request is still refused, and a new key goes through", async () => {
    const { id } = (await desk.post("/labels", { name: "VIP" })).body;
    const refused = await post("/labels", { name: "VIP" });
    expect(refused.status).toBe(422);
    await desk.ask("DELETE", `/labels/${id}`);
    const again = await post("/labels", { name: "VIP" });
    expect([again.status, again.text]).toEqual([422, refused.text]);
    expect((await post("/labels", { name: "VIP" }, { "Idempotency-Key": "key-2" })).status).toBe(201);
  });

  test("B2: another body under the key of a refusal is 422 too", async () => {
    expect((await post("/labels", { name: "" })).status).toBe(422);
    const got = await post("/labels", { name: "VIP" });
    expect(got.body.errors).toEqual([{ message: "Idempotency-Key is already used for another body: use a new key" }]);
  });

  test("B2: a 404 is kept and costs nothing again", async () => {
    const missing = `/customers/${"0".repeat(24)}`;
    const first = await post(missing, { type: "email", value: "a@x.example" });
    const again = await post(missing, { type: "email", value: "a@x.example" });
    expect([again.status, again.text]).toEqual([404, first.text]);
    const other = await post(missing, { type: "email", value: "b@x.example" });
    expect(other.status).toBe(422);
  });

  test("B2: a 400 of a body that is no JSON is kept with its body", async () => {
    expect((await post("/labels", "{")).status).toBe(400);
    expect((await post("/labels", "{")).status).toBe(400);
    const got = await post("/labels", { name: "VIP" });
    expect(got.status).toBe(422);
    expect(got.body.errors[0].message).toMatch(/^Idempotency-Key is already used/);
  });

  test("B2: a 412 is kept", async () => {
    const ticket = await desk.ticket();
    const body = { type: "reply", direction: "out", to: "a@x.example", body: "x", user_id: desk.user.id };
    const stale = await post(`/tickets/${ticket.id}/messages`, body, { "If-Match": '"99.x"' });
    expect(stale.status).toBe(412);
    const again = await post(`/tickets/${ticket.id}/messages`, body, { "If-Match": "*" });
    expect([again.status, again.text]).toEqual([412, stale.text]);
  });

  test("B2: a 413 of what was read is kept, and one of what was announced is judged anew", async () => {
    const small = await startTestServer({ attachmentLimit: 3, bodyLimit: 100 });
    const there = async (data: string): Promise<number> => {
      const body = JSON.stringify({ name: "a", type: "a/b", data });
      const headers = {
        Authorization: `Bearer ${desk.token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": "key-1",
      };
      return (await send(small, "POST", "/api/v1/attachments", { body, headers })).status;
    };
    expect(await there("A".repeat(200))).toBe(413);
    expect(await there("AAAA")).toBe(201);
    expect(await there("A".repeat(200)), "refused unread").toBe(413);
    expect(await there("AAAAAAAA"), "another body; told by its size first").toBe(413);
    await small.close();
  });

  test("B2: a 401 is not kept", async () => {
    const { db } = desk.server.storage;
    const { id, token } = await db.transact(
      async (tx) => await createToken(tx, desk.account.id, "Second", new Faults()),
    );
    const as = { Authorization: `Bearer ${token}` };
    await db.transact(async (tx) => await revokeApiToken(tx, desk.account.id, id, Date.now()));
    expect((await post("/labels", { name: "VIP" }, as)).status).toBe(401);
    expect((await post("/labels", { name: "VIP" }, { Authorization: "" })).status).toBe(401);
    expect((await post("/labels", { name: "VIP" })).status).toBe(201);
  });

  test("B2: a 415 is not kept", async () => {
    expect((await post("/labels", { name: "VIP" }, { "Content-Type": "text/plain" })).status).toBe(415);
    expect((await post("/labels", { name: "VIP" })).status).toBe(201);
  });

  test("B2: a 429 is not kept", async () => {
    desk = await openDesk({ credits_per_minute: 0, requests_per_second: 1 });
    const start = Date.now();
    if (ENGINE === "sqlite") setClock(() => start);
    expect((await desk.get("/users/me")).status).toBe(404);
    expect((await post("/labels", { name: "VIP" })).status).toBe(429);
    if (ENGINE === "sqlite") setClock(() => start + SECOND);
    else await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await post("/labels", { name: "VIP" })).status).toBe(201);
  });

  test("B2: a 5xx is not kept", async () => {
    const { storage } = desk.server;
    const failing = {
      ...storage,
      blobs: { ...storage.blobs, put: () => Promise.reject(new Error("the disk is full")) },
    };
    const server = await startTestServer({}, failing);
    const body = { name: "a", type: "a/b", data: "QUJD" };
    const headers = {
      Authorization: `Bearer ${desk.token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": "key-1",
    };
    logged.length = 0;
    const failed = await send(server, "POST", "/api/v1/attachments", { body, headers });
    expect([failed.status, failed.text, logged.length]).toEqual([500, "", 1]);
    logged.length = 0;
    expect((await post("/attachments", body)).status).toBe(201);
    await server.close();
  });
});
