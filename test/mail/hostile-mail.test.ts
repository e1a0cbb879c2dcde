import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprint } from "../../src/mail/fingerprint.ts";
import { MAX_ADDRESSES, MAX_PARTS, MAX_REFERENCES } from "../../src/mail/limits.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { senderOf } from "../../src/mail/sender.ts";
import { fixturePath, parseText, readFixture } from "./fixture.ts";
import { cpuSeconds } from "../support/cpu-time.ts";

/** Everything that is done to a message that arrives. */
async function readAll(raw: Uint8Array): Promise<string> {
  const parsed = await parseMessage(raw);
  const { headers, ...rest } = parsed;
  const text = JSON.stringify([rest, headers.names().map((name) => headers.all(name)), senderOf(parsed)]);
  expect(text).not.toContain("\\u0000");
  return text + fingerprint(parsed);
}

const seconds = async (message: string): Promise<number> => {
  const start = cpuSeconds();
  await readAll(Buffer.from(message, "latin1"));
  return cpuSeconds() - start;
};

describe("any bytes are read, always alike", () => {
  test("arbitrary bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), async (raw) => {
        expect(await readAll(raw)).toBe(await readAll(raw));
      }),
      { numRuns: 300 },
    );
  });

  test("fixtures with bytes changed, cut out and repeated", async () => {
    const fixtures = readdirSync(fixturePath("")).filter((name) => name.endsWith(".eml"));
    const edits = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(40), insert: fc.uint8Array({ maxLength: 20 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fixtures), edits, async (name, changes) => {
        let bytes = Buffer.from(readFixture(name));
        for (const { at, remove, insert } of changes) {
          const start = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(start + remove)]);
        }
        fc.pre(bytes.length > 0);
        expect(await readAll(bytes)).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

describe("hostile messages are bounded", () => {
  test("a 2,000-level nest ends as an attachment", async () => {
    let message = "";
    for (let i = 0; i < 2000; i++) message += `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
    const parsed = await parseText(`${message}\nthe bottom\n`);
    expect(parsed.attachments).toHaveLength(1);
    expect(Buffer.from(parsed.attachments[0]?.content ?? []).toString()).toContain("the bottom");
    expect(parsed.problems.join()).toContain("nested deeper");
  });

  test("a 50,000-part bomb keeps its rest as one attachment", async () => {
    const parts = Array.from({ length: 50_000 }, (_, i) => `--b\nContent-Type: image/png\n\n${i}\n`).join("");
    const parsed = await parseText(`Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`);
    expect(parsed.attachments).toHaveLength(MAX_PARTS);
    expect(Buffer.from(parsed.attachments.at(-1)?.content ?? []).toString()).toContain("49999");
  });

  test("long lists of addresses and references are cut with a note", async () => {
    const many = (write: (i: number) => string): string =>
      Array.from({ length: 20_000 }, (_, i) => write(i)).join("\n ");
    const parsed = await parseText(
      `To: ${many((i) => `a${i}@x.example,`)}\nReferences: ${many((i) => `<r${i}@x>`)}\n\nhi`,
    );
    expect(parsed.to).toHaveLength(MAX_ADDRESSES);
    expect(parsed.references).toHaveLength(MAX_REFERENCES);
    expect([parsed.references[0], parsed.references.at(-1)]).toEqual(["r0@x", "r19999@x"]);
    expect(parsed.problems).toHaveLength(4);
  });

  test("a text longer than anyone reads is a file", async () => {
    const parsed = await parseText(
      `Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\n\n${"words\n".repeat(2_000_000)}--b--\n`,
    );
    expect(parsed.text).toBe("hi");
    expect(parsed.attachments.map(({ name, type }) => [name, type])).toEqual([["attachment-1.txt", "text/plain"]]);
    expect(parsed.problems).toContain("a very long text is kept as an attachment");
  });

  // Two megabytes each, in which a quadratic reader would take minutes.
  const size = 2_000_000;
  test.each([
    ["comments", `From: ${"(".repeat(size / 2)}\n\nx`],
    ["closed comments", `From: ${"()".repeat(size / 4)}\n\nx`],
    ["quotes", `From: ${'"'.repeat(size / 2)}\n\nx`],
    ["brackets", `To: ${"<".repeat(size / 2)}\n\nx`],
    ["at signs", `To: ${"a@".repeat(size / 4)}\n\nx`],
    ["routes", `To: <${"@a,".repeat(size / 4)}>\n\nx`],
    ["encoded words", `Subject: ${"=?a?q?".repeat(size / 8)}\n\nx`],
    ["blanks", `Subject: a${" ".repeat(size / 2)}b\n\nx`],
    ["folds", `Subject: a${"\n ".repeat(size / 4)}b\n\nx`],
    ["stray lines", `Subject: a\n${"stray\n".repeat(size / 6)}To: b@c.example\n\nx`],
    ["parameters", `Content-Type: text/plain${';a="'.repeat(size / 8)}\n\nx`],
    ["pieces", `Content-Type: text/plain${";a*1*=%41".repeat(size / 20)}\n\nx`],
    ["ids", `References: ${"<".repeat(size / 2)}\n\nx`],
    ["dashes", `Content-Type: multipart/mixed; boundary=b\n\n--b\n\n${"--\n".repeat(size / 3)}`],
    ["soft breaks", `Content-Transfer-Encoding: quoted-printable\n\n${"=".repeat(size)}`],
    ["soft blanks", `Content-Transfer-Encoding: quoted-printable\n\n=${" =".repeat(size / 2)}`],
    ["padding", `Content-Transfer-Encoding: base64\n\n${"QQ==".repeat(size / 4)}`],
    ["uuencode", `Subject: x\n\n${"begin 644 a\n#0V%T\n".repeat(size / 18)}end\n`],
    ["flowed", `Content-Type: text/plain; format=flowed\n\n${"a \n".repeat(size / 3)}`],
    ["blank lines", `Subject: x\n\n${" \n".repeat(size / 2)}x`],
    ["date", `Date: ${"1 ".repeat(size / 4)}\n\nx`],
    ["meta", `Content-Type: text/html\n\n${"<meta ".repeat(size / 6)}`],
    ["cids", `Content-Type: text/html\n\n${"cid:".repeat(size / 4)}`],
  ])("two megabytes of %s take linear time", async (_what, message) => {
    expect(await seconds(message)).toBeLessThan(4);
  });
});
