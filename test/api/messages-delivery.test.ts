import { describe, expect, test } from "vitest";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

interface Delivery {
  ticket_id: string;
  message_id: string;
}

/** What waits to be sent, oldest first. */
async function deliveries(desk: TestDesk): Promise<Delivery[]> {
  const jobs = await desk.server.storage.db.query
    .selectFrom("jobs")
    .selectAll()
    .where("account_id", "=", desk.account.id)
    .orderBy("id")
    .execute();
  return jobs.map(({ kind, payload, attempts, failed_at }) => {
    expect({ kind, attempts, failed_at }).toEqual({ kind: "deliver-message", attempts: 0, failed_at: null });
    return JSON.parse(payload) as Delivery;
  });
}

function outboundOf(desk: TestDesk) {
  return { type: "reply", direction: "out", to: "ruby@example.com", body: "Hello", user_id: desk.user.id };
}

describe.skipIf(ENGINE_MISSING !== null)("M3", () => {
  test("M3: an outbound reply commits with the job that sends it, and says queued", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const got = await desk.post(`/tickets/${id}/messages`, outboundOf(desk));
    expect(await deliveries(desk)).toEqual([{ ticket_id: id, message_id: got.body.id }]);
    expect(got.body).not.toHaveProperty("delivery_state");
    const path = `/tickets/${id}/messages/${got.body.id}?fields=delivery_state`;
    expect((await desk.get(path)).body).toEqual({ delivery_state: "queued" });
    expect((await desk.post(`/tickets/${id}/messages?fields=delivery_state`, outboundOf(desk))).body).toEqual({
      delivery_state: "queued",
    });
  });

  test("M3: outbound replies of a new ticket are sent too, each once and in order", async () => {
    const desk = await openDesk();
    const note = { type: "note", user_id: desk.user.id, body: "x" };
    const { id } = await desk.ticket({ messages: [outboundOf(desk), note, outboundOf(desk)] });
    const { messages } = (await desk.get(`/tickets/${id}?embed=messages`)).body;
    expect(await deliveries(desk)).toEqual([
      { ticket_id: id, message_id: messages[0].id },
      { ticket_id: id, message_id: messages[2].id },
    ]);
  });

  test("M3: a note and an inbound reply are not sent and have no delivery state", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket({ reply_cc: "cc@example.com" });
    const inbound = { type: "reply", direction: "in", from: "ruby@example.com", body: "x" };
    const reply = await desk.post(`/tickets/${id}/messages?fields=delivery_state,cc`, inbound);
    expect(reply.body).toEqual({ cc: null, delivery_state: null });
    await desk.post(`/tickets/${id}/messages`, { type: "note", user_id: desk.user.id, body: "x" });
    expect(await deliveries(desk)).toEqual([]);
  });

  test("M3: a refused reply leaves neither message nor job", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket();
    const faulty = [
      { body: "" },
      { to: "nobody" },
      { user_id: "nonsense" },
      { htmlized: 1 },
      { attachment_ids: ["x"] },
    ];
    for (const fault of faulty) {
      expect((await desk.post(`/tickets/${id}/messages`, { ...outboundOf(desk), ...fault })).status).toBe(422);
    }
    const stale = await desk.post(`/tickets/${id}/messages`, outboundOf(desk), { "If-Match": '"99"' });
    expect(stale.status).toBe(412);
    const ticket = { type: "email", subject: "x", customer: {} };
    expect((await desk.post("/tickets", { ...ticket, messages: [outboundOf(desk), { type: "note" }] })).status).toBe(
      422,
    );
    expect(await deliveries(desk)).toEqual([]);
    expect((await desk.get(`/tickets/${id}/messages?count=true`)).headers["total-count"]).toBe("0");
  });

  test("M3: a reply goes to the ticket's Cc as well", async () => {
    const desk = await openDesk();
    const { id } = await desk.ticket({ reply_cc: "cc@example.com" });
    const { body } = await desk.post(`/tickets/${id}/messages?fields=to,cc`, outboundOf(desk));
    expect(body).toEqual({ to: "ruby@example.com", cc: "cc@example.com" });
  });

  test("M3: creating a reply does not wait for anything outside", async () => {
    const desk = await openDesk();
    await desk.patch(`/inboxes/${desk.inbox.id}`, { address: "help@unreachable.invalid" });
    const { id } = await desk.ticket();
    expect((await desk.post(`/tickets/${id}/messages`, outboundOf(desk))).status).toBe(201);
    expect(await deliveries(desk)).toHaveLength(1);
  });
});
