import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const SUPPORT = { From: "Support <help@desk.example>", To: "Ada Lovelace <ada@example.com>" };
const IMPORT = { source: "import", sourcePosition: "sent.mbox:0" } as const;

describe.skipIf(ENGINE_MISSING !== null)("mail of our own", () => {
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

  test("that comes back as a copy is a duplicate of what we sent", async () => {
    const { ticket } = await room.receive(letter());
    const sent = await room.reply(ticket?.id);
    await room.close(ticket?.id);
    const before = await room.tickets();
    const copy = letter(
      { ...SUPPORT, "Message-ID": `<${sent.mail_id}>`, "In-Reply-To": "<x@y.example>" },
      "Our answer",
    );
    for (const origin of [{}, IMPORT]) {
      const { ledger, messages } = await room.receive(copy, origin);
      expect(ledger).toMatchObject({
        outcome: "duplicate",
        reason: "it is a message of our own",
        ticket_id: ticket?.id,
        message_id: sent.id,
      });
      expect(messages).toHaveLength(2);
    }
    expect(await room.tickets()).toEqual(before);
    expect(await room.message(sent.id)).toEqual(sent);
  });

  test("is told from what came in: another message with a known Message-ID of a customer's is kept", async () => {
    await room.receive(letter({ "Message-ID": "<a@example.com>" }));
    const { ledger } = await room.receive(letter({ "Message-ID": "<a@example.com>" }, "Other words"));
    expect(ledger.outcome).toBe("ticket");
  });

  test("is not another account's: a copy of theirs is a ticket here", async () => {
    const other = await openMailRoom(storage);
    const sent = await other.reply((await other.receive(letter())).ticket?.id);
    const { ledger } = await room.receive(letter({ "Message-ID": `<${sent.mail_id}>` }));
    expect(ledger.outcome).toBe("ticket");
  });

  describe("from an inbox's own address", () => {
    test("is outbound and sent when it is imported, and nothing delivers it again", async () => {
      const first = await room.receive(letter({ "Message-ID": "<a@example.com>" }), {
        ...IMPORT,
        sourcePosition: "in:0",
      });
      await room.close(first.ticket?.id);
      const { ledger, message, ticket } = await room.receive(
        letter({ ...SUPPORT, "In-Reply-To": "<a@example.com>", "Message-ID": "<b@desk.example>" }),
        IMPORT,
      );
      expect(ledger).toMatchObject({ outcome: "reply", ticket_id: first.ticket?.id });
      expect(message).toMatchObject({ direction: "out", delivery_state: "sent", mail_id: "b@desk.example" });
      expect(message).toMatchObject({ from: "Support <help@desk.example>", to: SUPPORT.To, user_id: null });
      expect(ticket?.state).toBe("closed");
      expect(await room.deliveries()).toBe(0);
    });

    test("imported once more from another folder is a duplicate", async () => {
      const raw = letter({ ...SUPPORT, "Message-ID": "<b@desk.example>" });
      const one = await room.receive(raw, IMPORT);
      const { ledger } = await room.receive(`X-Folder: Sent\r\n${raw.replace("Hello", "Hello, too")}`, IMPORT);
      expect(ledger).toMatchObject({ outcome: "duplicate", message_id: one.message?.id });
    });

    test("that begins a thread has its recipient as the customer, whose answer joins it", async () => {
      const begun = await room.receive(
        letter({ ...SUPPORT, "Reply-To": "help@desk.example", "Message-ID": "<b@desk.example>" }),
        IMPORT,
      );
      expect(begun.ledger.outcome).toBe("ticket");
      expect(begun.message).toMatchObject({ direction: "out", delivery_state: "sent" });
      expect(begun.customer).toMatchObject({ first_name: "Ada", last_name: "Lovelace" });
      expect(begun.contacts).toMatchObject([{ value_key: "ada@example.com" }]);
      // An answer of ours does not go to ourselves.
      expect(begun.ticket?.reply_to).toBeNull();
      const answer = await room.receive(letter({ "In-Reply-To": "<b@desk.example>" }), {
        ...IMPORT,
        sourcePosition: "1",
      });
      expect(answer.ledger).toMatchObject({ outcome: "reply", ticket_id: begun.ticket?.id });
      expect(answer.message?.direction).toBe("in");
      expect(await room.deliveries()).toBe(0);
    });

    test("that begins a thread with a bare address names the customer no more than that", async () => {
      const { customer, contacts } = await room.receive(letter({ ...SUPPORT, To: "ada@example.com" }), IMPORT);
      expect(customer).toMatchObject({ first_name: null, last_name: null });
      expect(contacts).toMatchObject([{ value_key: "ada@example.com" }]);
    });

    test("live, is not believed to be ours: anybody can write that", async () => {
      const { message } = await room.receive(letter({ ...SUPPORT, "Message-ID": "<b@desk.example>" }));
      expect(message).toMatchObject({ direction: "in", delivery_state: null });
      expect(await room.deliveries()).toBe(0);
    });

    test("of another account, is a customer's here", async () => {
      const { message } = await room.receive(letter({ From: "Sales <sales@elsewhere.example>" }), IMPORT);
      expect(message).toMatchObject({ direction: "in", delivery_state: null });
    });
  });
});
