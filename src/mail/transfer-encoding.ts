import type { ProblemNotes } from "./problem-notes.ts";
import { decodeUuencoded } from "./uuencode.ts";

/**
 * Undoes a Content-Transfer-Encoding (RFC 2045 6). Names in the wild are misspelt ("7-bit", "quoted printable",
 * "quoted-printable;", "text/html"): what can be recognised is, anything else is taken as it stands.
 */
export function decodeTransfer(body: Buffer, declared: string | null, isText: boolean, problems: ProblemNotes): Buffer {
  const name = (declared ?? "").toLowerCase().replace(/[^a-z0-9]/g, "");
  if (name.includes("base64")) return decodeBase64(body, isText, problems);
  if (name.includes("quotedprintable")) return decodeQuotedPrintable(body);
  if (/^x?uu(?:e|encode)?d?$/.test(name)) return decodeUuencoded(body) ?? body;
  if (!/^(?:[78]bits?|binary)?$/.test(name)) {
    problems.add(`unknown transfer encoding "${(declared ?? "").slice(0, 40)}"; taken as plain bytes`);
  }
  return body;
}

/**
 * Padding in the middle happens when two encoded blocks are glued together; prose after it is a footer that a
 * mailing list added below the encoded text.
 */
function decodeBase64(body: Buffer, isText: boolean, problems: ProblemNotes): Buffer {
  const text = body.toString("latin1");
  const padding = text.indexOf("=");
  const head = padding < 0 ? text : text.slice(0, padding);
  if (isText && /[^A-Za-z0-9+/\s_-]/.test(head)) {
    problems.add("text declared as base64 is not base64; taken as it stands");
    return body;
  }
  const tail = padding < 0 ? "" : text.slice(padding).replace(/^[=\s]+/, "");
  const decoded = Buffer.from(head, "base64");
  if (tail === "") return decoded;
  if (!/[^A-Za-z0-9+/=\s_-]/.test(tail)) {
    const blocks = tail.split(/=+/).map((block) => Buffer.from(block, "base64"));
    return Buffer.concat([decoded, ...blocks]);
  }
  problems.add("text after the end of base64 content; kept as it stands");
  return isText ? Buffer.concat([decoded, Buffer.from("\n"), Buffer.from(tail, "latin1")]) : decoded;
}

/** RFC 2045 6.7; a "=" that starts no valid sequence stays as it is. Linear, one pass. */
export function decodeQuotedPrintable(body: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(body.length);
  let length = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] ?? 0;
    if (byte !== 0x3d) {
      out[length++] = byte;
      continue;
    }
    const high = hexValue(body[i + 1]);
    const low = hexValue(body[i + 2]);
    if (high >= 0 && low >= 0) {
      out[length++] = high * 16 + low;
      i += 2;
      continue;
    }
    const next = softBreakEnd(body, i + 1);
    if (next < 0) out[length++] = byte;
    else i = next - 1;
  }
  return out.subarray(0, length);
}

/** The position after a soft line break, or -1. At most 100 trailing blanks are looked at, to stay linear. */
function softBreakEnd(body: Uint8Array, start: number): number {
  let i = start;
  while (i < start + 100 && (body[i] === 0x20 || body[i] === 0x09)) i++;
  if (i >= body.length) return i;
  if (body[i] === 0x0d) return body[i + 1] === 0x0a ? i + 2 : i + 1;
  return body[i] === 0x0a ? i + 1 : -1;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x41 && byte <= 0x46) return byte - 0x37;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}
