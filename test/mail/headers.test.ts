import { describe, expect, test } from "vitest";
import { MailError } from "../../src/mail/mail-error.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { parseFixture, parseText } from "./fixture.ts";

describe("headers", () => {
  test("raw 8-bit bytes are read as Western where they are no UTF-8", async () => {
    const parsed = await parseFixture("header-8bit.eml");
    expect(parsed.from).toEqual({ name: "Jörg Müller", address: "joerg@example.com" });
    expect(parsed.subject).toBe("Rückgabe für € 5");
  });

  test("raw UTF-8 is read, also in addresses", async () => {
    const parsed = await parseFixture("header-utf8.eml");
    expect(parsed.from).toEqual({ name: "Jörg, Müller", address: "jörg@exämple.com" });
    expect(parsed.subject).toBe("Rückgabe 🎁");
  });

  test("folds become one space, and a character that was cut between two encoded words is whole again", async () => {
    const parsed = await parseFixture("header-folded.eml");
    expect(parsed.from?.name).toBe("Ada Lovelace é");
    expect(parsed.subject).toBe("naïv and the rest");
    expect(parsed.date?.toISOString()).toBe("2026-03-02T09:00:00.000Z");
    expect(parsed.references).toEqual(["a@example.com", "b@example.com", "c@example.com"]);
  });

  test("a line that lost its indent belongs to the field above, when the header goes on", async () => {
    const parsed = await parseFixture("header-stray-line.eml");
    expect(parsed.subject).toBe("a long subject");
    expect(parsed.to).toEqual([{ name: "", address: "help@acme.example" }]);
  });

  test("without a blank line the body starts where no header goes on", async () => {
    const parsed = await parseFixture("header-missing-blank-line.eml");
    expect(parsed.subject).toBe("hi");
    expect(parsed.text).toBe("Dear team,\nmy order is broken.\n\nThanks");
  });

  test("words without any header are a body", async () => {
    const parsed = await parseFixture("no-header.eml");
    expect(parsed.text).toBe("Just words from a pipe.\nNothing else.");
    expect(parsed.subject).toBeNull();
  });

  test("a message without Message-ID has none", async () => {
    expect((await parseFixture("no-message-id.eml")).messageId).toBeNull();
  });

  test("ids lose brackets, blanks and comments; what is no id is skipped, repeats too", async () => {
    const parsed = await parseFixture("reply.eml");
    expect(parsed.messageId).toBe("reply@example.com");
    expect(parsed.inReplyTo).toEqual(["1@local.example"]);
    expect(parsed.references).toEqual(["0@example", "1@local.example"]);
  });

  test("what a bounce says of itself is kept", async () => {
    const parsed = await parseFixture("bounce.eml");
    expect(parsed.returnPath).toBe("");
    expect(parsed.autoSubmitted).toBe("auto-replied");
    expect(parsed.precedence).toBe("bulk");
    expect(parsed.listId).toBe("Fans <fans.example.com>");
    expect(parsed.headers.first("SUBJECT")).toBe("Undelivered");
    expect(parsed.headers.all("x-none")).toEqual([]);
  });

  test("the first of two From fields counts, with a note", async () => {
    const parsed = await parseText("From: a@x.example\nFrom: b@y.example\n\nhi");
    expect(parsed.from?.address).toBe("a@x.example");
    expect(parsed.problems).toContain("more than one from field; the first counts");
  });

  test("NUL is in no string", async () => {
    const { headers, ...rest } = await parseFixture("nul.eml");
    expect(JSON.stringify(rest)).not.toContain("\\u0000");
    expect(headers.first("subject")).toBe("ab");
    expect(rest.from?.name).toBe("Ada");
    expect(rest.text).toBe("cd");
  });

  test("an empty message is refused by name", async () => {
    const error = await parseMessage(new Uint8Array()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MailError);
    expect(error).toMatchObject({ code: "empty_message", retryable: false });
  });
});
