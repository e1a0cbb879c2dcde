import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readBounce, type Bounce } from "../../src/mail/bounce.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { corpusExpectations } from "./corpus-expectations.ts";
import { parseFixture, parseText } from "./fixture.ts";
import { cpuSeconds } from "../support/cpu-time.ts";

const corpus = resolve(import.meta.dirname, "..", "..", "..", "shared", "corpus", "mail");
const bounceOf = async (name: string): Promise<Bounce | null> => readBounce(await parseFixture(`bounces/${name}.eml`));
const brief = (bounce: Bounce | null): unknown =>
  bounce === null ? null : [bounce.kind, ...bounce.recipients.map(({ address, status }) => `${address} ${status}`)];

describe("a report by RFC 3464", () => {
  test("gives each recipient its action, status and the server's words, by the address that we wrote to", async () => {
    expect(await bounceOf("report-mixed")).toEqual({
      kind: "failed",
      recipients: [
        { address: "ada@example.org", action: "delivered", status: "2.0.0", diagnostic: null },
        { address: "bob@example.org", action: "failed", status: "4.4.7", diagnostic: "451 4.4.7 expired" },
        { address: "eve@example.org", action: "relayed", status: "2.0.0", diagnostic: null },
      ],
      originalMailId: "cantrip.abc@desk.example",
      permanent: false,
    });
  });

  test("in an attachment of a letter is not a bounce of ours", async () => {
    expect(await bounceOf("not-a-forwarded-bounce")).toBeNull();
  });
});

describe("a bounce in prose is read", () => {
  test.each([
    ["qmail", "failed", "5.1.1", true, "cantrip.abc@desk.example"],
    ["exim", "failed", "5.0.0", true, "cantrip.abc@desk.example"],
    ["exim-delay", "delayed", null, false, null],
    ["exchange", "failed", "5.1.1", true, null],
    ["gmail", "failed", "5.1.1", true, "cantrip.abc@desk.example"],
    ["german", "failed", "5.1.1", true, "cantrip.abc@desk.example"],
    ["french", "failed", "5.1.10", true, null],
    ["french-orange", "failed", "5.1.1", true, null],
  ])("%s", async (name, kind, status, permanent, originalMailId) => {
    const bounce = await bounceOf(name);
    expect(bounce).toMatchObject({ kind, permanent, originalMailId });
    expect(bounce?.recipients).toMatchObject([{ address: "ada@example.org", action: kind, status }]);
  });

  test("with several recipients, each with its own reason", async () => {
    const bounce = await bounceOf("postfix-plain");
    expect(brief(bounce)).toEqual(["failed", "ada@example.org 5.2.2", "bob@example.org 5.1.1"]);
    expect(bounce?.recipients[1]?.diagnostic).toBe("host mail.example.org[192.0.2.1] said: 550 5.1.1 Unknown user");
  });
});

test.each(["customer-asks", "postmaster", "vacation", "read-receipt"])("no bounce: %s", async (name) => {
  expect(await bounceOf(`not-a-${name}`)).toBeNull();
});

test("a bounce that names nobody is still one", async () => {
  const parsed = await parseText(
    "Return-Path: <>\nFrom: MAILER-DAEMON@a.example\nSubject: Undelivered mail\n\nSorry.\n",
  );
  expect(readBounce(parsed)).toEqual({ kind: "failed", recipients: [], originalMailId: null, permanent: true });
});

test("a report of a megabyte and hostile prose take no time", async () => {
  const report = `--b\nContent-Type: message/delivery-status\n\n${"Final-Recipient: rfc822; a@b\n\n".repeat(60_000)}\n--b--\n`;
  const header = "From: mailer-daemon@a.example\nReturn-Path: <>\nSubject: failure notice\n";
  const type = "Content-Type: multipart/report; boundary=b\n";
  const prose = `${header}\n${"<a@b: ".repeat(300_000)}${"message to ".repeat(100_000)}\n`;
  const messages = [await parseText(`${header}${type}\n${report}`), await parseText(prose)];
  const start = cpuSeconds();
  expect(messages.map((parsed) => readBounce(parsed)?.kind)).toEqual(["failed", "failed"]);
  expect(cpuSeconds() - start).toBeLessThan(2);
});

const bbb = ["bbbbvhvbbvkjbhfbvbvjhb", "bscdbcjhasbcjhbdscbhbsdhcbj", "egyfefsdvsfvvhjsd", "kfhejkfbsjkjsbhds"];
const five = [...bbb, "qfvhgsvhgsduiohncdhcvhsdfvsfygusd"].map((name) => `${name}@gmail.com 5.1.1`);
const expected: Record<string, unknown> = {
  "multipart_report_emails/multi_address_bounce1.eml": ["failed", ...five],
  "multipart_report_emails/multi_address_bounce2.eml": ["failed", ...five],
  "multipart_report_emails/multipart_report_multiple_status.eml": ["failed", "u@ci.com 5.3.0"],
  "multipart_report_emails/report_422.eml": ["delayed", "fraser@oooooooo.com.au 4.2.2"],
  "multipart_report_emails/report_530.eml": ["failed", "edwin@zzzzzzz.com 5.3.0"],
  // A real report of a delay, kept elsewhere in the corpus for its missing type.
  "mime_emails/raw_email_with_mimepart_without_content_type.eml": ["delayed", "larose.julie@courrier.uqam.ca 4.5.0"],
};

describe.skipIf(!existsSync(corpus))("in the mail corpus", () => {
  test("the bounces and nothing else are bounces, each with its recipients and the message that came back", async () => {
    const found: Record<string, unknown> = {};
    for (const { file, outcome } of corpusExpectations) {
      if (outcome !== "ticket") continue;
      const bounce = readBounce(await parseMessage(readFileSync(join(corpus, file))));
      if (bounce !== null) found[file] = brief(bounce);
      if (bounce !== null) expect(bounce.originalMailId).toMatch(/^[^<>\s]+@[^<>\s]+$|JavaMail/);
    }
    expect(found).toEqual(expected);
  });
});
