import { describe, expect, test } from "vitest";
import { openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const ETAG = /^"(\d+)\.[A-Za-z0-9_-]+"$/;

describe.skipIf(ENGINE_MISSING !== null)("R12", () => {
  test("R12: every single resource carries a strong ETag of version and hash", async () => {
    const desk = await openDesk();
    const label = (await desk.post("/labels", { name: "VIP" })).body;
    const file = (await desk.post("/attachments", { name: "a", type: "text/plain", data: "" })).body;
    const contacts = [{ type: "email", value: "ruby@example.com" }];
    const customer = (await desk.post("/customers", { contacts })).body;
    const ticket = await desk.ticket({ customer_id: customer.id });
    const note = { type: "note", user_id: desk.user.id, body: "x" };
    const message = (await desk.post(`/tickets/${ticket.id}/messages`, note)).body;
    const singles = [
      `/tickets/${ticket.id}`,
      `/tickets/${ticket.id}/messages/${message.id}`,
      `/customers/${customer.id}`,
      `/customers/${customer.id}/contacts/${customer.contacts[0].id}`,
      `/users/${desk.user.id}`,
      `/labels/${label.id}`,
      `/inboxes/${desk.inbox.id}`,
      `/attachments/${file.id}`,
    ];
    for (const path of singles) {
      const { etag } = (await desk.get(path)).headers;
      expect(etag).toMatch(ETAG);
      const again = await desk.get(path, { "If-None-Match": etag ?? "" });
      expect([path, [again.status, again.text, again.headers.etag]]).toEqual([path, [304, "", etag]]);
    }
    expect((await desk.get("/tickets")).headers).not.toHaveProperty("etag");
  });

  test("R12: the version is an integer that moves with updated_at", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const version = async (): Promise<number> => {
      const { headers } = await desk.get(`/tickets/${id}`);
      return Number(ETAG.exec(headers.etag ?? "")?.[1]);
    };
    const first = await version();
    await desk.patch(`/tickets/${id}`, { subject: "Another" });
    expect(await version()).toBe(first + 1);
    await desk.patch(`/tickets/${id}`, { subject: "Another" });
    expect(await version()).toBe(first + 1);
    expect((await desk.get(`/tickets/${id}?fields=version`)).body).toEqual({ version: first + 1 });
  });

  test("R12: If-None-Match compares all of the ETag: another representation is not known", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const path = `/tickets/${id}`;
    const etag = (await desk.get(path)).headers.etag ?? "";
    for (const other of [`${path}?fields=id`, `${path}?embed=customer`, `${path}?embed=messages`]) {
      const got = await desk.get(other, { "If-None-Match": etag });
      expect([other, got.status]).toEqual([other, 200]);
      expect(got.headers.etag).not.toBe(etag);
    }
    const browser = await desk.get(path, { "If-None-Match": etag, Accept: "text/html" });
    expect(browser.status).toBe(200);
    const versionOnly = `"${ETAG.exec(etag)?.[1]}"`;
    expect((await desk.get(path, { "If-None-Match": versionOnly })).status).toBe(200);
    expect((await desk.get(path, { "If-None-Match": `"0.x", ${etag}` })).status).toBe(304);
    expect((await desk.get(path, { "If-None-Match": "*" })).status).toBe(304);
  });

  test("R12: what is embedded moves the ETag though the ticket's version stays", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const path = `/tickets/${ticket.id}?embed=customer`;
    const before = (await desk.get(path)).headers.etag ?? "";
    await desk.patch(`/customers/${ticket.customer_id}`, { summary: "VIP" });
    const got = await desk.get(path, { "If-None-Match": before });
    expect(got.status).toBe(200);
    expect(ETAG.exec(got.headers.etag ?? "")?.[1]).toBe(ETAG.exec(before)?.[1]);
    expect(got.headers.etag).not.toBe(before);
  });

  test("R12: under envelope there is no 304", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const { etag = "" } = (await desk.get(`/tickets/${id}`)).headers;
    const got = await desk.get(`/tickets/${id}?envelope=true`, { "If-None-Match": etag });
    expect([got.status, got.body.status, got.body.headers.ETag]).toEqual([200, 200, etag]);
    expect(got.body.response.id).toBe(id);
  });

  test("R12: writes and refusals are never 304", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const patched = await desk.patch(`/tickets/${id}`, { state: "closed" }, { "If-None-Match": "*" });
    expect(patched.status).toBe(200);
    expect(patched.headers.etag).toBe((await desk.get(`/tickets/${id}`)).headers.etag);
    expect((await desk.get("/tickets/0", { "If-None-Match": "*" })).status).toBe(404);
  });
});
