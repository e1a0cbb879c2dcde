import { beforeAll, describe, expect, test } from "vitest";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { receiveRefused } from "../support/furnish.ts";
import { type TestDesk, openDesk } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const RAW = "Message-ID: <one@mail.example>\r\nFrom: Ruby <ruby@mail.example>\r\nSubject: First\r\n\r\nHello\r\n";

describe.skipIf(ENGINE_MISSING !== null)("the ledger of mail", () => {
  let desk: TestDesk;
  let filed: string;
  let aside: string;
  beforeAll(async () => {
    desk = await openDesk();
    const { storage } = desk.server;
    const origin = {
      accountId: desk.account.id,
      inboxId: desk.inbox.id,
      source: "pipe",
      sourcePosition: null,
    } as const;
    filed = await storeReceivedMessage(storage, { ...origin, raw: Buffer.from(RAW) });
    await processReceivedMessage(storage, desk.account.id, filed);
    aside = await receiveRefused(desk);
  });
  const ids = async (query: string, by = desk): Promise<string[]> =>
    (await by.get(`/received-messages${query}`)).body.map(({ id }: { id: string }) => id);

  test("lists what came in and what became of it, newest first, by outcome and by inbox", async () => {
    expect(await ids("")).toEqual([aside, filed]);
    expect(await ids("?outcome=ticket,reply")).toEqual([filed]);
    expect(await ids(`?inbox_id=${desk.inbox.id}&outcome=quarantine`)).toEqual([aside]);
    expect(await ids(`?inbox_id=${"0".repeat(24)}`)).toEqual([]);
    expect((await desk.get("/received-messages?outcome=lost")).status).toBe(400);
    const counted = await desk.get("/received-messages?outcome=quarantine&count=true&per_page=0");
    expect(counted.headers["total-count"]).toBe("1");
    expect((await desk.get(`/received-messages/${filed}`)).body).toMatchObject({
      outcome: "ticket",
      reason: "it answers no message that is known here",
      from: "Ruby <ruby@mail.example>",
      subject: "First",
      ticket_number: 1,
    });
    expect((await desk.get(`/received-messages/${aside}`)).body).toMatchObject({
      outcome: "quarantine",
      reason: "a test says so",
      ticket_id: null,
    });
  });

  test("gives every message as it came, byte for byte", async () => {
    const raw = await desk.get(`/received-messages/${filed}/raw`);
    expect(raw.headers["content-type"]).toBe("message/rfc822");
    expect(raw.text).toBe(RAW);
  });

  test("takes up what was put aside when a person says so, and nothing else", async () => {
    expect((await desk.post(`/received-messages/${filed}/retry`)).status).toBe(422);
    const retried = await desk.post(`/received-messages/${aside}/retry`);
    expect(retried.status).toBe(200);
    expect(retried.body).toMatchObject({ id: aside, outcome: "ticket", subject: "Taken" });
    expect((await desk.post(`/received-messages/${aside}/retry`)).status).toBe(422);
    expect(await ids("?outcome=quarantine")).toEqual([]);
  });

  test("shows an agent the inboxes that they may see, and lets admins only try again", async () => {
    const agent = await desk.signIn({ inboxIds: [] });
    expect((await agent.get("/received-messages")).body).toEqual([]);
    expect((await agent.get(`/received-messages/${filed}`)).status).toBe(404);
    expect((await agent.get(`/received-messages/${filed}/raw`)).status).toBe(404);
    const colleague = await desk.signIn({ role: "agent" });
    expect((await colleague.post(`/received-messages/${filed}/retry`)).status).toBe(403);
  });

  test("T8: is the account's own", async () => {
    const other = await openDesk();
    expect(await ids("", other)).toEqual([]);
    expect((await other.get(`/received-messages/${filed}`)).status).toBe(404);
    expect((await other.get(`/received-messages/${filed}/raw`)).status).toBe(404);
    expect((await other.post(`/received-messages/${filed}/retry`)).status).toBe(404);
  });
});
