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
    parsed.attachments.map((attachment) => [attachment.name, digestFile(attachment)]),
  ];
  return digest(JSON.stringify(seen));
}

const digest = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

function collapse(text: string | null): string {
  return (text ?? "").normalize("NFC").replace(/\s+/g, " ").trim();
}

/** Text travels with CRLF or LF (RFC 2045 6.7), with or without a last line end; other content keeps every byte. */
function digestFile({ type, content }: MailAttachment): string {
  if (!/^(?:text|message)\//.test(type)) return digest(content);
  const hash = createHash("sha256");
  let end = content.length;
  while (end > 0 && (content[end - 1] === 0x0a || content[end - 1] === 0x0d)) end--;
  let start = 0;
  for (let cr = content.indexOf(0x0d); cr >= 0 && cr < end; cr = content.indexOf(0x0d, cr + 1)) {
    if (content[cr + 1] !== 0x0a) continue;
    hash.update(content.subarray(start, cr));
    start = cr + 1;
  }
  return hash.update(content.subarray(start, end)).digest("hex");
}
