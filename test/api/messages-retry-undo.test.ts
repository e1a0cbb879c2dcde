import { describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const BYTES = Buffer.from("hello").toString("base64");

async function reply(desk: TestDesk, ticketId: string, more: object = {}): Promise<string> {
  const body = {
    type: "reply",
    direction: "out",
    to: "ruby@example.com",
    body: "Undoable",
    user_id: desk.user.id,
    ...more,
  };
  return (await desk.post(`/tickets/${ticketId}/messages`, body)).body.id as string;
}

async function jobs(desk: TestDesk): Promise<{ run_at: number; created_at: number }[]> {
  return await desk.server.storage.db.query
    .selectFrom("jobs")
    .select(["run_at", "created_at"])
    .where("account_id", "=", desk.account.id)
    .execute();
}

async function setState(desk: TestDesk, id: string, delivery_state: "sending" | "sent" | "failed"): Promise<void> {
  await desk.server.storage.db.transact(async (tx) => {
    await tx.query
      .updateTable("messages")
      .set({ delivery_state, delivery_attempts: 1 })
      .where("account_id", "=", desk.account.id)
      .where("id", "=", id)
      .execute();
  });
}

describe.skipIf(ENGINE_MISSING !== null)("taking a reply back", () => {
  test("M3: a reply waits for the account's undo window before it goes out", async () => {
    const desk = await openDesk({ undo_seconds: 30 });
    await reply(desk, (await desk.ticket()).id);
    const [{ run_at, created_at } = { run_at: 0, created_at: 0 }] = await jobs(desk);
    expect(run_at - created_at).toBeGreaterThanOrEqual(29_900);
    expect(run_at - created_at).toBeLessThanOrEqual(30_100);
  });

  test("M3: undo leaves nothing of the reply, and its attachments can be used again", async () => {
    const desk = await openDesk();
    const note = { type: "note", user_id: desk.user.id, body: "A note" };
    const { id } = await desk.ticket({ messages: [note] });
    const attachment = (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data: BYTES })).body.id;
    const messageId = await reply(desk, id, { attachment_ids: [attachment] });
    const before = (await desk.get(`/tickets/${id}?fields=version,summary`)).body;
    expect(before.summary).toBe("Undoable");
    const got = await desk.post(`/tickets/${id}/messages/${messageId}/undo`);
    expect([got.status, got.text]).toEqual([204, ""]);
    expect((await desk.get(`/tickets/${id}/messages/${messageId}`)).status).toBe(404);
    expect(await jobs(desk)).toEqual([]);
    expect((await desk.get("/tickets?q=undoable")).body).toEqual([]);
    const after = (await desk.get(`/tickets/${id}?fields=version,summary`)).body;
    expect(after.summary).toBe("A note");
    expect(after.version).toBeGreaterThan(before.version);
    const again = await reply(desk, id, { attachment_ids: [attachment] });
    expect((await desk.get(`/tickets/${id}/messages/${again}`)).body.attachments).toHaveLength(1);
  });

  test("a note of a moment ago can be taken back too, and mentions nobody then", async () => {
    const desk = await openDesk();
    const ben = await desk.signIn();
    const { id } = await desk.ticket();
    const note = { type: "note", user_id: desk.user.id, body: "Blunder", mention_ids: [ben.user.id] };
    const { body: written } = await desk.post(`/tickets/${id}/messages`, note);
    expect((await ben.get(`/tickets?mentioned=true&fields=id`)).body).toEqual([{ id }]);
    expect((await desk.post(`/tickets/${id}/messages/${written.id}/undo`)).status).toBe(204);
    expect((await desk.get(`/tickets/${id}/messages`)).body).toEqual([]);
    expect((await ben.get(`/tickets?mentioned=true&fields=id`)).body).toEqual([]);
    expect((await desk.get("/tickets?q=blunder")).body).toEqual([]);
  });

  test("M3: a ticket whose only message was undone is as one without messages", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket({ subject: "Zebra" });
    const messageId = await reply(desk, id);
    expect((await desk.post(`/tickets/${id}/messages/${messageId}/undo`)).status).toBe(204);
    expect((await desk.get(`/tickets/${id}`)).body.summary).toBeNull();
    expect((await desk.get("/tickets?q=zebra")).body).toHaveLength(1);
  });

  test.each(["sending", "sent", "failed"] as const)("M3: undo of a reply that is %s is refused", async (state) => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const messageId = await reply(desk, id);
    await setState(desk, messageId, state);
    const got = await desk.post(`/tickets/${id}/messages/${messageId}/undo`);
    expect(got.status).toBe(422);
    expect(got.body.errors[0].message).toContain("cannot be taken back");
    expect((await desk.get(`/tickets/${id}/messages/${messageId}`)).status).toBe(200);
  });

  test("M3: undo is refused once the window is over, and for what is no outbound reply", async () => {
    const desk = await openDesk({ undo_seconds: 0 });
    const { id } = await desk.ticket({ messages: [{ type: "note", user_id: desk.user.id, body: "x" }] });
    const late = await reply(desk, id);
    expect((await desk.post(`/tickets/${id}/messages/${late}/undo`)).status).toBe(422);
    const [note] = (await desk.get(`/tickets/${id}/messages`)).body;
    expect((await desk.post(`/tickets/${id}/messages/${note.id}/undo`)).status).toBe(422);
    expect((await desk.post(`/tickets/${id}/messages/${"0".repeat(24)}/undo`)).status).toBe(404);
  });
});

describe.skipIf(ENGINE_MISSING !== null)("sending a reply again", () => {
  test("M3: is for a failed one, which is queued then; the ticket does not move", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const messageId = await reply(desk, id);
    await setState(desk, messageId, "failed");
    const before = (await desk.get(`/tickets/${id}?fields=version,updated_at`)).body;
    const got = await desk.post(`/tickets/${id}/messages/${messageId}/retry?fields=id,delivery_state`);
    expect([got.status, got.body]).toEqual([200, { id: messageId, delivery_state: "queued" }]);
    expect(await jobs(desk)).toHaveLength(2);
    expect((await desk.get(`/tickets/${id}?fields=version,updated_at`)).body).toEqual(before);
    expect((await desk.post(`/tickets/${id}/messages/${messageId}/retry`)).status).toBe(422);
  });

  test("M3: another account's reply cannot be reached", async () => {
    const [desk, other] = [await openDesk(), await openDesk()];
    const { id } = await desk.ticket();
    const messageId = await reply(desk, id);
    await setState(desk, messageId, "failed");
    for (const verb of ["retry", "undo"]) {
      expect((await other.post(`/tickets/${id}/messages/${messageId}/${verb}`)).status).toBe(404);
    }
    expect((await desk.post(`/tickets/${id}/messages/${messageId}/retry`)).status).toBe(200);
  });
});
