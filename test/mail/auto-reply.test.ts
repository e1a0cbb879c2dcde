import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { autoKindOf, type AutoVerdict } from "../../src/mail/auto-reply.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { corpusExpectations } from "./corpus-expectations.ts";
import { parseText } from "./fixture.ts";

const corpus = resolve(import.meta.dirname, "..", "..", "..", "shared", "corpus", "mail");

async function verdict(fields: string): Promise<AutoVerdict> {
  const from = /^From:/m.test(fields) ? "" : "From: Ada <ada@example.org>\n";
  return autoKindOf(await parseText(`${from}${fields}\n\nHello\n`));
}

describe("a message that a program sent is known by its fields", () => {
  test.each([
    ["Auto-Submitted: auto-replied", "auto-reply"],
    ['Auto-Submitted: auto-replied (vacation); owner-email="a@b.example"', "auto-reply"],
    ["Auto-Submitted: AUTO-GENERATED", "auto-generated"],
    ["Auto-Submitted: auto-notified; owner-email=a@b.example", "auto-generated"],
    ["Auto-Submitted: auto-generated\nSubject: Automatic reply: Broken", "auto-reply"],
    ["X-Autoreply: yes", "auto-reply"],
    ["X-Autorespond: Re: Broken", "auto-reply"],
    ["Precedence: auto_reply", "auto-reply"],
    ["Return-Path: <>", "auto-generated"],
    ["X-Loop: support@example.net", "auto-generated"],
    ["From: No Reply <no-reply@shop.example>", "auto-generated"],
    ["From: nicht-antworten@shop.example", "auto-generated"],
    ["Precedence: bulk", "bulk"],
    ["Precedence: junk", "bulk"],
    ["List-Id: Users <users.lists.example>", "bulk"],
    ["List-Unsubscribe: <mailto:leave@lists.example>", "bulk"],
  ])("%s", async (fields, kind) => {
    const found = await verdict(fields);
    expect(found).toMatchObject({ kind, mayAnswer: false });
    expect(found.reason).not.toBe("");
  });
});

describe("a subject counts only with another sign", () => {
  const subjects = ["Out of Office", "Automatische Antwort: x", "Réponse automatique : x", "Automatisch antwoord: x"];
  subjects.push("Abwesenheitsnotiz", "Fuera de la oficina", "Autosvar: x", "自動返信: x", "Автоответ: x");
  test.each(subjects)("%s", async (subject) => {
    expect(await verdict(`Subject: ${subject}`)).toEqual({ kind: "no", reason: "", mayAnswer: true });
    expect((await verdict(`Subject: ${subject}\nX-Auto-Response-Suppress: All`)).kind).toBe("auto-reply");
    expect((await verdict(`Subject: ${subject}\nPrecedence: bulk`)).kind).toBe("auto-reply");
    expect((await verdict(`Subject: ${subject}\nReturn-Path: <>`)).kind).toBe("auto-reply");
  });
});

test("a person's message is none, even where it says so or carries empty fields", async () => {
  for (const fields of ["Auto-Submitted: no", "X-Autoreply: no", "X-Loop:", "Precedence: normal", "Auto-Submitted:"]) {
    expect(await verdict(fields)).toEqual({ kind: "no", reason: "", mayAnswer: true });
  }
});

test("who asks for no automatic answer gets none, and is a person all the same", async () => {
  expect(await verdict("X-Auto-Response-Suppress: DR, OOF, AutoReply")).toMatchObject({ kind: "no", mayAnswer: false });
  expect(await verdict("X-Auto-Response-Suppress: DR")).toMatchObject({ kind: "no", mayAnswer: true });
});

describe.skipIf(!existsSync(corpus))("in the mail corpus", () => {
  test("the machines are known and everybody else is a person", async () => {
    const found: Record<string, string> = {};
    for (const { file, outcome } of corpusExpectations) {
      if (outcome !== "ticket") continue;
      const { kind } = autoKindOf(await parseMessage(readFileSync(join(corpus, file))));
      if (kind !== "no") found[file] = kind;
    }
    expect(found).toEqual({
      "error_emails/bad_date_header.eml": "bulk",
      "error_emails/empty_in_reply_to.eml": "bulk",
      "error_emails/encoding_madness.eml": "auto-generated",
      "mime_emails/raw_email_with_mimepart_without_content_type.eml": "auto-generated",
      "multipart_report_emails/multi_address_bounce1.eml": "auto-reply",
      "multipart_report_emails/multi_address_bounce2.eml": "auto-reply",
      "multipart_report_emails/multipart_report_multiple_status.eml": "auto-generated",
      "multipart_report_emails/report_422.eml": "auto-generated",
      "multipart_report_emails/report_530.eml": "auto-generated",
      "plain_emails/raw_email_trailing_dot.eml": "auto-generated",
    });
  });
});
