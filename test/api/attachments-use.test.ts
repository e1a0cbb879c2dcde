import { afterEach, describe, expect, test } from "vitest";
import { sweepAttachments } from "../../src/desk/sweep-attachments.ts";
import { DAY, MINUTE, setClock } from "../../src/domain/time.ts";
import { hashBytes } from "../../src/storage/blobs.ts";
import { type Got, type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

async function upload(desk: TestDesk, text: string): Promise<string> {
  const data = Buffer.from(text).toString("base64");
  return (await desk.post("/attachments", { name: "a.txt", type: "text/plain", data })).body.id;
}

const note = async (desk: TestDesk, ticketId: string, ids: unknown): Promise<Got> =>
  await desk.post(`/tickets/${ticketId}/messages`, {
    type: "note",
    user_id: desk.user.id,
    body: "x",
    attachment_ids: ids,
  });

const sweep = async ({ server: { storage } }: TestDesk): Promise<number> =>
  await sweepAttachments(storage.db, storage.blobs);

const hasBytes = async ({ server: { storage }, account }: TestDesk, text: string): Promise<boolean> =>
  await storage.blobs.has(account.id, hashBytes(Buffer.from(text)));

describe.skipIf(ENGINE_MISSING !== null)("F2", () => {
  afterEach(() => setClock());

  test("F2: an attachment belongs to the message that used it, in the order given", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const ids = [await upload(desk, "b"), await upload(desk, "a")];
    const got = await note(desk, ticket.id, ids);
    expect(got.status).toBe(201);
    expect(got.body.attachments.map(({ id }: { id: string }) => id)).toEqual(ids);
    const shown = await desk.get(`/attachments/${ids[0]}?fields=message_id`);
    expect(shown.body).toEqual({ message_id: got.body.id });
  });

  test("F2: a second use is 422, and leaves no message behind", async () => {
    const desk = await openDesk();
    const [ticket, other] = [await desk.ticket(), await desk.ticket()];
    const id = await upload(desk, "x");
    await note(desk, ticket.id, [id]);
    const again = await note(desk, other.id, [id]);
    expect(again.status).toBe(422);
    expect(again.body.errors).toEqual([{ message: "attachment_ids[0] is already used" }]);
    expect((await desk.get(`/tickets/${other.id}/messages`)).body).toEqual([]);
  });

  test("F2: a second use within one request is 422: twice in a message, or in two messages", async () => {
    const desk = await openDesk();
    const id = await upload(desk, "x");
    const ticket = await desk.ticket();
    const twice = await note(desk, ticket.id, [id, id]);
    expect(twice.body.errors).toEqual([{ message: "attachment_ids[1] is already used" }]);
    const message = { type: "note", user_id: desk.user.id, body: "x", attachment_ids: [id] };
    const both = await desk.post("/tickets", {
      type: "email",
      subject: "x",
      customer: {},
      messages: [message, message],
    });
    expect(both.body.errors).toEqual([{ message: "messages[1].attachment_ids[0] is already used" }]);
    expect((await note(desk, ticket.id, [id])).status, "a refused use is none").toBe(201);
  });

  test("F2: of two uses at once one wins", async () => {
    const desk = await openDesk();
    const tickets = await Promise.all([desk.ticket(), desk.ticket(), desk.ticket(), desk.ticket()]);
    const [first, second] = [await upload(desk, "x"), await upload(desk, "y")];
    const got = await Promise.all(
      tickets.map(({ id }, index) => note(desk, id, index % 2 === 0 ? [first, second] : [second, first])),
    );
    expect(got.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422, 422, 422]);
  });

  test("F2: never used within 24 hours it is deleted, bytes too; what was used, or is younger, stays", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const [unused, used] = [await upload(desk, "unused"), await upload(desk, "used")];
    await note(desk, ticket.id, [used]);
    const start = Date.now();
    setClock(() => start + DAY - MINUTE);
    const young = await upload(desk, "young");
    await sweep(desk);
    expect((await desk.get(`/attachments/${unused}`)).status, "not yet").toBe(200);

    setClock(() => start + DAY + MINUTE);
    expect(await sweep(desk)).toBeGreaterThan(0);
    expect((await desk.get(`/attachments/${unused}`)).status).toBe(404);
    expect((await desk.get(`/attachments/${unused}/content`)).status).toBe(404);
    expect(await hasBytes(desk, "unused")).toBe(false);
    for (const [id, text] of [
      [used, "used"],
      [young, "young"],
    ]) {
      expect((await desk.get(`/attachments/${id}/content`)).text).toBe(text);
    }
    expect((await note(desk, ticket.id, [unused])).body.errors).toEqual([
      { message: "attachment_ids[0] must be the id of an attachment" },
    ]);
  });

  test("F2: bytes that another attachment has too stay", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const [used] = [await upload(desk, "same"), await upload(desk, "same")];
    await note(desk, ticket.id, [used]);
    const start = Date.now();
    setClock(() => start + DAY + MINUTE);
    await sweep(desk);
    expect((await desk.get(`/attachments/${used}/content`)).text).toBe("same");
  });

  test("F2: a sweep never races a use: what is used is whole, what is swept was refused", async () => {
    const desk = await openDesk();
    const ticket = await desk.ticket();
    const ids: string[] = [];
    for (let index = 0; index < 40; index += 1) ids.push(await upload(desk, `race ${index % 20}`));
    const start = Date.now();
    setClock(() => start + DAY + MINUTE);
    const uses = Promise.all(ids.map((id) => note(desk, ticket.id, [id])));
    const sweeps = Promise.all([sweep(desk), sweep(desk), sweep(desk)]);
    const [got] = await Promise.all([uses, sweeps]);
    for (const [index, { status }] of got.entries()) {
      const content = await desk.get(`/attachments/${ids[index]}/content`);
      if (status === 201) expect(content.text).toBe(`race ${index % 20}`);
      else expect([status, content.status]).toEqual([422, 404]);
    }
  });
});
