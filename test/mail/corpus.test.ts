import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { fingerprint } from "../../src/mail/fingerprint.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { senderOf } from "../../src/mail/sender.ts";
import { corpusExpectations } from "./corpus-expectations.ts";

const root = resolve(import.meta.dirname, "..", "..");
const corpus = resolve(root, "..", "shared", "corpus", "mail");
const absent = !existsSync(corpus);
if (absent) process.stderr.write(`skipped: the mail corpus is not at ${corpus}\n`);

const read = (file: string): Buffer => readFileSync(join(corpus, file));

describe.skipIf(absent)("the mail corpus", () => {
  test("every file has one expectation", () => {
    const files = readdirSync(corpus, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(corpus, join(entry.parentPath, entry.name)));
    expect(corpusExpectations.map((expected) => expected.file).toSorted()).toEqual(files.toSorted());
  });

  for (const expected of corpusExpectations) {
    test(`${expected.file} becomes the ${expected.outcome} that a person expects`, async () => {
      if (expected.outcome === "quarantine") {
        await expect(parseMessage(read(expected.file))).rejects.toMatchObject({ code: expected.reason });
        return;
      }
      const parsed = await parseMessage(read(expected.file));
      expect(parsed.subject).toBe(expected.subject);
      expect(senderOf(parsed)).toEqual(expected.customer);
      expect(parsed.date?.toISOString() ?? null).toBe(expected.date);
      expect(parsed.html !== null).toBe(expected.html);
      const body = `${parsed.text ?? ""}\n${parsed.html ?? ""}`;
      for (const piece of expected.bodyContains) expect(body).toContain(piece);
      if (expected.bodyContains.length === 0) expect(body.trim()).toBe("");
      expect(parsed.attachments).toHaveLength(expected.attachments.length);
      expect(parsed.attachments).toMatchObject(expected.attachments);
      if (expected.answers !== undefined) {
        const answered = await parseMessage(read(expected.answers));
        expect([...parsed.inReplyTo, ...parsed.references]).toContain(answered.messageId);
      }
    });
  }

  test("two files have one fingerprint where, and only where, they are the same message", async () => {
    const prints = new Map<string, string>();
    for (const { file, outcome } of corpusExpectations) {
      if (outcome === "ticket") prints.set(file, fingerprint(await parseMessage(read(file))));
    }
    const foundAs = [...prints].map(([file, print]) => {
      const first = [...prints].find(([, other]) => other === print)?.[0];
      return { file, group: first };
    });
    const expectedAs = foundAs.map(({ file }) => ({ file, group: groupOf(file) }));
    expect(foundAs).toEqual(expectedAs);
  });
});

/** The first file, in the order of the table, of those that carry one message. */
function groupOf(file: string): string | undefined {
  const rootOf = (name: string): string => {
    const expected = corpusExpectations.find((each) => each.file === name);
    return expected?.outcome === "ticket" && expected.sameAs !== undefined ? expected.sameAs : name;
  };
  return corpusExpectations.find((each) => rootOf(each.file) === rootOf(file))?.file;
}
