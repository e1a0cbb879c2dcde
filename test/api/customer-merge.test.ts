import { beforeAll, describe, expect, test } from "vitest";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

let desk: TestDesk;
beforeAll(async () => {
  if (ENGINE_MISSING === null) desk = await openDesk();
});

let people = 0;

async function customer(more: object = {}): Promise<Got["body"]> {
  people += 1;
  const contacts = [{ type: "email", value: `person${people}@x.example` }];
  const got = await desk.post("/customers", { first_name: `Person${people}`, contacts, ...more });
  expect(got.status, got.text).toBe(201);
  return got.body;
}

const values = (found: Got): string[] => found.body.contacts.map(({ value }: { value: string }) => value);

describe.skipIf(ENGINE_MISSING !== null)("merging customers", () => {
  test("takes contacts, tickets and summary over; the other is gone, and answers go where they went", async () => {
    const [target, source] = [await customer({ summary: "VIP" }), await customer({ summary: "Slow payer" })];
    const ticket = await desk.ticket({ customer: undefined, customer_id: source.id });
    expect(ticket.reply_to).toBe(source.contacts[0].value);
    const merged = await desk.post(`/customers/${target.id}/merge`, { customer_ids: [source.id] });
    expect(merged.status, merged.text).toBe(200);
    expect(merged.body).toMatchObject({ id: target.id, first_name: target.first_name, summary: "VIP\n\nSlow payer" });
    expect(values(merged)).toEqual([target.contacts[0].value, source.contacts[0].value]);
    expect((await desk.get(`/customers/${source.id}`)).status).toBe(404);
    expect((await desk.patch(`/customers/${source.id}`, { first_name: "x" })).status).toBe(404);
    const moved = await desk.get(`/tickets/${ticket.id}?embed=customer`);
    expect(moved.body).toMatchObject({ customer_id: target.id, reply_to: source.contacts[0].value });
    expect(moved.body.customer.id).toBe(target.id);
    const listed = (await desk.get("/customers?per_page=100")).body.map(({ id }: { id: string }) => id);
    expect(listed).not.toContain(source.id);
    const byWord = await desk.get(`/customers?q=${source.first_name}`);
    expect(
      byWord.body.map(({ id }: { id: string }) => id),
      "by the contact that it has now",
    ).toEqual([target.id]);
    const byContact = await desk.get(`/customers?contacts.value=${source.contacts[0].value}`);
    expect(byContact.body.map(({ id }: { id: string }) => id)).toEqual([target.id]);
    const again = await desk.ticket({
      customer: { contacts: source.contacts.map(({ type, value }: Got["body"]) => ({ type, value })) },
    });
    expect(again.customer_id, "K2: who writes from that address is the one customer").toBe(target.id);
  });

  test("can be taken back; a ticket that was made since stays", async () => {
    const [target, source] = [await customer(), await customer({ summary: "Slow payer" })];
    const ticket = await desk.ticket({ customer: undefined, customer_id: source.id });
    const merged = await desk.post(`/customers/${target.id}/merge`, { customer_ids: [source.id] });
    const since = await desk.ticket({ customer: undefined, customer_id: target.id });
    const undone = await desk.post(`/undos/${String(merged.headers["undo-id"])}`);
    expect(undone.status, undone.text).toBe(200);
    const [first, second] = [await desk.get(`/customers/${target.id}`), await desk.get(`/customers/${source.id}`)];
    expect(first.body).toEqual(target);
    expect(second.body).toEqual(source);
    const raw = await desk.get(`/tickets/${ticket.id}`);
    expect(raw.body).toMatchObject({ customer_id: source.id, reply_to: source.contacts[0].value });
    expect((await desk.get(`/tickets/${since.id}`)).body.customer_id).toBe(target.id);
    expect((await desk.get(`/customers?q=${source.first_name}`)).body).toHaveLength(1);
  });

  test("refuses itself, what is not there and what is gone", async () => {
    const [target, source] = [await customer(), await customer()];
    const bad = await desk.post(`/customers/${target.id}/merge`, { customer_ids: [target.id, "0".repeat(24)] });
    expect(bad.status).toBe(422);
    expect(bad.body.errors).toHaveLength(2);
    await desk.post(`/customers/${target.id}/merge`, { customer_ids: [source.id] });
    expect((await desk.post(`/customers/${target.id}/merge`, { customer_ids: [source.id] })).status).toBe(422);
    expect((await desk.post(`/customers/${source.id}/merge`, { customer_ids: [target.id] })).status).toBe(404);
  });
});
