import { cleanText, decodeCharset } from "./charset.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import type { MailHeaders } from "./parsed-message.ts";
import type { ProblemNotes } from "./problem-notes.ts";

/** One field as it came: lower-case name and unfolded bytes, one character a byte (latin1). */
export type HeaderField = { name: string; raw: string };

/** A field name and its colon; RFC 5322 4.5.8 lets old mail put blanks between them. */
const fieldStart = /^([!-9;-~]{1,200})[ \t]*:/;

/** Fields that settle, where a stray line stands in a header, whether the header goes on below it. */
const knownField =
  /^(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|received|return-path|delivered-to|mime-version|content-[a-z-]+|x-[a-z0-9-]+|list-[a-z-]+)[ \t]*:/i;

export const isFieldStart = (line: string): boolean => fieldStart.test(line);
export const isKnownField = (line: string): boolean => knownField.test(line);

/**
 * Lines of a header to fields. A line that neither starts a field nor is indented belongs to the field above it:
 * a folded line whose blank was lost.
 */
export function readFields(lines: string[]): HeaderField[] {
  const fields: { name: string; parts: string[] }[] = [];
  for (const line of lines) {
    const start = line.charCodeAt(0) === 0x20 || line.charCodeAt(0) === 0x09 ? null : fieldStart.exec(line);
    if (start) fields.push({ name: (start[1] ?? "").toLowerCase(), parts: [line.slice(start[0].length)] });
    else fields.at(-1)?.parts.push(line);
  }
  return fields.map(({ name, parts }) => ({ name, raw: unfold(parts) }));
}

/** Each fold becomes one space. By index, since a regular expression is quadratic on a long run of blanks. */
function unfold(parts: string[]): string {
  const trimmed: string[] = [];
  for (const part of parts) {
    let start = 0;
    let end = part.length;
    while (start < end && isBlank(part.charCodeAt(start))) start++;
    while (end > start && isBlank(part.charCodeAt(end - 1))) end--;
    if (end > start) trimmed.push(part.slice(start, end));
  }
  return trimmed.join(" ");
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d;

/** Raw 8-bit bytes in a field to text: UTF-8 (RFC 6532) if they are, else the charset of the body, else Western. */
export function decodeRaw(raw: string, bodyCharset: string | null, problems: ProblemNotes): string {
  if (!/[^\t -~]/.test(raw)) return raw;
  return cleanText(decodeCharset(Buffer.from(raw, "latin1"), bodyCharset, problems));
}

export function makeHeaders(fields: HeaderField[], bodyCharset: string | null, problems: ProblemNotes): MailHeaders {
  const decode = (field: HeaderField): string =>
    cleanText(decodeEncodedWords(decodeRaw(field.raw, bodyCharset, problems), problems)).trim();
  const byName = new Map<string, HeaderField[]>();
  for (const field of fields) {
    const same = byName.get(field.name);
    if (same) same.push(field);
    else byName.set(field.name, [field]);
  }
  return {
    first(name) {
      const field = byName.get(name.toLowerCase())?.[0];
      return field === undefined ? null : decode(field);
    },
    all: (name) => (byName.get(name.toLowerCase()) ?? []).map(decode),
    names: () => fields.map((field) => field.name),
  };
}
