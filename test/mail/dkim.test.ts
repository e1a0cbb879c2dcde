import { createPublicKey } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { type Resolver, authenticate } from "../../src/mail/authentication.ts";
import { type OutgoingMessage, composeMessage } from "../../src/mail/compose.ts";
import { type DkimSigner, dkimRecord, makeDkimKey } from "../../src/mail/dkim.ts";

const MESSAGE: OutgoingMessage = {
  messageId: "one@desk.example",
  date: new Date("2026-03-01T09:30:00.123Z"),
  from: { name: "Mary Jones via Support", address: "help@desk.example" },
  to: [{ name: "Rübe", address: "ruby@example.com" }],
  cc: [{ name: "", address: "bob@example.com" }],
  bcc: [{ name: "", address: "boss@example.com" }],
  replyTo: { name: "Support", address: "help+key@desk.example" },
  subject: "Grüße",
  inReplyTo: "two@example.com",
  references: ["two@example.com"],
  body: "Hello  Ruby \n.\n\ttab\n\n\n",
  htmlized: false,
  autoSubmitted: null,
  attachments: [],
};

describe("a DKIM signature", () => {
  let signer: DkimSigner;

  beforeAll(async () => {
    signer = { domain: "desk.example", selector: "cantrip-1", privateKey: await makeDkimKey() };
  });

  /** A DNS that knows the record, and DMARC of the domain. */
  const dns = (record = dkimRecord(signer)): Resolver => {
    const zone: Record<string, string> = { [record.name]: record.value, "_dmarc.desk.example": "v=DMARC1; p=reject" };
    return async (name, type) => {
      const value = type === "TXT" ? zone[name] : undefined;
      if (value === undefined) throw Object.assign(new Error("no such name"), { code: "ENOTFOUND" });
      // As DNS has them: strings of up to 255 bytes.
      return await Promise.resolve([value.match(/.{1,255}/g) ?? []]);
    };
  };

  const verdictOn = async (raw: Uint8Array, resolver: Resolver = dns()) =>
    await authenticate(raw, { ip: null, helo: null, mailFrom: "help@desk.example", resolver });

  test("is one that others believe, of the sender's domain", async () => {
    const raw = await buffer(composeMessage(MESSAGE, signer).read());
    expect(raw.toString("latin1")).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=desk\.example;/);
    expect(await verdictOn(raw)).toMatchObject({ dkim: "pass", dmarc: "pass", domain: "desk.example" });
  });

  test("covers HTML, files and what no line of ASCII holds", async () => {
    const content = Buffer.alloc(300_000, "é\r\n");
    const file = {
      name: "büro.bin",
      type: "application/zip",
      size: content.byteLength,
      contentId: null,
      open: async () => await Promise.resolve(Readable.from([content.subarray(0, 7), content.subarray(7)])),
    };
    const message = { ...MESSAGE, body: "<p>Grüße</p>".repeat(500), htmlized: true, attachments: [file] };
    const raw = await buffer(composeMessage(message, signer).read());
    expect(await verdictOn(raw)).toMatchObject({ dkim: "pass" });
  });

  test.each([
    ["the text", "Hello", "Jello"],
    ["the sender", "From: Mary", "From: Eve"],
    ["the subject", "Subject: =?UTF-8?", "Subject: x =?UTF-8?"],
    ["where answers go", "Reply-To: Support", "Reply-To: Other"],
  ])("breaks when %s is changed", async (_, from, to) => {
    const raw = (await buffer(composeMessage(MESSAGE, signer).read())).toString("latin1");
    expect(raw).toContain(from);
    const changed = await verdictOn(Buffer.from(raw.replace(from, to), "latin1"));
    expect(changed.dmarc).toBe("fail");
    expect(changed.dkim).not.toBe("pass");
  });

  test("says nothing under another key, or where there is no record", async () => {
    const raw = await buffer(composeMessage(MESSAGE, signer).read());
    const other = { ...signer, privateKey: await makeDkimKey() };
    expect((await verdictOn(raw, dns(dkimRecord(other)))).dkim).not.toBe("pass");
    expect((await verdictOn(raw, dns({ name: "elsewhere", value: "" }))).dkim).not.toBe("pass");
  });

  test("is the same with every reading: a repeat can be recognised", async () => {
    const composed = composeMessage(MESSAGE, signer);
    const first = await buffer(composed.read());
    expect((await buffer(composed.read())).equals(first)).toBe(true);
    expect((await buffer(composeMessage(MESSAGE, signer).read())).equals(first)).toBe(true);
    expect(first.toString("latin1")).not.toContain("boss@");
  });

  test("has a key of 2048 bits, and its record holds the public half only", () => {
    const { name, value } = dkimRecord(signer);
    expect(name).toBe("cantrip-1._domainkey.desk.example");
    const [, key = ""] = /^v=DKIM1; k=rsa; p=([A-Za-z0-9+/=]+)$/.exec(value) ?? [];
    const read = createPublicKey({ key: Buffer.from(key, "base64"), format: "der", type: "spki" });
    expect(read.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  test("that cannot be made ends the message, and not in an unsigned one", async () => {
    const broken = { ...signer, privateKey: "no key" };
    await expect(buffer(composeMessage(MESSAGE, broken).read())).rejects.toThrow(
      "could not be signed for desk.example",
    );
  });
});
