import { decodeCharset } from "./charset.ts";
import type { ProblemNotes } from "./problem-notes.ts";
import { decodeQuotedPrintable } from "./transfer-encoding.ts";

// The length of the charset is bounded so that a run of "=?" cannot make the match quadratic.
const encodedWord = /=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=/g;

/**
 * Decodes RFC 2047 words wherever they stand, also inside quotes and glued to text, as mail clients do. Blank
 * space between two words is dropped (6.2), and the bytes of neighbours in one charset are joined before they are
 * decoded, because senders cut words in the middle of a character.
 */
export function decodeEncodedWords(text: string, problems: ProblemNotes): string {
  if (!text.includes("=?")) return text;
  let result = "";
  let end = 0;
  let run: { charset: string; chunks: Buffer[] } | null = null;
  const flush = (): void => {
    if (run !== null) result += decodeCharset(Buffer.concat(run.chunks), run.charset, problems);
    run = null;
  };
  for (const match of text.matchAll(encodedWord)) {
    const [word, rawCharset = "", encoding = "", content = ""] = match;
    const between = text.slice(end, match.index);
    const charset = (rawCharset.split("*", 1)[0] ?? "").toLowerCase();
    if (end === 0 || /[^ \t\r\n]/.test(between)) {
      flush();
      result += between;
    }
    const bytes =
      encoding === "B" || encoding === "b"
        ? Buffer.from(content, "base64")
        : decodeQuotedPrintable(Buffer.from(content.replaceAll("_", " "), "utf8"));
    if (run !== null && run.charset !== charset) flush();
    run ??= { charset, chunks: [] };
    run.chunks.push(bytes);
    end = match.index + word.length;
  }
  flush();
  return result + text.slice(end);
}
