import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createInbox } from "../../src/desk/inboxes.ts";
import { Faults } from "../../src/domain/faults.ts";
import { setClock } from "../../src/domain/time.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "../fixtures/mail", name));

describe.skipIf(ENGINE_MISSING !== null)("the same message twice", () => {
  let storage: TestStorage;
  let room: MailRoom;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    setClock(() => Date.UTC(2026, 10, 24, 12));
    room = await openMailRoom(storage);
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  async function expectOne(first: string | Uint8Array, second: string | Uint8Array): Promise<void> {
    const one = await room.receive(first);
    const two = await room.receive(second);
    expect(one.ledger.outcome).toBe("ticket");
    expect(two.ledger).toMatchObject({
      outcome: "duplicate",
      reason: `it was received before, as ${one.ledger.id}`,
      ticket_id: one.ticket?.id,
      message_id: one.message?.id,
    });
    expect(two.messages).toHaveLength(1);
    expect(two.ticket).toEqual(one.ticket);
    expect(await room.tickets()).toHaveLength(1);
    // Even so its own bytes are kept.
    expect((await room.bytes(two.ledger)).equals(Buffer.from(second))).toBe(true);
  }

  test("is one, byte for byte", async () => {
    const raw = letter({ "Message-ID": "<a@example.com>" });
    await expectOne(raw, raw);
  });

  test("is one without a Message-ID", async () => {
    await expectOne(letter(), letter());
  });

  test("is one with other trace fields", async () => {
    const received = "from a by b; Mon, 2 Mar 2026 10:00:01 +0100";
    await expectOne(
      letter({ Received: received }),
      letter({ Received: received.replace("from a", "from c"), "X-Spam": "no" }),
    );
  });

  test("is one in another transfer encoding, folding and charset", async () => {
    await expectOne(fixture("route-one.eml"), fixture("route-two.eml"));
  });

  test("is one though its line ends differ", async () => {
    await expectOne(letter(), letter().replaceAll("\r\n", "\n"));
  });

  test("is one as a reply too, which does not open the ticket again", async () => {
    await room.receive(letter({ "Message-ID": "<a@example.com>" }));
    const reply = letter({ "In-Reply-To": "<a@example.com>", Subject: "Re: A question" }, "More");
    const one = await room.receive(reply);
    const two = await room.receive(reply);
    expect([one.ledger.outcome, two.ledger.outcome]).toEqual(["reply", "duplicate"]);
    expect(two.messages).toHaveLength(2);
    expect(two.ticket).toEqual(one.ticket);
  });

  test("and a third time, is a duplicate of the first", async () => {
    const one = await room.receive(letter());
    await room.receive(letter());
    const { ledger } = await room.receive(letter());
    expect(ledger).toMatchObject({ outcome: "duplicate", message_id: one.message?.id });
    expect(ledger.reason).toContain(one.ledger.id);
  });

  test("at the same moment gives one ticket, and duplicates of it", async () => {
    for (let round = 0; round < 6; round += 1) {
      const raw = letter({ Subject: `At once ${round}`, From: `New ${round} <new${round}@example.com>` });
      const filed = await Promise.all([1, 2, 3].map(async () => await room.receive(raw)));
      expect(filed.map(({ ledger }) => ledger.outcome).toSorted()).toEqual(["duplicate", "duplicate", "ticket"]);
      expect(new Set(filed.map(({ ledger }) => ledger.message_id)).size).toBe(1);
      expect(await room.tickets()).toHaveLength(round + 1);
    }
    expect((await room.tickets()).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("stored at the same moment with the same bytes keeps two rows of the ledger", async () => {
    await Promise.all([1, 2, 3, 4].map(async () => await room.store(letter())));
    expect(await room.ledger()).toHaveLength(4);
  });

  test("is two in two inboxes: each has its own", async () => {
    const inbox = await storage.db.transact(
      async (tx) =>
        await createInbox(tx, room.accountId, { name: "Sales", address: "sales@desk.example" }, new Faults()),
    );
    const one = await room.receive(letter());
    const two = await room.receive(letter(), { inboxId: inbox.id });
    expect([one.ledger.outcome, two.ledger.outcome]).toEqual(["ticket", "ticket"]);
  });

  test.each([
    ["text", letter({ "Message-ID": "<a@example.com>" }, "Other words")],
    ["subject", letter({ "Message-ID": "<a@example.com>", Subject: "Another" })],
    ["sender", letter({ "Message-ID": "<a@example.com>", From: "eve@example.com" })],
    ["date", letter({ "Message-ID": "<a@example.com>", Date: "Mon, 2 Mar 2026 10:00:01 +0100" })],
  ])("is two when it is not the same, though it has the same Message-ID: another %s", async (_, second) => {
    await room.receive(letter({ "Message-ID": "<a@example.com>" }));
    const { ledger } = await room.receive(second);
    expect(ledger.outcome).toBe("ticket");
    expect(await room.tickets()).toHaveLength(2);
  });

  test("imported again is one, with the date and the ticket of the first time", async () => {
    const origin = { source: "import", sourcePosition: "archive.mbox:0" } as const;
    const one = await room.receive(letter(), origin);
    const two = await room.receive(letter(), origin);
    expect([one.ledger.outcome, two.ledger.outcome]).toEqual(["ticket", "duplicate"]);
    expect(two.ticket).toEqual(one.ticket);
    expect(one.ticket?.created_at).toBe(Date.UTC(2026, 2, 2, 9));
  });
});
