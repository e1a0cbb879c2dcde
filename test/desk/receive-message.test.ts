import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { htmlToText } from "../../src/domain/text.ts";
import { SECOND, setClock } from "../../src/domain/time.ts";
import { processPendingMessages } from "../../src/desk/process-pending.ts";
import { processReceivedMessage } from "../../src/desk/receive-message.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { senderOf } from "../../src/mail/sender.ts";
import { hashBytes } from "../../src/storage/blobs.ts";
import { FIRST_EVENT, listEvents } from "../../src/storage/events.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const SENT = Date.UTC(2026, 2, 2, 9);

/** What is too large for its row, and has a file that is: both are stored before the transaction that records them. */
const LARGE = Buffer.from(
  [
    "From: Ruby <ruby@example.com>",
    "Subject: The plan",
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    "--b",
    "",
    "See the file.",
    "--b",
    'Content-Disposition: attachment; filename="plan.bin"',
    "Content-Type: application/octet-stream",
    "",
    "x".repeat(70).concat("\r\n").repeat(1000),
    "--b--",
    "",
  ].join("\r\n"),
);

const fixtures = join(import.meta.dirname, "../fixtures/mail");
const fixture = (name: string): Buffer => readFileSync(join(fixtures, name));

/** What is split off each fixture, where something is; the HTML one ends with an element of its own. */
const SPLIT: Record<string, string> = {
  "cte-base64-footer.eml": "____\nlist footer, added later",
  "flowed.eml": "-- \nAda",
  "inline-image.eml": "\n<div>-- <br>\nsent by a list</div>",
};

