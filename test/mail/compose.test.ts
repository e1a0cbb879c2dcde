import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OutgoingAttachment, type OutgoingMessage, composeMessage, replySubject } from "../../src/mail/compose.ts";
import { parseMessage } from "../../src/mail/parse.ts";

const PLAIN: OutgoingMessage = {
  messageId: "one.two@desk.example",
  date: new Date("2026-03-01T09:30:00Z"),
  from: { name: "Mary Jones via Support", address: "help@desk.example" },
  to: [{ name: "Ruby Miller", address: "ruby@example.com" }],
  cc: [],
  bcc: [],
  replyTo: null,
  subject: "A question",
  inReplyTo: null,
  references: [],
  body: "Hello Ruby",
  htmlized: false,
  autoSubmitted: null,
  attachments: [],
};

function file(
  name: string,
  type: string,
  content: string | Buffer,
  contentId: string | null = null,
): OutgoingAttachment {
  const bytes = Buffer.from(content as string);
  return {
    name,
    type,
    size: bytes.byteLength,
    contentId,
    open: async () => await Promise.resolve(Readable.from([bytes])),
  };
}

async function bytesOf(more: Partial<OutgoingMessage>): Promise<Buffer> {
  return await buffer(composeMessage({ ...PLAIN, ...more }).read());
}

const compose = async (more: Partial<OutgoingMessage>) => await parseMessage(await bytesOf(more));

const headerOf = async (more: Partial<OutgoingMessage>): Promise<string> =>
  (await bytesOf(more)).toString("latin1").split("\r\n\r\n", 1)[0] ?? "";

