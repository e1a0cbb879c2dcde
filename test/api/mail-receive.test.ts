import { beforeAll, describe, expect, test } from "vitest";
import { listReceivedMessages } from "../../src/storage/received-message-list.ts";
import { type TestDesk, openDesk, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";

const MESSAGE = [
  "Message-ID: <one@customer.example>",
  "From: Ruby Miller <ruby@customer.example>",
  "Subject: By HTTP",
  "Date: Mon, 02 Mar 2026 10:00:00 +0000",
  "",
  "Forwarded to you.",
  "",
].join("\r\n");

const RFC822 = { "Content-Type": "message/rfc822" };

describe.skipIf(ENGINE_MISSING !== null)("POST /mail", () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await openDesk();
  });

  test("takes a raw message, and the same message again changes nothing", async () => {
    const first = await desk.post("/mail?inbox=help@desk.example", MESSAGE, RFC822);
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ outcome: "ticket" });
    const again = await desk.post("/mail?inbox=help%2Bkey@desk.example", MESSAGE, RFC822);
    expect(again.body).toMatchObject({ outcome: "duplicate", ticket_id: first.body.ticket_id });
    const ticket = await desk.get(`/tickets/${first.body.ticket_id}`);
    expect(ticket.body).toMatchObject({ subject: "By HTTP" });
    const { db } = desk.server.storage;
    const rows = await listReceivedMessages(db, desk.account.id, { outcome: null, limit: 10 });
    expect(rows.map(({ source }) => source)).toEqual(["http", "http"]);
  });

  test("takes no other type, and no other route takes this one", async () => {
    expect((await desk.post("/mail?inbox=help@desk.example", { raw: MESSAGE })).status).toBe(415);
    expect((await desk.post("/inboxes", MESSAGE, RFC822)).status).toBe(415);
  });

  test("refuses an inbox that is not there, another account's too, and a missing message", async () => {
    const other = await openDesk();
    await desk.server.storage.db.transact(
      async (tx) =>
        await tx.query
          .updateTable("inboxes")
          .set({ address: "other@desk.example", address_key: "other@desk.example" })
          .where("account_id", "=", other.account.id)
          .execute(),
    );
    for (const inbox of ["", "nobody@desk.example", "other@desk.example"]) {
      const got = await desk.post(`/mail?inbox=${inbox}`, MESSAGE, RFC822);
      expect(got.status).toBe(422);
    }
    expect((await desk.post("/mail?inbox=help@desk.example", undefined, RFC822)).status).toBe(422);
  });

  test("refuses a message beyond the limit of mail", async () => {
    const server = await startTestServer({ mailLimit: 1000, bodyLimit: 100 });
    const small = await openDesk({}, server);
    expect((await small.post("/mail?inbox=help@desk.example", MESSAGE, RFC822)).status).toBe(202);
    expect((await small.post("/mail?inbox=help@desk.example", MESSAGE + "x".repeat(1000), RFC822)).status).toBe(413);
    await server.close();
  });
});
