import { readAddresses } from "./address-list.ts";
import { collectBody } from "./body-parts.ts";
import { cleanText } from "./charset.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import { decodeRaw, makeHeaders, type HeaderField } from "./header-block.ts";
import { readParameters } from "./header-parameters.ts";
import { MailError } from "./mail-error.ts";
import { readMailDate } from "./mail-date.ts";
import { readMessageId, readMessageIds } from "./message-ids.ts";
import type { MimePart } from "./mime-part.ts";
import { readMimeTree } from "./mime-tree.ts";
import type { MailAddress, ParsedMessage } from "./parsed-message.ts";
import { collectProblems, type ProblemNotes } from "./problem-notes.ts";

/**
 * Reads any bytes as a message (RFC 5322, 2045 to 2047, 2231, 6532). The same bytes always give the same result.
 * Broken mail is read as a person would read it, with a note in `problems`; it never throws, but for an empty input:
 * MailError "empty_message". The whole message is held in memory; callers bound its size (MAX_MESSAGE_BYTES).
 */
export async function parseMessage(raw: Uint8Array): Promise<ParsedMessage> {
  if (raw.length === 0) throw new MailError("empty_message", "the message is empty", { retryable: false });
  const bytes = withLineFeeds(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  const problems = collectProblems();
  const root = readMimeTree(bytes, problems);
  const body = collectBody(root, bytes, problems);
  return { ...readHeader(root, problems), ...body, problems: problems.list() };
}

/** Old Macintosh programs ended lines with CR alone. */
function withLineFeeds(bytes: Buffer): Buffer {
  if (bytes.includes(0x0a) || !bytes.includes(0x0d)) return bytes;
  return Buffer.from(bytes.toString("latin1").replaceAll("\r", "\n"), "latin1");
}

function readHeader(
  root: MimePart,
  problems: ProblemNotes,
): Omit<ParsedMessage, "text" | "html" | "attachments" | "problems"> {
  const charset = charsetOf(root);
  const fields = new Map<string, HeaderField[]>();
  for (const field of root.fields) fields.set(field.name, [...(fields.get(field.name) ?? []), field].slice(0, 200));
  const structured = (name: string): string[] =>
    (fields.get(name) ?? []).map((field) => decodeRaw(field.raw, charset, problems));
  const addresses = (name: string): MailAddress[] => readAddresses(structured(name).join(", "), problems);
  // A second From is what a forger adds; the first is what mail programs show.
  const authors = readAddresses(structured("from")[0] ?? "", problems);
  for (const name of ["from", "subject", "date", "message-id"]) {
    if ((fields.get(name)?.length ?? 0) > 1) problems.add(`more than one ${name} field; the first counts`);
  }
  if (authors.length === 0) problems.add("no readable address in From");
  const headers = makeHeaders(root.fields, charset, problems);
  const nonEmpty = (name: string): string | null => headers.first(name) || null;
  return {
    messageId: readMessageId(structured("message-id")[0] ?? ""),
    inReplyTo: readMessageIds(structured("in-reply-to"), problems),
    references: readMessageIds(structured("references"), problems),
    from: authors[0] ?? null,
    authors,
    fromRaw: fromText(structured("from")[0], problems),
    sender: addresses("sender")[0] ?? null,
    replyTo: addresses("reply-to"),
    to: addresses("to"),
    cc: addresses("cc"),
    bcc: addresses("bcc"),
    deliveredTo: addresses("delivered-to").map((entry) => entry.address),
    returnPath: readReturnPath(structured("return-path")[0], problems),
    subject: nonEmpty("subject"),
    date: readDate(structured("date")[0], problems),
    contentType: {
      value: root.type,
      parameters: readParameters(structured("content-type")[0] ?? "", collectProblems()).parameters,
    },
    headers,
    autoSubmitted: nonEmpty("auto-submitted"),
    precedence: nonEmpty("precedence"),
    listId: nonEmpty("list-id"),
  };
}

/** Raw 8-bit header bytes most likely share the charset of the first text of the message. */
function charsetOf(root: MimePart): string | null {
  let part: MimePart | undefined = root;
  while (part !== undefined && part.charset === null) part = part.children[0];
  return part?.charset ?? null;
}

function fromText(raw: string | undefined, problems: ProblemNotes): string | null {
  return raw === undefined ? null : cleanText(decodeEncodedWords(raw, problems)).trim() || null;
}

function readReturnPath(raw: string | undefined, problems: ProblemNotes): string | null {
  if (raw === undefined) return null;
  if (/^<\s*>$/.test(raw)) return "";
  return readAddresses(raw, problems)[0]?.address ?? null;
}

function readDate(raw: string | undefined, problems: ProblemNotes): Date | null {
  if (raw === undefined) {
    problems.add("no date");
    return null;
  }
  const { date, problem } = readMailDate(raw);
  if (problem !== null) problems.add(problem);
  return date;
}
