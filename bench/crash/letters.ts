import { createHash, randomBytes } from "node:crypto";

/** A message as a customer sends it, and what must come of it. */
export interface Letter {
  /** Stands in its body, so that it is found again. */
  key: string;
  kind: "mail" | "report" | "empty";
  from: string;
  to: string;
  mailId: string;
  raw: string;
  /** SHA-256 of each attachment, in their order. */
  files: string[];
  /** Where an empty one stands in the mailbox: it has nothing else to find it by. */
  uid?: number;
}

const MOST_FILES = 3;
const FILE_BYTES = 30_000;

export const HELP = "help@desk.example";

/** A letter like no other; a reply to `answered` when that is given, from the same customer and to the same inbox. */
export function writeLetter(key: string, to: string, answered?: Letter): Letter {
  const from = answered?.from ?? `${key}@customer.example`;
  const mailId = `<${key}@customer.example>`;
  const files = randomFiles();
  const boundary = `=_${key}`;
  const raw = [
    `Message-ID: ${mailId}`,
    ...(answered === undefined ? [] : [`In-Reply-To: ${answered.mailId}`, `References: ${answered.mailId}`]),
    `From: Customer <${from}>`,
    `To: ${to}`,
    `Subject: ${answered === undefined ? "About" : "Re: About"} ${key}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    `key=${key};`,
    ...files.flatMap((bytes, index) => [
      `--${boundary}`,
      "Content-Type: application/octet-stream",
      `Content-Disposition: attachment; filename="file-${index}.bin"`,
      "Content-Transfer-Encoding: base64",
      "",
      ...(bytes.toString("base64").match(/.{1,76}/g) ?? []),
    ]),
    `--${boundary}--`,
    "",
  ].join("\r\n");
  return { key, kind: "mail", from, to, mailId, raw, files: files.map(hashOf) };
}

/** A mail server's report (RFC 3464) that a message of ours did not arrive after all. Its words are what is filed. */
export function writeReport(key: string, returned: { mailId: string; to: string }): Letter {
  const mailId = `<${key}@customer.example>`;
  const boundary = `=_${key}`;
  const raw = [
    `Message-ID: ${mailId}`,
    "From: Mail Delivery Subsystem <mailer-daemon@customer.example>",
    `To: ${HELP}`,
    "Subject: Undelivered Mail Returned to Sender",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain",
    "",
    "Your message could not be delivered.",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.customer.example",
    "",
    `Final-Recipient: rfc822; ${returned.to}`,
    "Action: failed",
    "Status: 5.1.1",
    `Diagnostic-Code: smtp; 550 5.1.1 key=${key}; nobody here`,
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    `Message-ID: ${returned.mailId}`,
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
  return { key, kind: "report", from: "", to: HELP, mailId, raw, files: [] };
}

/** Nothing can be made of it: it is put aside for a person. */
export function emptyLetter(key: string, uid: number): Letter {
  return { key, kind: "empty", from: "", to: HELP, mailId: "", raw: "", files: [], uid };
}

/** None, or a few, of any size. */
export function randomFiles(): Buffer[] {
  const count = Math.floor(Math.random() * (MOST_FILES + 1));
  return Array.from({ length: count }, () => randomBytes(1 + Math.floor(Math.random() ** 3 * FILE_BYTES)));
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The key in a body; null when there is none. */
export function keyIn(body: string): string | null {
  return /key=([a-z0-9-]+);/.exec(body)?.[1] ?? null;
}
