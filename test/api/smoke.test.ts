import { describe, expect, test } from "vitest";
import { openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("tickets", () => {
  test("a ticket that is created can be read again", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "hello" }] });
    const got = await desk.get(`/tickets/${ticket.id}?embed=messages,customer&fields=id,messages,customers`);
    expect(got.status).toBe(200);
    expect(Object.keys(got.body)).toEqual(["id", "messages", "customer"]);
    const list = await desk.get("/tickets?q=hello&count=true&sort=user_id,-updated_at");
    expect(list.headers["total-count"]).toBe("1");
  });
});