describe("a composed message", () => {
  test("reads as it was written", async () => {
    const body = "Grüße, 你好 🙂\n\n.\n..two dots\nFrom here\n" + "long ".repeat(400) + "\nend  ";
    const parsed = await compose({ body, replyTo: { name: "", address: "help+x@desk.example" } });
    expect(parsed).toMatchObject({
      messageId: "one.two@desk.example",
      date: new Date("2026-03-01T09:30:00Z"),
      from: { name: "Mary Jones via Support", address: "help@desk.example" },
      to: [{ name: "Ruby Miller", address: "ruby@example.com" }],
      replyTo: [{ name: "", address: "help+x@desk.example" }],
      subject: "A question",
      html: null,
      autoSubmitted: null,
      attachments: [],
      problems: [],
    });
    expect(parsed.text?.trimEnd()).toBe(body.trimEnd());
  });

  test("offers HTML as text too, with its pictures inside and its files beside it", async () => {
    const parsed = await compose({
      body: '<p>See <img src="cid:pic@x"></p>',
      htmlized: true,
      attachments: [file("p.png", "image/png", "PNG", "pic@x"), file("a.pdf", "application/pdf", "PDF")],
    });
    expect(parsed).toMatchObject({ text: "See", html: '<p>See <img src="cid:pic@x"></p>', problems: [] });
    expect(
      parsed.attachments.map(({ name, type, contentId, inline, content }) => [
        name,
        type,
        contentId,
        inline,
        String(content),
      ]),
    ).toEqual([
      ["p.png", "image/png", "pic@x", true, "PNG"],
      ["a.pdf", "application/pdf", null, false, "PDF"],
    ]);
  });

  test("keeps names in any script: of people, of files, in the subject", async () => {
    const parsed = await compose({
      from: { name: "Zoë “Z” Ångström, Support", address: "help@desk.example" },
      to: [
        { name: "山田 太郎", address: "taro@example.jp" },
        { name: 'O"Neil, Ruby', address: "ruby@example.com" },
      ],
      subject: "Größe – 大きさ " + "und noch viel mehr ".repeat(20).trim(),
      attachments: [file("Rechnung für Frau Müller — März 2026 (endgültig, wirklich).pdf", "application/pdf", "x")],
    });
    expect(parsed.from?.name).toBe("Zoë “Z” Ångström, Support");
    expect(parsed.to.map(({ name }) => name)).toEqual(["山田 太郎", 'O"Neil, Ruby']);
    expect(parsed.subject).toBe("Größe – 大きさ " + "und noch viel mehr ".repeat(20).trim());
    expect(parsed.attachments[0]?.name).toBe("Rechnung für Frau Müller — März 2026 (endgültig, wirklich).pdf");
    expect(parsed.problems).toEqual([]);
  });

  test("carries every byte of an attachment, whatever it calls itself", async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256));
    const parsed = await compose({
      attachments: [file("a.eml", "message/rfc822", bytes), file("b.txt", "text/plain", bytes), file("c", "", bytes)],
    });
    expect(parsed.attachments.map(({ content }) => Buffer.from(content).equals(bytes))).toEqual([true, true, true]);
    expect(parsed.attachments[0]).toMatchObject({ name: "a.eml", type: "application/octet-stream" });
  });

  test("has Bcc in the envelope and nowhere else, and each recipient once", async () => {
    const more = {
      cc: [
        { name: "", address: "cc@example.com" },
        { name: "Again", address: "ruby@example.com" },
      ],
      bcc: [{ name: "", address: "secret@example.com" }],
    };
    expect(composeMessage({ ...PLAIN, ...more }).envelope).toEqual({
      from: "help@desk.example",
      to: ["ruby@example.com", "cc@example.com", "secret@example.com"],
    });
    expect((await bytesOf(more)).toString("latin1")).not.toContain("secret");
  });

  test("goes to a domain of any script by the name that the DNS has for it (RFC 5891), in the envelope too", async () => {
    const { envelope } = composeMessage({
      ...PLAIN,
      from: { name: "", address: "help@bücher.example" },
      to: [{ name: "", address: "ada@пример.example" }],
      cc: [{ name: "", address: "plain@example.com" }],
      bcc: [{ name: "", address: "ö@[192.0.2.1]" }],
    });
    expect(envelope).toEqual({
      from: "help@xn--bcher-kva.example",
      to: ["ada@xn--e1afmkfd.example", "plain@example.com", "ö@[192.0.2.1]"],
    });
  });

  test("names its thread, the root and the newest of a long one, and no id that is none", async () => {
    const references = Array.from({ length: 50 }, (_, index) => `${index}@example.com`);
    const parsed = await compose({
      inReplyTo: "49@example.com",
      references: [...references, "not an id", "a>b@c\r\nX: y"],
    });
    expect(parsed.inReplyTo).toEqual(["49@example.com"]);
    expect([parsed.references[0], parsed.references.at(-1)]).toEqual(["0@example.com", "49@example.com"]);
    expect(parsed.references.length).toBeLessThanOrEqual(20);
    expect(parsed.headers.names()).not.toContain("x");
  });

  test("says that no person wrote it, when no person did (RFC 3834)", async () => {
    expect((await compose({ autoSubmitted: "auto-replied" })).autoSubmitted).toBe("auto-replied");
  });

  test("is the same, byte by byte, each time it is read", async () => {
    const composed = composeMessage({
      ...PLAIN,
      htmlized: true,
      attachments: [file("a", "image/png", "x", "c"), file("b", "a/b", "y")],
    });
    const [one, two] = [await buffer(composed.read()), await buffer(composed.read())];
    expect(one.equals(two)).toBe(true);
  });

  test("has lines that every server takes, and plain ASCII", async () => {
    const text = (await bytesOf({ body: "ü".repeat(5000), subject: "ü".repeat(500), htmlized: true })).toString(
      "latin1",
    );
    expect(Math.max(...text.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(text).toMatch(/^[\t\r\n -~]*$/);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  test("names an address beyond ASCII before the @ as it is only where the envelope says so (RFC 6532, 6857)", async () => {
    const more = { to: [{ name: "", address: "josé@example.com" }], cc: [{ name: "Ada", address: "ada@example.com" }] };
    const composed = composeMessage({ ...PLAIN, ...more });
    const [as8bit, asAscii] = [await buffer(composed.read(true)), await buffer(composed.read())];
    expect(as8bit.toString()).toContain("To: josé@example.com\r\n");
    expect(asAscii.toString("latin1")).toMatch(/^[\t\r\n -~]*$/);
    const parsed = await parseMessage(asAscii);
    expect(parsed).toMatchObject({ to: [], cc: [{ name: "Ada", address: "ada@example.com" }], problems: [] });
  });

  test("takes no header, recipient or part from anything that is put into it", async () => {
    const evil = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "\r\nX-Evil: 1",
        "\nBcc: x@evil.example",
        "a\r\n\r\n<b>",
        "\u2028X-Evil: 1",
        "=?utf-8?q?=0D=0AX-Evil:_1?=",
        '"; x-evil=1',
        "--_NmP\r\n",
      ),
    );
    const known = new Set(
      "from to cc reply-to subject message-id date in-reply-to references mime-version content-type content-transfer-encoding auto-submitted".split(
        " ",
      ),
    );
    await fc.assert(
      fc.asyncProperty(evil, evil, evil, evil, evil, async (name, subject, id, fileName, type) => {
        const more: Partial<OutgoingMessage> = {
          from: { name, address: "help@desk.example" },
          to: [{ name: subject, address: "ruby@example.com" }],
          cc: [
            { name: fileName, address: "cc@example.com" },
            // Stands there as a name only.
            { name: fileName, address: "josé@example.com" },
          ],
          subject,
          inReplyTo: id,
          references: [id, name],
          attachments: [file(fileName, type, "x"), file(name, "image/png", "y", id)],
          htmlized: true,
        };
        const parsed = await compose(more);
        expect(parsed.headers.names().filter((each) => !known.has(each))).toEqual([]);
        expect([
          parsed.from?.address,
          parsed.to.map(({ address }) => address),
          parsed.cc.map(({ address }) => address),
          parsed.bcc,
        ]).toEqual(["help@desk.example", ["ruby@example.com"], ["cc@example.com"], []]);
        expect(parsed.attachments.map(({ content }) => String(content)).toSorted()).toEqual(["x", "y"]);
        expect(parsed.html?.trim()).toBe("Hello Ruby");
        expect(await headerOf(more)).toMatch(/^[\t\r\n -~]*$/);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["A question", "Re: A question"],
    ["Re: A question", "Re: A question"],
    ["RE: AW: re[2]: A question", "Re: A question"],
    ["Request: a quote", "Re: Request: a quote"],
    ["", "Re:"],
  ])("answers %j as %j", (subject, expected) => {
    expect(replySubject(subject)).toBe(expected);
  });
});
