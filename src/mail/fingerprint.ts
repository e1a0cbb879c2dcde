import { createHash } from "node:crypto";
import type { MailAttachment, ParsedMessage } from "./parsed-message.ts";

/**
 * A hex SHA-256 of what a person reads in a message: the same for one message that arrived by two routes (other trace
 * and X- fields, transfer encoding, line ends or folding), another as soon as sender, date, subject, text or files
 * differ, even under one Message-ID. Recipients are left out, since each route of a blind copy shows its own.
 */
export function fingerprint(parsed: ParsedMessage): string {
  const authors = parsed.authors.map(({ name, address }) => [name, address.toLowerCase()]);
  const seen = [
    "v1",
    parsed.messageId,
    authors.length > 0 ? authors : collapse(parsed.fromRaw),
    parsed.date === null ? collapse(parsed.headers.first("date")) : parsed.date.getTime(),
    collapse(parsed.subject),
    collapse(parsed.text),
    collapse(parsed.html),
    parsed.attachments.map((attachment) => [attachment.name, digest(canonicalBytes(attachment))]),
  ];
  return digest(JSON.stringify(seen));
}

const digest = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

function collapse(text: string | null): string {
  return (text ?? "").normalize("NFC").replace(/\s+/g, " ").trim();
}

/** Text travels with CRLF or LF (RFC 2045 6.7); other content keeps every byte. */
function canonicalBytes(attachment: MailAttachment): Uint8Array {
  if (!/^(?:text|message)\//.test(attachment.type)) return attachment.content;
  return Buffer.from(Buffer.from(attachment.content).toString("latin1").replace(/\r\n?/g, "\n").trimEnd(), "latin1");
}
