import type { ProblemNotes } from "./problem-notes.ts";

/**
 * Bytes to text the way a patient reader would: the declared charset when it fits, else the one that does.
 * Mail lies about its charset more than any other medium, so what is declared is evidence, not an order.
 */
export function decodeCharset(bytes: Uint8Array, declared: string | null, problems: ProblemNotes): string {
  if (bytes.length === 0) return "";
  const label = declared === null ? null : canonicalLabel(declared);
  if (label === "utf-7") return decodeUtf7(bytes);
  if (isAscii(bytes)) return decodeAscii(bytes, label);

  const decoder = label === null ? null : strictDecoder(label);
  if (declared !== null && decoder === null && label !== null) {
    problems.add(`unknown charset ${declared.slice(0, 40)}; read as ${isUtf8(bytes) ? "utf-8" : "windows-1252"}`);
  }
  if (label !== null && decoder !== null && !isSingleByte(label)) {
    const text = attempt(decoder, bytes);
    if (text !== null) return text;
    problems.add(`text is not valid ${label}`);
  }
  const utf8 = attempt(utf8Strict, bytes);
  if (utf8 !== null) return utf8 === "" ? "" : undoDoubleEncoding(utf8, label, decoder, problems);
  return decodeLoosely(bytes, label);
}

/** The name that TextDecoder knows for a charset name found in mail; "utf-7" is ours. Null for us-ascii and none. */
function canonicalLabel(declared: string): string | null {
  const name = declared
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .toLowerCase();
  if (name === "" || name === "us-ascii" || name === "ascii" || name === "ansi_x3.4-1968") return null;
  const alias = aliases.get(name);
  if (alias !== undefined) return alias;
  const windows = /^(?:x-)?(?:win|windows|cp|ms)[-_ ]?(125\d|874)$/.exec(name);
  if (windows) return `windows-${windows[1]}`;
  const iso = /^(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})(?:[-_:].*)?$/.exec(name);
  if (iso) return `iso-8859-${iso[1]}`;
  return name;
}

const aliases = new Map([
  ["utf8", "utf-8"],
  ["utf8mb4", "utf-8"],
  ["utf-8mb4", "utf-8"],
  ["utf_8", "utf-8"],
  ["unicode-1-1-utf-7", "utf-7"],
  ["utf7", "utf-7"],
  ["cp932", "shift_jis"],
  ["sjis", "shift_jis"],
  ["shift-jis", "shift_jis"],
  ["cp936", "gbk"],
  ["cp949", "euc-kr"],
  ["ms949", "euc-kr"],
  ["cp950", "big5"],
  ["euckr", "euc-kr"],
  ["eucjp", "euc-jp"],
  ["iso-2022-jp-1", "iso-2022-jp"],
  ["iso-2022-jp-2", "iso-2022-jp"],
  ["iso-2022-jp-ms", "iso-2022-jp"],
  ["cp65001", "utf-8"],
  ["x-mac-roman", "macintosh"],
  ["macroman", "macintosh"],
]);

const strictDecoders = new Map<string, TextDecoder | null>();

function strictDecoder(label: string): TextDecoder | null {
  const known = strictDecoders.get(label);
  if (known !== undefined) return known;
  let decoder: TextDecoder | null = null;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    // Not a charset that this runtime knows; the caller notes it.
  }
  // Names come from strangers: without a bound this cache would be a leak.
  if (strictDecoders.size < 200) strictDecoders.set(label, decoder);
  return decoder;
}

const utf8Strict = new TextDecoder("utf-8", { fatal: true });

function attempt(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const isUtf8 = (bytes: Uint8Array): boolean => attempt(utf8Strict, bytes) !== null;

/**
 * In a single-byte charset any bytes are valid, so validity proves nothing; text that is valid UTF-8 beyond ASCII
 * is UTF-8 whatever the label says. In a multi-byte charset validity does prove something, so the label goes first.
 */
function isSingleByte(label: string): boolean {
  return /^(?:iso-8859-|windows-|koi8|macintosh|ibm866|x-mac|x-user|latin)/.test(label);
}

/** Big5 mail that a gateway took for Latin-1 and "converted" to UTF-8: the original bytes are the code points. */
function undoDoubleEncoding(
  text: string,
  label: string | null,
  decoder: TextDecoder | null,
  problems: ProblemNotes,
): string {
  if (decoder === null || label === null || label === "utf-8") return text;
  if (isSingleByte(label) || label.startsWith("utf-16") || /[^\u0000-\u00ff]/.test(text)) return text;
  const original = attempt(decoder, Buffer.from(text, "latin1"));
  if (original === null) return text;
  problems.add(`text was encoded twice, as ${label} and then as utf-8; both undone`);
  return original;
}

function decodeLoosely(bytes: Uint8Array, label: string | null): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  // UTF-8 with a few broken bytes (a cut message) keeps its readable rest; what is not even that is Western.
  if (label !== null && label !== "iso-2022-jp") {
    try {
      return new TextDecoder(label).decode(bytes);
    } catch {
      // unknown label: already noted
    }
  }
  return new TextDecoder("windows-1252").decode(bytes);
}

function decodeAscii(bytes: Uint8Array, label: string | null): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  // ISO-2022-JP is 7-bit: mail of the nineties often declares nothing and just switches sets by escape.
  const escapes = text.includes("\u001b$") || text.includes("\u001b(J");
  if (label === "iso-2022-jp" || (escapes && (label === null || strictDecoder(label) === null))) {
    // Two switches in a row are legal, and come from words that were joined; the decoder takes them for an error.
    const plain = text.replace(/\u001b(?:\([BJI]|\$[@B])(?=\u001b)/g, "");
    return new TextDecoder("iso-2022-jp").decode(Buffer.from(plain, "latin1"));
  }
  if (label === "hz-gb-2312" || label?.startsWith("utf-16")) return decodeLoosely(bytes, label);
  return text;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] ?? 0) > 0x7f) return false;
  return true;
}

/** RFC 2152: `+` base64 of UTF-16BE `-`. */
function decodeUtf7(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_match, run: string) => {
    if (run === "") return "+";
    const units = Buffer.from(run, "base64");
    return units
      .subarray(0, units.length & ~1)
      .swap16()
      .toString("utf16le");
  });
}

/** No NUL (PostgreSQL refuses it and no reader sees it) and no half of a surrogate pair. */
export function cleanText(text: string): string {
  const clean = text.includes("\0") ? text.replaceAll("\0", "") : text;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}
