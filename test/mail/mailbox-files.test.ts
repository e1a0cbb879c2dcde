import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measureMailFiles, readMailFiles, type MailFileMessage } from "../../src/mail/mailbox-files.ts";
import { splitMbox, type MboxMessage } from "../../src/mail/mbox.ts";
import { fixturePath, readFixture } from "./fixture.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const textOf = (message: { raw: Uint8Array }): string => Buffer.from(message.raw).toString();
const subjects = (messages: MailFileMessage[]): (string | undefined)[] =>
  messages.map((message) => /^Subject: (.*)$/m.exec(textOf(message))?.[1]);

test("an mbox is split at its separators, not at prose, and quoted lines lose one sign", async () => {
  const path = fixturePath("two-messages.mbox");
  const messages = await all(readMailFiles([path]));
  expect(subjects(messages)).toEqual(["first", "second"]);
  expect(textOf(messages[0] ?? { raw: new Uint8Array() })).toBe(
    "From: ada@example.com\nSubject: first\n\nhello\n\nFrom the beginning this was prose.\nFrom quoted\n>From twice\n",
  );
  expect(messages.map((message) => message.position)).toEqual([`${path}@0`, `${path}@153`]);
  expect(messages.reduce((sum, message) => sum + message.bytes, 0)).toBe((await measureMailFiles([path])).bytes);
});

test("an mbox is the same in whatever pieces and with whatever line ends it is read", async () => {
  const lf = Buffer.from(readFixture("two-messages.mbox"));
  const crlf = Buffer.from(lf.toString().replaceAll("\n", "\r\n"));
  for (const bytes of [lf, crlf]) {
    for (const size of [1, 2, 7, 64]) {
      const messages: MboxMessage[] = await all(splitMbox(pieces(bytes, size), 1_000_000));
      expect(messages.map((message) => textOf(message).replaceAll("\r", "").split("\n")[1])).toEqual([
        "Subject: first",
        "Subject: second",
      ]);
    }
  }
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

test("a message beyond the limit is cut and says so, and the next one is whole", async () => {
  const messages = await all(splitMbox(pieces(Buffer.from(readFixture("two-messages.mbox")), 50), 60));
  expect(messages.map((message) => message.cut)).toEqual([true, false]);
});

test("folders are read in the order of their names, and a Maildir without tmp", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cantrip-mail-"));
  const put = (path: string, subject: string): void => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), `From: a@x.example\nSubject: ${subject}\n\nhi\n`);
  };
  put("b.eml", "b");
  put("a/z.eml", "a/z");
  put("c/cur/2:2,S", "seen");
  put("c/new/1", "new");
  put("c/tmp/3", "half-written");
  put("c/dovecot-uidlist", "no mail");
  put(".DS_Store", "no mail");
  const messages = await all(readMailFiles([folder]));
  expect(subjects(messages)).toEqual(["a/z", "b", "seen", "new"]);
  const measured = await measureMailFiles([folder]);
  expect(measured).toEqual({ files: 4, bytes: messages.reduce((sum, message) => sum + message.bytes, 0) });
});

test("an unreadable path is named", async () => {
  await expect(all(readMailFiles(["/no/such/mail"]))).rejects.toMatchObject({
    code: "unreadable_mail_file",
    message: expect.stringContaining("/no/such/mail") as string,
  });
});
