import { cleanText } from "./charset.ts";
import { splitComments } from "./comments.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import { MAX_ADDRESSES, MAX_ADDRESS_LENGTH } from "./limits.ts";
import type { MailAddress } from "./parsed-message.ts";
import type { ProblemNotes } from "./problem-notes.ts";

/**
 * Reads an address list (RFC 5322 3.4 and 4.4): groups flattened, comments, routes and obsolete blanks removed.
 * Entries in which no address can be read are left out. Encoded words are decoded after the list is taken apart,
 * so that a comma inside a name cannot split it. One pass over the text.
 */
export function readAddresses(text: string, problems: ProblemNotes): MailAddress[] {
  const found: MailAddress[] = [];
  for (const entry of splitEntries(text)) {
    if (found.length >= MAX_ADDRESSES) {
      problems.add(`more than ${MAX_ADDRESSES} addresses in one header; the rest left out`);
      break;
    }
    found.push(...readEntry(entry, problems));
  }
  return found;
}

type Entry = { words: string; angle: string | null; comments: string[] };

/** Cuts at commas, semicolons and group names. Inside `words` quoted strings keep their quotes. */
function* splitEntries(text: string): Generator<Entry> {
  const { text: bare, comments } = splitComments(text);
  let entry: Entry = { words: "", angle: null, comments };
  let closingQuote = true;
  for (let i = 0; i < bare.length; i++) {
    const char = bare[i] ?? "";
    if (char === '"' && closingQuote) {
      const end = quoteEnd(bare, i);
      closingQuote = end > 0;
      if (end > 0) {
        entry.words += bare.slice(i, end + 1);
        i = end;
      }
    } else if (char === "<") {
      const end = angleEnd(bare, i);
      entry.angle = bare.slice(i + 1, end);
      i = bare[end] === ">" ? end : end - 1;
    } else if (char === "," || char === ";") {
      yield entry;
      entry = { words: "", angle: null, comments: [] };
    } else if (char === ":" && entry.angle === null && !entry.words.includes("@")) {
      entry.words = "";
    } else if (char !== ">" && char !== '"') {
      entry.words += char;
    }
  }
  yield entry;
}

function quoteEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i;
  }
  return -1;
}

/** Up to ">", or where it is missing up to the next separator. A quoted local part may hold either. */
function angleEnd(text: string, start: number): number {
  let quoted = false;
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i] ?? "";
    if (char === "\\" && quoted) i++;
    else if (char === '"') quoted = !quoted;
    else if (char === ">" && !quoted) return i;
    // A route (`<@a,@b:c@d>`) is the only thing in brackets that may hold a comma.
    else if (char === "," && !quoted && !/^\s*@/.test(text.slice(start + 1, start + 20))) return i;
    else if (i - start > 2 * MAX_ADDRESS_LENGTH) return i;
  }
  return text.length;
}

function readEntry(entry: Entry, problems: ProblemNotes): MailAddress[] {
  if (entry.angle !== null) {
    const address = cleanAddress(entry.angle);
    const name = readName(entry.words, problems) || commentName(entry, problems);
    if (address !== null) return [{ name, address }];
  }
  // No brackets: the address stands bare, perhaps among the words of a name ("Big Bug bb@bug.com"), or next to
  // another one whose comma was forgotten.
  const { addresses, rest } = bareAddresses(entry.words);
  if (addresses.length > 1) problems.add("addresses stand next to each other without a comma");
  const [first, ...others] = addresses;
  if (first === undefined) return [];
  if (rest.trim() !== "") problems.add("an address stands without brackets next to a name; both were read");
  const name = readName(rest, problems) || commentName(entry, problems);
  return [{ name, address: first }, ...others.map((address) => ({ name: "", address }))];
}

function bareAddresses(words: string): { addresses: string[]; rest: string } {
  // RFC 5322 4.4 lets blanks stand around the dots of a domain, and around the sign.
  const joined = words
    .replace(/\s{0,20}@\s{0,20}/g, "@")
    .replace(/(@[^\s@]{1,255})((?:\s{1,20}\.\s{0,20}[^\s@.]{1,63})+)/g, squeeze);
  const addresses: string[] = [];
  let rest = "";
  let end = 0;
  for (const match of joined.matchAll(/(?:"(?:[^"\\]|\\.){0,64}"|[^\s"@]{1,128})@[^\s"@]{1,255}/g)) {
    const address = cleanAddress(match[0]);
    if (address === null || addresses.length >= MAX_ADDRESSES) continue;
    addresses.push(address);
    rest += joined.slice(end, match.index);
    end = match.index + match[0].length;
  }
  return { addresses, rest: rest + joined.slice(end) };
}

const squeeze = (_match: string, host: string, rest: string): string => host + rest.replace(/\s/g, "");

function cleanAddress(text: string): string | null {
  if (text.length > 2 * MAX_ADDRESS_LENGTH) return null;
  let address = splitComments(text).text.trim();
  address = address
    .replace(/^(?:@[^:@]*)+:/, "")
    .replace(/^.*</, "")
    .replace(/^mailto:/i, "")
    .trim();
  if (!address.startsWith('"')) address = address.replace(/\s+/g, "");
  if (!/@\[[^\]]*\]$/.test(address)) address = address.replace(/^[[(<']+|[\])>'.,]+$/g, "");
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || domain === "" || address.length > MAX_ADDRESS_LENGTH) return null;
  if (/[\s\u0000-\u001f\u007f"<>,;()]/.test(domain)) return null;
  if (!local.startsWith('"') && /[\u0000-\u001f\u007f"<>,;:()@]/.test(local)) return null;
  return cleanText(address);
}

function readName(words: string, problems: ProblemNotes): string {
  const unquoted = words.replace(/"((?:[^"\\]|\\[^])*)"/g, (_match, inner: string) => inner.replace(/\\([^])/g, "$1"));
  return cleanText(decodeEncodedWords(unquoted.trim(), problems)).replace(/\s+/g, " ").trim();
}

/** RFC 822's older way to give a name: `root@host (The Postmaster)`. Only where the header has one entry. */
function commentName(entry: Entry, problems: ProblemNotes): string {
  const comment = entry.comments.length === 1 ? (entry.comments[0] ?? "") : "";
  return readName(comment, problems);
}
