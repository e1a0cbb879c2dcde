import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { logged, openDesk, send, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING, openTestStorage } from "../support/test-storage.ts";

const RATE = {
  "Rate-Limit-Limit": 1_000_000,
  "Rate-Limit-Remaining": 1_000_000,
  "Rate-Limit-Used": 1,
  "Rate-Limit-Reset": 60,
};
const NOBODY = "/tickets/000000000000000000000000";

describe.skipIf(ENGINE_MISSING !== null)("R5", () => {
  test("R5: a success is packed as status, headers and response, and the answer itself is 200", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const got = await desk.get(`/tickets/${ticket.id}?envelope=true`);
    expect(got.status).toBe(200);
    expect(got.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(Object.keys(got.body)).toEqual(["status", "headers", "response"]);
    expect(got.body.status).toBe(200);
    expect(got.body.response).toEqual(ticket);
    const list = (await desk.get("/tickets?envelope=true")).body;
    expect(list).toEqual({ status: 200, headers: RATE, response: [ticket] });
  });

  test("R5: a creation is packed with its status and Location", async () => {
    const desk = await openDesk();
    const got = await desk.post("/customers?envelope=true", { first_name: "Ruby" });
    expect(got.status).toBe(200);
    expect(got.body.status).toBe(201);
    expect(got.body.headers.Location).toBe(got.headers.location);
    expect(got.body.headers.Location).toMatch(new RegExp(`/api/v1/customers/${got.body.response.id}$`));
  });

  test("R5: every 4xx of a request that can be read is packed", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const refusals: [string, string, unknown, Record<string, string>, number][] = [
      ["GET", NOBODY, undefined, {}, 404],
      ["GET", "/tickets/does-not-exist", undefined, {}, 404],
      ["GET", "/nowhere", undefined, {}, 404],
      ["PUT", "/tickets", undefined, {}, 405],
      ["GET", "/tickets?page=0", undefined, {}, 400],
      ["POST", "/tickets", "{", {}, 400],
      ["POST", "/tickets", "{}", { "Content-Type": "text/plain" }, 415],
      ["POST", "/tickets", {}, {}, 422],
      ["PATCH", `/tickets/${id}`, { state: "closed" }, { "If-Match": '"999"' }, 412],
      ["GET", "/tickets", undefined, { Authorization: "Bearer nonsense" }, 401],
    ];
    for (const [verb, path, body, headers, status] of refusals) {
      const query = path.includes("?") ? "&envelope=true" : "?envelope=true";
      const plain = await desk.ask(verb, path, body, headers);
      const got = await desk.ask(verb, path + query, body, headers);
      expect(plain.status).toBe(status);
      expect([path, got.status]).toEqual([path, 200]);
      expect([path, got.body.status]).toEqual([path, status]);
      expect([path, got.body.response]).toEqual([path, plain.body]);
    }
  });

  test("R5: the document's own sample reads as printed", async () => {
    const desk = await openDesk();
    const { status, body } = await desk.get("/users/does-not-exist?envelope=true");
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 404,
      headers: { ...RATE, "Rate-Limit-Used": 0 },
      response: { message: "Not Found" },
    });
  });

  test("R5: a 204 has an empty object for its response", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const label = (await desk.post("/labels", { name: "VIP" })).body;
    const got = await desk.ask("PUT", `/tickets/${id}/labels/${label.id}?envelope=true`);
    expect(got.status).toBe(200);
    expect(got.body).toEqual({ status: 204, headers: RATE, response: {} });
    const plain = await desk.ask("DELETE", `/tickets/${id}/labels/${label.id}`);
    expect([plain.status, plain.text]).toEqual([204, ""]);
    const deleted = await desk.ask("DELETE", `/labels/${label.id}?envelope=true`);
    expect(deleted.body).toEqual({ status: 204, headers: RATE, response: {} });
  });

  test("R5: all documented headers are in it, and what is a number is a number", async () => {
    const desk = await openDesk();
    await desk.ticket();
    const { body, headers } = await desk.get("/tickets?count=true&envelope=true");
    expect(body.headers).toEqual({ ...RATE, "Rate-Limit-Used": 2, "Total-Count": 1 });
    for (const [name, value] of Object.entries(body.headers)) expect(headers[name.toLowerCase()]).toBe(String(value));
  });

  test("R5: a 429 is packed with its Retry-After as a number", async () => {
    const desk = await openDesk({ credits_per_minute: 1 });
    await desk.get("/users");
    const { status, body } = await desk.get("/users?envelope=true");
    expect(status).toBe(200);
    expect(body.status).toBe(429);
    expect(body.headers["Retry-After"]).toBe(body.headers["Rate-Limit-Reset"]);
    expect(body.headers["Retry-After"]).toBeGreaterThanOrEqual(1);
    expect(Object.keys(body.response)).toEqual(["message"]);
  });

  test("R5: a 5xx is never packed", async () => {
    const storage = await openTestStorage();
    const server = await startTestServer({}, storage);
    try {
      const desk = await openDesk({}, server);
      const { id } = await desk.ticket();
      await storage.db.transact(async (tx) => {
        await sql`alter table labels rename to labels_are_gone`.execute(tx.query);
      });
      const got = await desk.get(`/labels?envelope=true`);
      expect([got.status, got.text]).toEqual([500, ""]);
      expect((await desk.get(`/tickets/${id}?envelope=true`)).body.status).toBe(200);
    } finally {
      logged.length = 0;
      await server.close();
      await storage.remove();
    }
  });

  test("R5: bytes are never packed", async () => {
    const desk = await openDesk();
    const file = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: "aGVsbG8=" })).body;
    const got = await desk.get(`/attachments/${file.id}/content?envelope=true`);
    expect([got.status, got.headers["content-type"], got.text]).toEqual([200, "text/plain", "hello"]);
  });

  test("R5: a request that reads nothing and is not asked to pack answers bare", async () => {
    const desk = await openDesk();
    const got = await send(desk.server, "GET", "/api/v1/tickets");
    expect([got.status, Object.keys(got.body)]).toEqual([401, ["message"]]);
  });
});