describe.skipIf(ENGINE_MISSING !== null)("receiving mail", () => {
  let storage: TestStorage;
  let room: MailRoom;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    setClock(() => NOW);
    room = await openMailRoom(storage);
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  /** The bytes are written ahead of the transaction; within it, where they are looked for, it meets this fault. */
  function failingInside(fault: Error): TestStorage {
    return { ...storage, blobs: { ...storage.blobs, has: async () => await Promise.reject(fault) } };
  }

  describe("stores the raw message before anything else", () => {
    test("as a pending row and its bytes", async () => {
      const raw = fixture("nul.eml");
      const { ledger } = await room.look(await room.store(raw));
      expect(ledger).toMatchObject({
        outcome: "pending",
        source: "pipe",
        source_position: null,
        size: raw.byteLength,
        hash: hashBytes(raw),
        created_at: NOW,
        processed_at: null,
        ticket_id: null,
      });
      expect((await room.bytes(ledger)).equals(raw)).toBe(true);
    });

    test("so that both are there whatever happens next", async () => {
      const id = await room.store(letter());
      const broken = {
        ...storage.blobs,
        read: async () => await Promise.reject(Object.assign(new Error("gone"), { syscall: "open" })),
      };
      await expect(processReceivedMessage({ ...storage, blobs: broken }, room.accountId, id)).rejects.toThrow("gone");
      const { ledger } = await room.look(id);
      expect(ledger.outcome).toBe("pending");
      expect((await room.bytes(ledger)).toString()).toBe(letter());
      expect((await room.process(id)).ledger.outcome).toBe("ticket");
    });

    test("and says so only once its bytes are written", async () => {
      const full = {
        ...storage.blobs,
        put: async () => await Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })),
      };
      const other: MailRoom = await openMailRoom({ ...storage, blobs: full });
      await expect(other.store(LARGE)).rejects.toThrow("full");
      expect(await other.ledger()).toEqual([]);
    });
  });

  test("a message becomes a ticket with its customer and itself", async () => {
    const { ledger, ticket, message, customer, contacts } = await room.receive(
      letter({
        "Message-ID": "<first@example.com>",
        Cc: "Bob <bob@example.com>",
        To: "Help <help@desk.example>, x@y.example",
      }),
    );
    expect(ledger).toMatchObject({ outcome: "ticket", mail_id: "first@example.com", processed_at: NOW });
    expect(ledger.reason).not.toBe("");
    expect(ticket).toMatchObject({
      number: 1,
      type: "email",
      state: "open",
      subject: "A question",
      summary: "Hello",
      inbox_id: room.inboxId,
      created_at: NOW,
      reply_to: null,
    });
    expect(message).toMatchObject({
      type: "reply",
      direction: "in",
      from_name: "Ada Lovelace",
      from: "Ada Lovelace <ada@example.com>",
      to: "Help <help@desk.example>, x@y.example",
      cc: "Bob <bob@example.com>",
      htmlized: 0,
      mail_id: "first@example.com",
      delivery_state: null,
      created_at: SENT,
    });
    expect(message?.body.trim()).toBe("Hello");
    expect(customer).toMatchObject({ first_name: "Ada", last_name: "Lovelace" });
    expect(contacts).toMatchObject([{ type: "email", value: "ada@example.com", value_key: "ada@example.com" }]);
  });

  test("is recorded as received, with a Message-ID or without", async () => {
    await room.receive(letter({ "Message-ID": "<first@example.com>" }));
    await room.receive(letter({ Subject: "Another" }));
    const kinds = async (): Promise<string[]> =>
      (await listEvents(storage.db, room.accountId, FIRST_EVENT, 10)).map(({ kind }) => kind);
    await expect.poll(kinds).toEqual(["ticket.created", "message.received", "ticket.created", "message.received"]);
  });

  describe("finds the customer", () => {
    test("who holds the address, however it is spelled, and does not modify them", async () => {
      const first = await room.receive(letter());
      const second = await room.receive(letter({ From: "A. King <ADA@Example.com>", Subject: "Another" }));
      expect(second.customer).toEqual(first.customer);
      expect(second.contacts).toEqual(first.contacts);
      expect(second.message?.from_name).toBe("A. King");
      expect(second.ticket?.id).not.toBe(first.ticket?.id);
    });

    test.each([
      ["Ruby Miller <ruby@example.com>", "Ruby", "Miller"],
      ['"Miller, Ruby" <ruby@example.com>', "Ruby", "Miller"],
      ["Ruby <ruby@example.com>", "Ruby", null],
      ["Ana María de la Cruz <ruby@example.com>", "Ana María de la", "Cruz"],
      ["ruby@example.com", null, null],
      ['"ruby@example.com" <ruby@example.com>', null, null],
    ])("or creates one from %s", async (from, first_name, last_name) => {
      const { customer, contacts } = await room.receive(letter({ From: from }));
      expect(customer).toMatchObject({ first_name, last_name });
      expect(contacts).toMatchObject([{ value_key: "ruby@example.com" }]);
    });

    test("or creates one without a contact when nobody says an address", async () => {
      const { customer, contacts, message } = await room.receive(fixture("from-without-address.eml"));
      expect(customer).toMatchObject({ first_name: "The Fax", last_name: "Machine" });
      expect(contacts).toEqual([]);
      expect(message).toMatchObject({ from_name: "The Fax Machine", from: "The Fax Machine" });
    });

    test("who wrote, not who Reply-To names; answers go there all the same", async () => {
      const { contacts, ticket } = await room.receive(letter({ "Reply-To": "Boss <boss@example.com>" }));
      expect(contacts).toMatchObject([{ value: "ada@example.com" }]);
      expect(ticket?.reply_to).toBe("boss@example.com");
    });
  });

  describe("stores each of our fixtures as it was read", () => {
    test.each(readdirSync(fixtures).filter((name) => name.endsWith(".eml")))("%s", async (name) => {
      const raw = fixture(name);
      const parsed = await parseMessage(raw);
      const sender = senderOf(parsed);
      const { ledger, ticket, message, attachments } = await room.receive(raw);
      expect(ledger).toMatchObject({ outcome: name === "bounce.eml" ? "bounce" : "ticket", hash: hashBytes(raw) });
      expect((await room.bytes(ledger)).equals(raw)).toBe(true);
      expect(ticket?.subject).toBe(parsed.subject);
      expect(message?.from_name).toBe(sender.name);
      expect(message?.from).toContain(sender.address ?? sender.name);
      expect(message?.created_at).toBe(parsed.date?.getTime() ?? NOW);
      const html = parsed.html !== null;
      const whole = (html ? parsed.html : parsed.text) ?? "";
      const more = SPLIT[name] ?? null;
      const cut = more === null ? whole.length : whole.indexOf(more);
      // Nothing is lost where the signature begins but blank space.
      expect([message?.body, message?.more_body]).toEqual([
        more === null ? whole : whole.slice(0, cut).trimEnd(),
        more,
      ]);
      expect(message?.htmlized).toBe(html ? 1 : 0);
      const expected = parsed.attachments.map((each, position) => ({
        position,
        name: each.name,
        type: each.type,
        size: each.content.byteLength,
        content_id: each.contentId,
        inline: each.inline ? 1 : 0,
        message_id: message?.id,
      }));
      expect(attachments).toMatchObject(expected);
      for (const [index, each] of parsed.attachments.entries()) {
        expect((await room.bytes(attachments[index] ?? { hash: "" })).equals(each.content)).toBe(true);
      }
      const stored = JSON.stringify([ticket, message, attachments]);
      expect(stored).not.toContain("\\u0000");
    });
  });

  test("HTML is kept as it came, with the pictures that stand in it marked as inline", async () => {
    const { message, attachments } = await room.receive(fixture("inline-image.eml"));
    expect(message?.htmlized).toBe(1);
    expect(message?.body).toContain("cid:");
    expect(htmlToText(message?.body ?? "")).toContain("See");
    expect(
      attachments.map(({ name, type, inline, content_id }) => [name.split(/[/\\]/).length, type, inline, content_id]),
    ).toEqual([
      [1, "image/png", 1, "pic@example"],
      [1, "application/pdf", 0, null],
    ]);
  });

  test("text in any charset is stored as what it says", async () => {
    expect((await room.receive(fixture("charset-latin1.eml"))).message?.body).toContain("Schöne Grüße, 5 €");
  });

  describe("dates a message", () => {
    test("of the future to its arrival", async () => {
      const { message } = await room.receive(letter({ Date: "Mon, 2 Mar 2037 10:00:00 +0100" }));
      expect(message?.created_at).toBe(NOW);
    });

    test("without a readable date to its arrival", async () => {
      expect((await room.receive(letter({ Date: "soon" }))).message?.created_at).toBe(NOW);
      expect((await room.receive(letter({ Date: null, Subject: "Another" }))).message?.created_at).toBe(NOW);
    });

    test("and its ticket, when it is imported, to when it was sent", async () => {
      const { ticket, message } = await room.receive(letter(), { source: "import", sourcePosition: "a.mbox:1" });
      expect([ticket?.created_at, ticket?.updated_at, message?.created_at]).toEqual([SENT, SENT, SENT]);
    });
  });

  describe("puts aside what it cannot read", () => {
    test("with the reason, and keeps its bytes", async () => {
      const { ledger, ticket } = await room.receive("");
      expect(ledger).toMatchObject({ outcome: "quarantine", processed_at: NOW, ticket_id: null, fingerprint: null });
      expect(ledger.reason).toMatch(/^it could not be read: ./);
      expect(ticket).toBeUndefined();
      expect(await room.bytes(ledger)).toHaveLength(0);
      expect(await room.tickets()).toEqual([]);
    });

    test("for good: processing it again changes nothing", async () => {
      const { ledger } = await room.receive("");
      expect((await room.process(ledger.id)).ledger).toEqual(ledger);
    });

    test("or what the database refuses for what it holds, leaving nothing half-made", async () => {
      const id = await room.store(LARGE);
      const next = await room.store(letter());
      const refusing = failingInside(Object.assign(new Error("value too long"), { code: "22001" }));
      const result = await processReceivedMessage(refusing, room.accountId, id);
      expect(result).toMatchObject({ outcome: "quarantine", reason: "it could not be filed: value too long" });
      expect(await room.tickets()).toEqual([]);
      expect((await room.bytes((await room.look(id)).ledger)).equals(LARGE)).toBe(true);
      expect((await room.process(next)).ledger.outcome).toBe("ticket");
    });
  });

  describe("does not give a message up for a fault of the storage", () => {
    test.each([
      ["a full disk", Object.assign(new Error("no space left"), { code: "ENOSPC", syscall: "write" })],
      ["a lost connection", new Error("Connection terminated unexpectedly")],
      ["a server that shuts down", Object.assign(new Error("terminating"), { code: "57P01" })],
      ["a locked file", Object.assign(new Error("database is locked"), { code: "ERR_SQLITE_ERROR", errcode: 5 })],
    ])("such as %s", async (_, fault) => {
      const id = await room.store(LARGE);
      const ahead = { ...storage, blobs: { ...storage.blobs, put: async () => await Promise.reject(fault) } };
      for (const failing of [ahead, failingInside(fault)]) {
        await expect(processReceivedMessage(failing, room.accountId, id)).rejects.toBe(fault);
      }
      expect((await room.look(id)).ledger.outcome).toBe("pending");
      expect((await room.process(id)).ledger.outcome).toBe("ticket");
    });
  });

  describe("takes up what a crash left between storing and processing", () => {
    // What other tests left pending is theirs.
    beforeEach(async () => void (await processPendingMessages(storage)));

    test("of every account, oldest first", async () => {
      const other = await openMailRoom(storage);
      const ids = [await room.store(letter({ Subject: "1" })), await room.store(letter({ Subject: "2" }))];
      const others = [await other.store(letter({ Subject: "3" }))];
      expect(await processPendingMessages(storage)).toBe(3);
      expect((await room.ledger()).map(({ id, outcome }) => [id, outcome])).toEqual(ids.map((id) => [id, "ticket"]));
      expect((await other.ledger()).map(({ id, outcome }) => [id, outcome])).toEqual(
        others.map((id) => [id, "ticket"]),
      );
      expect((await room.tickets()).map(({ subject }) => subject)).toEqual(["1", "2"]);
      expect(await processPendingMessages(storage)).toBe(0);
    });

    test("also when there is more than it takes at a time", async () => {
      // Of 130 customers: more than ten tickets of one within the hour are a loop.
      for (let count = 0; count < 130; count += 1) {
        await room.store(letter({ Subject: String(count), From: `customer${count}@example.com` }));
      }
      expect(await processPendingMessages(storage)).toBe(130);
      expect(await room.tickets()).toHaveLength(130);
    });

    test("and one whose bytes are gone keeps no other from its turn", async () => {
      const letterLost = letter({ Subject: "Lost" }) + "And so on.\r\n".repeat(8000);
      const lost = await room.store(letterLost);
      const { ledger } = await room.look(lost);
      await storage.blobs.remove(room.accountId, ledger.hash);
      const next = await room.store(letter({ Subject: "Next" }));
      await expect(processPendingMessages(storage)).rejects.toThrow("1 received messages are still pending");
      expect((await room.look(next)).ledger.outcome).toBe("ticket");
      expect((await room.look(lost)).ledger.outcome).toBe("pending");
      await storage.blobs.put(room.accountId, ledger.hash, Buffer.from(letterLost));
      expect(await processPendingMessages(storage), "it waits for ten seconds first").toBe(0);
      const later = Date.now() + 10 * SECOND;
      setClock(() => later);
      expect(await processPendingMessages(storage)).toBe(1);
      setClock();
      expect((await room.look(lost)).ledger.outcome).toBe("ticket");
    });

    test("once, though two processes take it up together", async () => {
      const ids = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => await room.store(letter({ Subject: String(index) }))),
      );
      await Promise.all([processPendingMessages(storage), processPendingMessages(storage)]);
      expect(await room.tickets()).toHaveLength(10);
      for (const id of ids) expect((await room.look(id)).messages).toHaveLength(1);
    });
  });
});
