import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import { makeThreadKey, plusAddress } from "../../src/mail/thread-key.ts";
import type { MessageRow, TicketRow } from "../../src/storage/schema.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type Filed, type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const ADA = "Ada Lovelace <ada@example.com>";
const EVE = "Eve <eve@elsewhere.example>";
const UNKNOWN = "it answers no message that is known here";

describe.skipIf(ENGINE_MISSING !== null)("the conversation of a message", () => {
  let storage: TestStorage;
  let room: MailRoom;
  let ticket: TicketRow;
  let sent: MessageRow;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    setClock(() => NOW);
    room = await openMailRoom(storage);
    const first = await room.receive(
      letter({
        "Message-ID": "<first@example.com>",
        To: "team@lists.example",
        Cc: "Bob <bob@example.com>, Carol <carol@example.com>",
      }),
    );
    ticket = first.ticket as TicketRow;
    sent = await room.reply(ticket.id, "ada@example.com, Dora <dora@example.com>");
    await room.close(ticket.id);
    ticket = (await room.tickets())[0] as TicketRow;
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  const key = (secret = room.threadSecret): string => makeThreadKey(secret, room.accountId, ticket.id, sent.id);
  const help = (secret = room.threadSecret): string =>
    plusAddress("help@desk.example", makeThreadKey(secret, room.accountId, ticket.id, null));
  let count = 0;
  /** Each says something else: it is no duplicate, whatever it answers. */
  const from = async (sender: string, headers: Record<string, string>): Promise<Filed> =>
    await room.receive(letter({ From: sender, Subject: "Something else", ...headers }, `Message ${(count += 1)}`));

  function expectAnswer({ ledger, message, ticket: after }: Filed, because: string): void {
    const reason = `it ${because}`;
    expect(ledger).toMatchObject({ outcome: "reply", ticket_id: ticket.id, reason });
    expect(message).toMatchObject({ direction: "in", thread_reason: reason });
    expect(after).toMatchObject({ state: "open", version: ticket.version + 1 });
  }

  /** A ticket of its own, and nothing of the other is moved. */
  async function expectTicket({ ledger, ticket: own, message }: Filed, reason: string): Promise<void> {
    expect(ledger).toMatchObject({ outcome: "ticket", reason });
    expect(own?.id).not.toBe(ticket.id);
    expect(own?.linked_to, "a stranger's leads to the other").toBe(reason.includes("ticket #1,") ? ticket.id : null);
    expect(message?.thread_reason).toBe(reason);
    expect((await room.tickets())[0]).toEqual(ticket);
  }

  const stranger = (how: string): string => `it ${how}, ticket #1, but its sender was never on that thread`;

  describe("is found by the signed key of our own mail", () => {
    const BECAUSE = "carries the key of this ticket";

    test("in In-Reply-To, though the Message-ID is not the one that we gave", async () => {
      const got = await from(ADA, { "In-Reply-To": `<rewritten.${key().toUpperCase()}@relay.example>` });
      expectAnswer(got, BECAUSE);
    });

    test("in References", async () => {
      expect(sent.mail_id).toBe(`cantrip.${key()}@desk.example`);
      expectAnswer(await from(ADA, { References: `<x@y.example> <${sent.mail_id}> <z@y.example>` }), BECAUSE);
    });

    test("in a plus address, without any Message-ID", async () => {
      expect(help()).toMatch(/^help\+t[a-z2-7]{36}@desk\.example$/);
      expectAnswer(await from(ADA, { To: help() }), BECAUSE);
    });

    test("in the address that it was delivered to", async () => {
      expectAnswer(await from(ADA, { "Delivered-To": help() }), BECAUSE);
    });

    test("before In-Reply-To, which may name another ticket", async () => {
      await room.receive(letter({ "Message-ID": "<other@example.com>", Subject: "Another" }));
      expectAnswer(await from(ADA, { To: help(), "In-Reply-To": "<other@example.com>" }), BECAUSE);
    });

    test("and a forged key is nothing", async () => {
      const guessed = Buffer.alloc(32, 7);
      const last = key().at(-2) === "a" ? "b" : "a";
      const altered = `${key().slice(0, -2)}${last}${key().at(-1)}`;
      for (const forged of [key(guessed), altered, key(Buffer.alloc(0))]) {
        const got = await from(ADA, { "In-Reply-To": `<cantrip.${forged}@desk.example>` });
        await expectTicket(got, UNKNOWN);
      }
      await expectTicket(await from(ADA, { To: help(guessed) }), UNKNOWN);
    });

    test("and a genuine one counts although a forged one stands before it", async () => {
      const forged = key(Buffer.alloc(32, 7));
      expectAnswer(await from(ADA, { "In-Reply-To": `<cantrip.${forged}@desk.example>`, To: help() }), BECAUSE);
    });

    test("and the key of another account is nothing", async () => {
      const other = await openMailRoom(storage);
      const theirs = await other.receive(letter());
      const reply = await other.reply(theirs.ticket?.id);
      await expectTicket(await from(ADA, { "In-Reply-To": `<${reply.mail_id}>` }), UNKNOWN);
      // Ours, signed for that account: its secret is not ours.
      const ours = makeThreadKey(other.threadSecret, room.accountId, ticket.id, sent.id);
      await expectTicket(await from(ADA, { References: `<cantrip.${ours}@desk.example>` }), UNKNOWN);
      // Signed by us, but of another account, which our secret does not open.
      const crossed = makeThreadKey(room.threadSecret, other.accountId, ticket.id, sent.id);
      await expectTicket(await from(ADA, { References: `<cantrip.${crossed}@desk.example>` }), UNKNOWN);
      expect((await other.tickets())[0]).toMatchObject({ id: theirs.ticket?.id, version: 2 });
    });

    test("and that of a ticket that is not there is nothing", async () => {
      const gone = makeThreadKey(room.threadSecret, room.accountId, "0".repeat(24), sent.id);
      await expectTicket(await from(ADA, { "In-Reply-To": `<cantrip.${gone}@desk.example>` }), UNKNOWN);
    });
  });

  describe("takes in whoever was on the thread", () => {
    test.each([
      ["the customer", ADA],
      ["the customer, in other letters", "ADA@Example.COM"],
      ["a colleague in Cc", "Bob <bob@example.com>"],
      ["the second in Cc", "carol@example.com"],
      ["whom we wrote to", "Dora <dora@example.com>"],
      ["an inbox of the account", "Support <help@desk.example>"],
      ["a user of the account", "Mary <owner@desk.example>"],
    ])("%s", async (_, sender) => {
      const got = await from(sender, { "In-Reply-To": "<first@example.com>" });
      expectAnswer(got, "answers the message <first@example.com>");
    });

    test("and whom a participant puts in copy", async () => {
      await from(ADA, { "In-Reply-To": "<first@example.com>", Cc: EVE });
      const got = await from(EVE, { "In-Reply-To": "<first@example.com>" });
      expect(got.ledger).toMatchObject({ outcome: "reply", ticket_id: ticket.id });
    });

    test("and whom Reply-To of the first message names", async () => {
      const second = await room.receive(
        letter({ "Message-ID": "<b@example.com>", "Reply-To": EVE, Subject: "Second" }),
      );
      const got = await from(EVE, { "In-Reply-To": "<b@example.com>" });
      expect(got.ledger).toMatchObject({ outcome: "reply", ticket_id: second.ticket?.id });
    });
  });

  describe("gives someone who was never on the thread a ticket that names the other", () => {
    test.each([
      ["References", (): Record<string, string> => ({ References: "<first@example.com>" })],
      ["In-Reply-To", (): Record<string, string> => ({ "In-Reply-To": "<first@example.com>" })],
    ])("who answers by %s", async (_, headers) => {
      const got = await from(EVE, headers());
      await expectTicket(got, stranger("answers the message <first@example.com>"));
      expect(got.contacts).toMatchObject([{ value_key: "eve@elsewhere.example" }]);
    });

    test("who has our mail, or the plus address, from someone", async () => {
      await expectTicket(
        await from(EVE, { "In-Reply-To": `<${sent.mail_id}>` }),
        stranger("carries the key of a ticket"),
      );
      await expectTicket(await from(EVE, { To: help() }), stranger("carries the key of a ticket"));
    });

    test.each([
      ["the end of another's", "ob@example.com"],
      ["the beginning of another's", "bob@example.co"],
      ["another's and more", "rob.bob@example.com"],
      ["another's and more of a domain", "bob@example.com.evil.example"],
      ["another's as its name", '"ada@example.com" <eve@elsewhere.example>'],
      ["no address at all", "The Fax Machine"],
    ])("whose address is %s", async (_, sender) => {
      const got = await from(sender, { References: "<first@example.com>" });
      await expectTicket(got, stranger("answers the message <first@example.com>"));
    });

    test("and goes on with them there", async () => {
      const own = await from(EVE, { References: "<first@example.com>", "Message-ID": "<eve@elsewhere.example>" });
      const next = await from(EVE, { References: "<first@example.com> <eve@elsewhere.example>", Subject: "Again" });
      expect(next.ledger).toMatchObject({ outcome: "reply", ticket_id: own.ticket?.id });
    });
  });

  describe("is found by a ticket's number in the subject", () => {
    test.each(["Re: [#1] A question", "#1", "AW: your ticket (#1), again"])(
      "for a participant: %s",
      async (subject) => {
        expectAnswer(await from(ADA, { Subject: subject }), "names ticket #1 in its subject");
      },
    );

    test("but that of a stranger is ignored", async () => {
      await expectTicket(await from(EVE, { Subject: "Re: [#1] A question" }), UNKNOWN);
    });

    test("but not where it is something else, or no ticket's", async () => {
      for (const subject of ["Order#1", "#12", "#1a", "1", "##1", "#9999999999"]) {
        await expectTicket(await from(ADA, { Subject: subject }), UNKNOWN);
      }
    });

    test("and In-Reply-To is believed before it", async () => {
      const other = await room.receive(letter({ "Message-ID": "<other@example.com>", Subject: "Another" }));
      const got = await from(ADA, { "In-Reply-To": "<other@example.com>", Subject: "#1" });
      expect(got.ledger).toMatchObject({ outcome: "reply", ticket_id: other.ticket?.id });
    });
  });
});
