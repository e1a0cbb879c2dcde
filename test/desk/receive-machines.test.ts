import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { HOUR, setClock } from "../../src/domain/time.ts";
import { FIRST_EVENT, listEvents } from "../../src/storage/events.ts";
import type { MessageRow, TicketRow } from "../../src/storage/schema.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type Filed, type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>";

/** Epoch milliseconds, the first 48 bits of an id. */
const momentOf = (id: string): number => Number.parseInt(id.slice(0, 12), 16);

/** A report by RFC 3464 on the message `mailId`. */
function report(mailId: string, action = "failed", words = "550 5.1.1 No such user", subject = "Undelivered"): string {
  const status = action === "failed" ? "5.1.1" : "4.2.2";
  const parts = [
    `Content-Type: text/plain\r\n\r\n${subject}.`,
    "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n" +
      `Final-Recipient: rfc822; ada@example.com\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; ${words}`,
    `Content-Type: text/rfc822-headers\r\n\r\nSubject: Re: A question\r\nMessage-ID: <${mailId}>`,
  ];
  return letter(
    {
      From: DAEMON,
      Subject: subject,
      "Return-Path": "<>",
      "Auto-Submitted": "auto-replied",
      "Content-Type": 'multipart/report; report-type=delivery-status; boundary="b"',
    },
    `${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--`,
  );
}

