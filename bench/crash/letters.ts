import { createHash, randomBytes } from "node:crypto";

/** A message as a customer sends it, and what must come of it. */
export interface Letter {
  /** Stands in its body, so that it is found again. */
  key: string;
  from: string;
  mailId: string;
  raw: string;
  /** SHA-256 of each attachment, in their order. */
  files: string[];
}

const MOST_FILES = 3;
const FILE_BYTES = 30_000;

/** A letter like no other; a reply to `answered` when that is given, from the same customer. */
export function writeLetter(key: string, answered?: Letter): Letter {
  const from = answered?.from ?? `${key}@customer.example`;
  const mailId = `<${key}@customer.example>`;
  const files = randomFiles();
  const boundary = `=_${key}`;
  const raw = [
    `Message-ID: ${mailId}`,
    ...(answered === undefined ? [] : [`In-Reply-To: ${answered.mailId}`, `References: ${answered.mailId}`]),
    `From: Customer <${from}>`,
    "To: help@desk.example",
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
  return { key, from, mailId, raw, files: files.map(hashOf) };
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
