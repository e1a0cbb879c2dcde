import { cleanText, decodeCharset } from "./charset.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import type { ProblemNotes } from "./problem-notes.ts";

/** `value` in lower case, without comment; parameter names in lower case, values decoded. */
export type ParameterField = { value: string; parameters: Map<string, string> };

/**
 * Reads Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2231), with what mail programs really write: values
 * with blanks and no quotes, encoded words, raw UTF-8, names cut in numbered pieces. Of a repeated parameter the
 * first counts, and the RFC 2231 form before the plain one.
 */
export function readParameters(text: string, problems: ProblemNotes): ParameterField {
  const [first = "", ...rest] = splitOutsideQuotes(text);
  const plain = new Map<string, string>();
  const pieces = new Map<string, Piece[]>();
  for (const item of rest) {
    const equals = item.indexOf("=");
    if (equals < 0) continue;
    const name = item.slice(0, equals).trim().toLowerCase();
    const value = readValue(item.slice(equals + 1).trim());
    const numbered = /^([^*]+)(?:\*(\d{1,4}))?(\*)?$/.exec(name);
    if (!numbered) continue;
    const [, base = "", index, extended] = numbered;
    if (index === undefined && extended === undefined) {
      if (!plain.has(base)) plain.set(base, value);
    } else {
      const list = pieces.get(base) ?? [];
      list.push({ index: Number(index ?? 0), extended: extended !== undefined, value });
      pieces.set(base, list);
    }
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of plain) {
    const keepsComment = name === "name" || name === "filename";
    parameters.set(name, cleanText(keepsComment ? decodeEncodedWords(value, problems) : dropComment(value)));
  }
  for (const [name, list] of pieces) parameters.set(name, cleanText(joinPieces(list, problems)));
  return { value: dropComment(first).trim().toLowerCase(), parameters };
}

type Piece = { index: number; extended: boolean; value: string };

/** RFC 2231 3 and 4: `name*0*=charset'language'percent-encoded; name*1=…`. */
function joinPieces(pieces: Piece[], problems: ProblemNotes): string {
  const sorted = pieces.toSorted((a, b) => a.index - b.index);
  let charset: string | null = null;
  const chunks = sorted.map((piece, position) => {
    if (!piece.extended) return Buffer.from(piece.value, "utf8");
    let value = piece.value;
    const quoted = position === 0 ? /^([^']*)'[^']*'/.exec(value) : null;
    if (quoted) {
      charset = quoted[1] === "" ? null : (quoted[1] ?? null);
      value = value.slice(quoted[0].length);
    }
    return percentDecode(value);
  });
  const bytes = Buffer.concat(chunks);
  // A name whose bytes do not fit its charset is Western in practice, and a wrong letter beats a replacement sign.
  const text = decodeCharset(bytes, charset, problems);
  return text.includes("\ufffd") ? decodeCharset(bytes, null, problems) : text;
}

function percentDecode(value: string): Buffer {
  const chunks: Buffer[] = [];
  for (const run of value.split(/((?:%[0-9A-Fa-f]{2})+)/)) {
    if (/^%[0-9A-Fa-f]{2}/.test(run)) chunks.push(Buffer.from(run.replaceAll("%", ""), "hex"));
    else chunks.push(Buffer.from(run, "utf8"));
  }
  return Buffer.concat(chunks);
}

function splitOutsideQuotes(text: string): string[] {
  const items: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === "\\" && quoted) i++;
    else if (char === '"') quoted = !quoted;
    else if (char === ";" && !quoted) {
      items.push(text.slice(start, i));
      start = i + 1;
    }
  }
  items.push(text.slice(start));
  return items;
}

/** Only `\"` and `\\` are unescaped, so that `"C:\Users\a.txt"` stays readable. */
function readValue(value: string): string {
  if (!value.startsWith('"')) return value;
  const quoted = /^"((?:[^"\\]|\\[^])*)"?/.exec(value);
  return (quoted?.[1] ?? value.slice(1)).replace(/\\(["\\])/g, "$1");
}

/** A comment needs a blank before it: "Invoice(1).pdf" has none. */
function dropComment(value: string): string {
  const start = value.startsWith("(") ? 0 : value.indexOf(" (");
  return start < 0 || !value.trimEnd().endsWith(")") ? value : value.slice(0, start).trim();
}
