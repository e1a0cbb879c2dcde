import { findHtmlCut } from "./quoted-reply-html.ts";
import type { ParsedMessage } from "./parsed-message.ts";
import { findHistory, type ReplyLine } from "./reply-lines.ts";

/** `more` is null where nothing was split off. Every character but blank space at the cut is in one of the two. */
export type SplitReply = { visible: string; more: string | null };

export type SplitOptions = {
  /** The message is a forward (`isForward`): Outlook marks history and forwarded messages alike. */
  forwarded?: boolean;
};

/** A text with more lines than this is no letter; it is shown whole. */
export const MAX_REPLY_LINES = 200_000;

/**
 * Splits the history that mail programs add, and the signature (RFC 3676 4.3), off a plain text. Text below or
 * between quotes is never split off, a forwarded message never, and a body that is nothing but a quote is shown. It
 * never throws and is linear: docs/decisions/0005-quoted-replies.md.
 */
export function splitReply(text: string, { forwarded = false }: SplitOptions = {}): SplitReply {
  const found = linesOfText(text);
  if (found === null) return { visible: text, more: null };
  const start = found.starts[findHistory(found.lines, forwarded)];
  if (start === undefined) return { visible: text, more: null };
  return { visible: text.slice(0, start).trimEnd(), more: text.slice(start) };
}

/**
 * The same for HTML, by the marks of mail programs (gmail_quote, divRplyFwdMsg, `blockquote type=cite`, …) and by the
 * words in it. Elements that are open at the cut are closed in `visible` and opened again in `more`.
 */
export function splitReplyHtml(html: string, { forwarded = false }: SplitOptions = {}): SplitReply {
  const cut = findHtmlCut(html, forwarded, MAX_REPLY_LINES);
  if (cut === null) return { visible: html, more: null };
  return { visible: html.slice(0, cut.at) + cut.closing, more: cut.opening + html.slice(cut.at) };
}

const forwardSubject =
  /^\s*\[?(?:fwd?|wg|tr|rv|enc|i|vs|vb|doorst|pd|vl|videresendt|weitergeleitet|пересл|[iİ]lt|転送|转发|轉寄|전달)\s?[:：]/iu;

/** Whether the subject says that a message is forwarded, in the prefixes of mail programs. */
export function isForward(parsed: Pick<ParsedMessage, "subject">): boolean {
  return forwardSubject.test((parsed.subject ?? "").slice(0, 100));
}

function linesOfText(text: string): { lines: ReplyLine[]; starts: number[] } | null {
  const lines: ReplyLine[] = [];
  const starts: number[] = [];
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(start, next).trim();
    if (line !== "") {
      if (lines.length >= MAX_REPLY_LINES) return null;
      // ">:" is the end of a wrapped "… <address>:".
      const quoted = line.startsWith(">") && !/^>\s?[:：]$/.test(line);
      lines.push({ text: line, quoted, mark: null });
      starts.push(start);
    }
    start = next;
  }
  return { lines, starts };
}
