import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { contactKey, isEmailAddress } from "../../src/domain/contact-values.ts";
import { htmlToText } from "../../src/domain/text.ts";
import { type ExpectedTicket, corpusExpectations } from "../mail/corpus-expectations.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { type Filed, type MailRoom, openMailRoom } from "./mail-room.ts";

const corpus = resolve(import.meta.dirname, "../../../shared/corpus/mail");
const absent = !existsSync(corpus);
if (absent) process.stderr.write(`skipped: the mail corpus is not at ${corpus}\n`);

const read = (file: string): Buffer => readFileSync(join(corpus, file));

/** The text alternative is not kept beside the HTML; where it says more, it is the raw message that still has it. */
const ONLY_IN_THE_TEXT: Record<string, string[]> = {
  // The HTML is cut down to "hello world".
  "error_emails/bad_subject.eml": ["You have a survey waiting!", "Please do not reply to this email"],
  // In the HTML the address is where the link leads.
  "error_emails/content_transfer_encoding_qp_with_space.eml": ["http://magyar8stator.com/26 Lots More Info Here"],
  // The scanner signs the two alternatives differently.
  "plain_emails/raw_email_bad_time.eml": ["Filter2: This message has been scanned for viruses and"],
};

describe.skipIf(ENGINE_MISSING !== null || absent)("the mail corpus, received into one inbox", () => {
  let storage: TestStorage;
  let room: MailRoom;
  const filed = new Map<string, Filed>();
  const ids = new Map<string, string>();

  beforeAll(async () => {
    storage = await openTestStorage();
    room = await openMailRoom(storage);
    for (const { file } of corpusExpectations) {
      const id = await room.store(read(file));
      ids.set(file, id);
      await room.process(id);
    }
    for (const [file, id] of ids) filed.set(file, await room.look(id));
  });
  afterAll(async () => await storage.remove());

  const of = (file: string): Filed => {
    const found = filed.get(file);
    if (found === undefined) throw new Error(`${file} was not received`);
    return found;
  };

  test("loses nothing: each file has a row with an outcome and a reason, and its bytes can be read back", async () => {
    const ledger = await room.ledger();
    expect(ledger).toHaveLength(corpusExpectations.length);
    for (const { file } of corpusExpectations) {
      const row = of(file).ledger;
      expect([file, row.outcome === "pending", row.reason]).toEqual([file, false, expect.stringMatching(/\S/)]);
      expect([file, (await room.bytes(row)).equals(read(file))]).toEqual([file, true]);
    }
  });

  test("makes as many tickets as there are messages that are neither answers nor known", async () => {
    const own = corpusExpectations.filter(
      (each) => each.outcome === "ticket" && (each.desk === undefined || each.desk === "bounce"),
    );
    const tickets = await room.tickets();
    expect(tickets).toHaveLength(own.length);
    expect(tickets.map(({ number }) => number)).toEqual(own.map((_, index) => index + 1));
  });

  for (const expected of corpusExpectations) {
    const outcome = expected.outcome === "quarantine" ? "quarantine" : (expected.desk ?? "ticket");
    test(`${expected.file} becomes the ${outcome} that a person expects`, async () => {
      const { ledger } = of(expected.file);
      expect(ledger.outcome).toBe(outcome);
      if (expected.outcome === "quarantine") {
        expect(ledger.reason).toMatch(/^it could not be read: ./);
        expect([ledger.ticket_id, ledger.message_id]).toEqual([null, null]);
      } else if (expected.desk === "duplicate") {
        const first = of(expected.sameAs ?? "").ledger;
        expect([ledger.ticket_id, ledger.message_id]).toEqual([first.ticket_id, first.message_id]);
        expect(ledger.reason).toContain(first.id);
      } else {
        checkPlace(expected);
        checkMessage(expected);
        await checkFiles(expected);
      }
    });
  }

  function checkPlace(expected: ExpectedTicket): void {
    const { ledger, ticket, contacts } = of(expected.file);
    if (expected.desk === "reply") {
      expect(ledger.ticket_id).toBe(of(expected.answers ?? "").ledger.ticket_id);
      return;
    }
    expect(ticket?.subject).toBe(expected.subject);
    const { address } = expected.customer;
    const keys = contacts.map(({ value_key }) => value_key);
    // What is no address cannot be a contact: then the customer has none.
    expect(keys).toEqual(address !== null && isEmailAddress(address) ? [contactKey("email", address)] : []);
  }

  function checkMessage(expected: ExpectedTicket): void {
    const { message, ledger } = of(expected.file);
    const { name, address } = expected.customer;
    expect(message).toMatchObject({ type: "reply", direction: "in", from_name: name, htmlized: expected.html ? 1 : 0 });
    expect(message?.from).toContain(address ?? name);
    expect(message?.auto_kind).toBe(expected.auto ?? null);
    expect(ledger.reason).toContain(message?.thread_reason);
    const readable = (text: string | null | undefined): string => `${text ?? ""}\n${htmlToText(text ?? "")}`;
    const [body, more] = [readable(message?.body), readable(message?.more_body)];
    const apart = ONLY_IN_THE_TEXT[expected.file] ?? [];
    for (const piece of expected.bodyContains) {
      if (apart.includes(piece)) expect(body + more).not.toContain(piece);
      else if (expected.more?.includes(piece) === true) {
        expect(more).toContain(piece);
        expect(body).not.toContain(piece);
      } else expect(body).toContain(piece);
    }
    // What is split off was judged by reading the file, and so was that nothing is.
    expect(message?.more_body !== null, `${message?.more_body}`).toBe(expected.more !== undefined);
    if (expected.bodyContains.length === 0) expect(message?.body.trim()).toBe("");
    // Nothing was mailed before 1970: such a date is as good as none.
    const sent = expected.date === null ? 0 : Date.parse(expected.date);
    expect(message?.created_at).toBe(sent > 0 ? sent : ledger.created_at);
  }

  async function checkFiles(expected: ExpectedTicket): Promise<void> {
    const { attachments } = of(expected.file);
    expect(attachments).toHaveLength(expected.attachments.length);
    expect(attachments).toMatchObject(expected.attachments);
    for (const attachment of attachments) expect(await room.bytes(attachment)).toHaveLength(attachment.size);
  }
});
