import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { setClock } from "../../src/domain/time.ts";
import type { TicketRow } from "../../src/storage/schema.ts";
import { updateTicket } from "../../src/storage/tickets.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type MailRoom, letter, openMailRoom } from "./mail-room.ts";

const NOW = Date.UTC(2026, 10, 24, 12);

describe.skipIf(ENGINE_MISSING !== null)("threading mail", () => {
  let storage: TestStorage;
  let room: MailRoom;
  let clock: number;

  beforeAll(async () => {
    storage = await openTestStorage();
  });
  beforeEach(async () => {
    clock = NOW;
    setClock(() => clock);
    room = await openMailRoom(storage);
  });
  afterEach(() => setClock());
  afterAll(async () => await storage.remove());

  /** Bob, who answers, is in copy: he is on the thread. */
  const first = async (id: string, more: Record<string, string> = {}) =>
    await room.receive(
      letter({ "Message-ID": `<${id}@example.com>`, Subject: id, Cc: "Bob <bob@example.com>", ...more }),
    );
  const answer = (headers: Record<string, string | null>): string =>
    letter({ From: "Bob <bob@example.com>", Subject: "Re: something else", ...headers }, "An answer");

  test("puts an answer onto the ticket of the message that In-Reply-To names", async () => {
    const { ticket } = await first("a");
    const replied = await room.receive(answer({ "In-Reply-To": "<a@example.com>" }));
    expect(replied.ledger).toMatchObject({ outcome: "reply", ticket_id: ticket?.id });
    expect(replied.ledger.reason).toContain("a@example.com");
    expect(replied.messages.map(({ from_name }) => from_name)).toEqual(["Ada Lovelace", "Bob"]);
    expect(replied.ticket).toMatchObject({ subject: "a", customer_id: ticket?.customer_id, version: 2 });
    expect(await room.tickets()).toHaveLength(1);
  });

  test("puts it onto the ticket of the last known message of References when In-Reply-To names none", async () => {
    await first("a");
    const { ticket } = await first("b");
    const references = "<a@example.com> <b@example.com> <lost@example.com>";
    const replied = await room.receive(answer({ References: references, "In-Reply-To": "<unknown@example.com>" }));
    expect(replied.ticket?.id).toBe(ticket?.id);
    const other = await room.receive(answer({ References: references, Subject: "Another" }));
    expect(other.ticket?.id).toBe(ticket?.id);
  });

  test("believes In-Reply-To before References", async () => {
    const { ticket } = await first("a");
    await first("b");
    const replied = await room.receive(
      answer({ "In-Reply-To": "<a@example.com>", References: "<a@example.com> <b@example.com>" }),
    );
    expect(replied.ticket?.id).toBe(ticket?.id);
  });

  test("follows an answer to an answer", async () => {
    const { ticket } = await first("a");
    await room.receive(answer({ "Message-ID": "<b@example.com>", "In-Reply-To": "<a@example.com>" }));
    const third = await room.receive(letter({ "In-Reply-To": "<b@example.com>", Subject: "Re: Re" }));
    expect(third.ticket?.id).toBe(ticket?.id);
    expect(third.messages).toHaveLength(3);
  });

  test("makes a ticket of an answer to what is not known, and of one that names itself", async () => {
    const { ledger } = await room.receive(answer({ "In-Reply-To": "<never@example.com>" }));
    expect(ledger).toMatchObject({ outcome: "ticket" });
    const itself = await room.receive(answer({ "Message-ID": "<me@example.com>", "In-Reply-To": "<me@example.com>" }));
    expect(itself.ledger).toMatchObject({ outcome: "ticket" });
  });

  test("does not thread by subject alone", async () => {
    await first("a", { Subject: "Invoice" });
    expect((await room.receive(answer({ Subject: "Re: Invoice" }))).ledger.outcome).toBe("ticket");
  });

  test("does not reach another account's ticket", async () => {
    const other = await openMailRoom(storage);
    await other.receive(letter({ "Message-ID": "<a@example.com>", Cc: "bob@example.com" }));
    expect((await room.receive(answer({ "In-Reply-To": "<a@example.com>" }))).ledger.outcome).toBe("ticket");
  });

  test("takes a long Message-ID for what it is, in both places", async () => {
    const id = `${"x".repeat(700)}@example.com`;
    await room.receive(letter({ "Message-ID": `<${id}>`, Cc: "bob@example.com" }));
    expect((await room.receive(answer({ "In-Reply-To": `<${id}>` }))).ledger.outcome).toBe("reply");
  });

  test.each(["closed", "hold", "snoozed", "archived"] as const)("opens a ticket that is %s (K6)", async (state) => {
    const { ticket } = await first("a");
    const snoozed_until = state === "snoozed" ? clock + 1000 : null;
    await storage.db.transact(
      async (tx) => await updateTicket(tx, room.accountId, ticket?.id ?? "", { state, snoozed_until }, clock),
    );
    const replied = await room.receive(answer({ "In-Reply-To": "<a@example.com>" }));
    expect(replied.ticket).toMatchObject({ state: "open", snoozed_until: null });
  });

  test("moves the ticket's version and time, and shows messages in the order in which they came", async () => {
    const { ticket } = await first("a", { Date: "Mon, 23 Nov 2026 10:00:00 +0000" });
    clock += 60_000;
    // Sent, by its own clock, long before what it answers.
    const replied = await room.receive(
      answer({ "In-Reply-To": "<a@example.com>", Date: "Mon, 2 Mar 2026 10:00:00 +0100" }),
    );
    expect(replied.messages.map(({ from_name }) => from_name)).toEqual(["Ada Lovelace", "Bob"]);
    expect(replied.ticket?.version).toBe((ticket?.version ?? 0) + 1);
    expect(replied.ticket?.updated_at).toBe(clock);
  });

  test("shows imported messages in the order in which they were sent, and dates the ticket by them", async () => {
    const mail = { source: "import" as const };
    const started = { "Message-ID": "<a@example.com>", Date: "Mon, 2 Mar 2026 10:00:00 +0000" };
    await room.receive(letter({ ...started, Cc: "bob@example.com" }), { ...mail, sourcePosition: "1" });
    const late = answer({ "In-Reply-To": "<a@example.com>", Date: "Wed, 4 Mar 2026 10:00:00 +0000", Subject: "late" });
    const early = answer({
      "In-Reply-To": "<a@example.com>",
      Date: "Tue, 3 Mar 2026 10:00:00 +0000",
      Subject: "early",
    });
    const { message: second } = await room.receive(late, { ...mail, sourcePosition: "2" });
    const filed = await room.receive(early, { ...mail, sourcePosition: "3" });
    expect(filed.messages.at(-1)?.id).toBe(second?.id);
    expect(filed.ticket).toMatchObject({
      created_at: Date.UTC(2026, 2, 2, 10),
      updated_at: Date.UTC(2026, 2, 4, 10),
    });
  });

  test("files many answers to one ticket at the same moment, each once", async () => {
    const { ticket } = await first("a");
    const ids = await Promise.all(
      Array.from(
        { length: 12 },
        async (_, index) => await room.store(answer({ "In-Reply-To": "<a@example.com>", Subject: `Re: ${index}` })),
      ),
    );
    const filed = await Promise.all(ids.map(async (id) => await room.process(id)));
    expect(filed.map(({ ledger }) => ledger.outcome)).toEqual(ids.map(() => "reply"));
    const { messages, ticket: after } = await room.look(ids[0] ?? "");
    expect(messages).toHaveLength(13);
    expect((after as TicketRow).version).toBe((ticket?.version ?? 0) + 12);
  });
});