describe.skipIf(ENGINE_MISSING !== null)("mail from machines", () => {
  let storage: TestStorage;
  let room: MailRoom;
  let clock: number;
  let ticket: TicketRow;
  let sent: MessageRow;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    clock = NOW;
    setClock(() => clock);
    room = await openMailRoom(storage);
    const first = await room.receive(letter({ "Message-ID": "<first@example.com>" }));
    sent = await room.reply(first.ticket?.id);
    await room.close(first.ticket?.id);
    ticket = (await room.tickets())[0] as TicketRow;
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  const mailId = (): string => sent.mail_id ?? "";

  describe("that reports on a message of ours", () => {
    test("marks it as failed, with the server's words, and puts a note on its ticket, which stays closed", async () => {
      const { ledger, message, messages, ticket: after } = await room.receive(report(mailId()));
      const words = "The reply to ada@example.com could not be delivered: 5.1.1: 550 5.1.1 No such user";
      expect(ledger).toMatchObject({
        outcome: "bounce",
        reason: `a delivery report on the message ${sent.id}`,
        ticket_id: ticket.id,
      });
      expect(await room.message(sent.id)).toMatchObject({ delivery_state: "failed", delivery_error: words });
      expect(message).toMatchObject({ type: "note", direction: null, from_name: "Mail delivery", body: words });
      expect(message?.auto_kind).toBe("auto-generated");
      expect(messages).toHaveLength(3);
      expect(after).toMatchObject({ state: "closed", version: ticket.version + 1, summary: ticket.summary });
      expect(await room.tickets()).toHaveLength(1);
    });

    test("tells of it: the message's delivery changed", async () => {
      await room.receive(report(mailId()));
      const events = async () => await listEvents(storage.db, room.accountId, FIRST_EVENT, 20);
      await expect
        .poll(events)
        .toContainEqual(expect.objectContaining({ kind: "message.delivery", message_id: sent.id }));
    });

    test("in prose, without the form of a report, does the same", async () => {
      const prose = `This is the mail system at host mx.example.net.\r\n\r\n<ada@example.com>: 550 5.1.1 No such user\r\n\r\n`;
      const raw = letter(
        { From: DAEMON, Subject: "Undelivered Mail Returned to Sender" },
        `${prose}--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <${mailId()}>`,
      );
      expect((await room.receive(raw)).ledger).toMatchObject({ outcome: "bounce", ticket_id: ticket.id });
      expect(await room.message(sent.id)).toMatchObject({
        delivery_state: "failed",
        delivery_error: expect.stringContaining("No such user"),
      });
    });

    test("as delayed only notes it: the message has not failed", async () => {
      const { ledger, message } = await room.receive(report(mailId(), "delayed", "452 4.2.2 Mailbox full"));
      expect(ledger).toMatchObject({ outcome: "bounce", ticket_id: ticket.id });
      expect(message?.body).toContain("ada@example.com is delayed");
      expect(await room.message(sent.id)).toMatchObject({ delivery_state: "queued", delivery_error: null });
    });

    test("twice, is a duplicate the second time", async () => {
      await room.receive(report(mailId()));
      expect((await room.receive(report(mailId()))).ledger.outcome).toBe("duplicate");
      expect((await room.look((await room.ledger())[1]?.id ?? "")).messages).toHaveLength(3);
    });

    test("answers nobody, and makes no ticket of thirty of them", async () => {
      const before = await room.deliveries();
      for (let count = 0; count < 30; count += 1) {
        const filed = await room.receive(report(mailId(), "failed", `550 attempt ${count}`, `Undelivered ${count}`));
        expect(filed.ledger.outcome).toBe("bounce");
        expect(filed.ticket).toMatchObject({ id: ticket.id, state: "closed" });
      }
      expect(await room.tickets()).toHaveLength(1);
      expect(await room.deliveries()).toBe(before);
    });
  });

  describe("that reports on nothing of ours", () => {
    test.each([
      ["an unknown message", () => report("unknown@elsewhere.example")],
      ["a message that came in", () => report("first@example.com")],
    ])("becomes a ticket of its own: on %s", async (_, raw) => {
      const { ledger, ticket: own, message } = await room.receive(raw());
      expect(ledger).toMatchObject({ outcome: "bounce", reason: expect.stringMatching(/^a delivery report; it /) });
      expect(own).toMatchObject({ number: 2, subject: "Undelivered" });
      expect(message).toMatchObject({ type: "reply", direction: "in", auto_kind: "auto-generated" });
      expect((await room.tickets())[0]).toEqual(ticket);
      expect(await room.message(sent.id)).toMatchObject({ delivery_state: "queued" });
    });

    test("or on a message of another account, changes nothing there", async () => {
      const other = await openMailRoom(storage);
      const { ledger } = await other.receive(report(mailId()));
      expect(ledger).toMatchObject({ outcome: "bounce", reason: expect.stringContaining("a delivery report; it") });
      expect(await room.message(sent.id)).toMatchObject({ delivery_state: "queued" });
      expect((await room.tickets())[0]).toEqual(ticket);
    });

    test("thirty times, makes no thirty tickets", async () => {
      for (let count = 0; count < 30; count += 1) {
        const raw = report(`unknown${count}@elsewhere.example`, "failed", "550", `Undelivered ${count}`);
        expect((await room.receive(raw)).ledger.outcome).toBe("bounce");
      }
      expect(await room.tickets()).toHaveLength(11);
    });

    test("thirty times from a machine without a domain, makes no thirty tickets either", async () => {
      for (let count = 0; count < 30; count += 1) {
        const raw = report(`unknown${count}@elsewhere.example`, "failed", "550", `Undelivered ${count}`);
        const filed = await room.receive(raw.replace(DAEMON, "Mail Delivery System <MAILER-DAEMON>"));
        expect(filed.message?.from).not.toContain("@");
      }
      expect(await room.tickets()).toHaveLength(11);
    });
  });

  describe("that answers by itself", () => {
    const vacation = (headers: Record<string, string> = {}): string =>
      letter({ Subject: "Out of office", "Auto-Submitted": "auto-replied", ...headers }, "I am away");

    test("goes onto the ticket of our mail, and neither reopens it nor makes one", async () => {
      const { ledger, message, ticket: after } = await room.receive(vacation({ "In-Reply-To": `<${mailId()}>` }));
      expect(ledger).toMatchObject({
        outcome: "auto-reply",
        reason: "an automatic reply; it carries the key of this ticket",
        ticket_id: ticket.id,
      });
      expect(message).toMatchObject({
        type: "reply",
        direction: "in",
        auto_kind: "auto-reply",
        thread_reason: "it carries the key of this ticket",
      });
      expect(after).toMatchObject({ state: "closed", version: ticket.version + 1 });
      expect(await room.tickets()).toHaveLength(1);
    });

    test("keeps a ticket asleep that is snoozed", async () => {
      await storage.db.transact(
        async (tx) =>
          await tx.query
            .updateTable("tickets")
            .set({ state: "snoozed", snoozed_until: clock + HOUR })
            .where("account_id", "=", room.accountId)
            .where("id", "=", ticket.id)
            .execute(),
      );
      const { ticket: after } = await room.receive(vacation({ "In-Reply-To": `<${mailId()}>` }));
      expect(after).toMatchObject({ state: "snoozed", snoozed_until: clock + HOUR });
    });

    test("to nothing of ours is a ticket, known as an automatic reply", async () => {
      const { ledger, message } = await room.receive(vacation());
      expect(ledger).toMatchObject({
        outcome: "auto-reply",
        reason: expect.stringMatching(/^an automatic reply; it /),
      });
      expect(message?.auto_kind).toBe("auto-reply");
      expect(await room.tickets()).toHaveLength(2);
    });

    test("thirty times in a loop, makes no thirty tickets, and no deliveries", async () => {
      const before = await room.deliveries();
      for (let count = 0; count < 30; count += 1) await room.receive(vacation({ Subject: `Out of office ${count}` }));
      expect(await room.tickets()).toHaveLength(10);
      expect(await room.deliveries()).toBe(before);
      for (let count = 0; count < 30; count += 1) {
        await room.receive(vacation({ Subject: `Away ${count}`, "In-Reply-To": `<${mailId()}>` }));
      }
      expect(await room.tickets()).toHaveLength(10);
      expect((await room.tickets())[0]).toMatchObject({ state: "closed", version: ticket.version + 30 });
    });
  });

  test("that notifies by itself does not reopen; what went through a list does, since people write there", async () => {
    const answers = { "In-Reply-To": `<${mailId()}>` };
    const notified = await room.receive(letter({ ...answers, "Auto-Submitted": "auto-generated", Subject: "Shipped" }));
    expect(notified.ledger).toMatchObject({ outcome: "reply", ticket_id: ticket.id });
    expect(notified.message?.auto_kind).toBe("auto-generated");
    expect(notified.ticket?.state).toBe("closed");
    const listed = await room.receive(letter({ ...answers, "List-Id": "<team.example.com>", Subject: "Re: listed" }));
    expect(listed.message?.auto_kind).toBe("bulk");
    expect(listed.ticket?.state).toBe("open");
  });

  test("is told from a person's, which says nothing of machines and reopens", async () => {
    const { message, ticket: after } = await room.receive(
      letter({ "In-Reply-To": `<${mailId()}>`, Subject: "Out of office" }),
    );
    expect([message?.auto_kind, after?.state]).toEqual([null, "open"]);
  });

  describe("in a loop that looks like a person", () => {
    const next = async (count: number, from = "Loop <loop@example.com>", source: "pipe" | "import" = "pipe") =>
      await room.receive(letter({ From: from, Subject: `Message ${count}`, Date: "Tue, 24 Nov 2026 11:59:00 +0000" }), {
        source,
      });

    test("gets a hundred tickets within the hour; the next go onto the last of them, and reopen it", async () => {
      const filed: Filed[] = [];
      for (let count = 0; count < 100; count += 1) filed.push(await next(count));
      expect(filed.map(({ ledger }) => ledger.outcome)).toEqual(filed.map(() => "ticket"));
      const last = filed.at(-1)?.ticket;
      await room.close(last?.id);
      for (let count = 100; count < 110; count += 1) {
        const { ledger, message, ticket: after } = await next(count);
        const reason = "it comes from a sender of 100 tickets within the hour";
        expect(ledger).toMatchObject({ outcome: "reply", ticket_id: last?.id, reason });
        expect(message?.thread_reason).toBe(reason);
        expect(after?.state).toBe("open");
      }
      expect(await room.tickets()).toHaveLength(101);
    });

    test("of fifty messages to one ticket within the hour wakes nobody any more, and loses nothing", async () => {
      // Ids never go back within a process, and the clock of other tests may have been far ahead.
      clock = Math.max(clock, momentOf(newId()) + HOUR);
      const first = await room.receive(letter({ From: "ada@example.com", "Message-ID": "<loop@example.com>" }));
      const again = async (count: number): Promise<Filed> =>
        await room.receive(
          letter(
            { From: "ada@example.com", "In-Reply-To": "<loop@example.com>", Subject: "Re: Loop" },
            `Round ${count}`,
          ),
        );
      for (let count = 0; count < 49; count += 1) expect((await again(count)).ticket?.state).toBe("open");
      await room.close(first.ticket?.id);
      const late = await again(49);
      expect(late.ledger).toMatchObject({ outcome: "reply", ticket_id: first.ticket?.id });
      expect(late.ledger.reason).toMatch(/; 50 came to this ticket within the hour, so that it reopens nothing$/);
      expect([late.ticket?.state, late.messages.length]).toEqual(["closed", 51]);
      clock += HOUR + 1;
      expect((await again(50)).ticket?.state, "an hour later").toBe("open");
    });

    test("does not hold up another customer, nor the same one an hour later", async () => {
      for (let count = 0; count < 102; count += 1) await next(count);
      expect((await next(12, "bob@example.com")).ledger.outcome).toBe("ticket");
      clock += HOUR + 1;
      expect((await next(200)).ledger.outcome).toBe("ticket");
    });

    test("is no loop in an import, whose tickets are all of its customers' years", async () => {
      for (let count = 0; count < 105; count += 1) {
        expect((await next(count, "Loop <loop@example.com>", "import")).ledger.outcome).toBe("ticket");
      }
    });
  });
});
