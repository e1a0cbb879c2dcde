import type { Message } from "../../api/types.ts";
import { textOfHtml } from "../../lib/html-text.ts";

/** The beginning of what a message says, in one line. For a glance: what is shown in full is made safe by the server. */
export function plainTextOf({ body, htmlized }: Pick<Message, "body" | "htmlized">, most: number): string {
  // Of a long mail only the beginning is looked at; styles and hidden heads may be long.
  const source = body.slice(0, most * 50);
  const text = htmlized ? textOfHtml(source) : source;
  return text.replace(/\s+/g, " ").trim().slice(0, most);
}

/** A piece of a plain text: words, or an address that can be followed. */
export interface Piece {
  text: string;
  href: string | null;
}

const ADDRESSES =
  /(?<![a-z0-9])https?:\/\/[^\s<>"'`]{1,2000}|(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi;

/** A text with its web and mail addresses found. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESSES)) {
    const address = match[0]
      .replace(/[.,;:!?*_\]}|]+$/, "")
      .replace(/\)$/, (end) => (match[0].includes("(") ? end : ""));
    const href = /^https?:/i.test(address) ? address : `mailto:${address}`;
    if (!URL.canParse(href)) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), href: null });
    pieces.push({ text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), href: null });
  return pieces;
}

/** A run of lines that are quoted alike (`> `), 0 for our own words. */
export interface Run {
  depth: number;
  text: string;
}

/** A text in runs by how deeply it is quoted. */
export function runsOf(text: string): Run[] {
  const runs: { depth: number; lines: string[] }[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    const marks = /^(?: ?>)+ ?/.exec(line)?.[0] ?? "";
    const depth = Math.min(6, marks.split(">").length - 1);
    const last = runs.at(-1);
    if (last?.depth === depth) last.lines.push(line.slice(marks.length));
    else runs.push({ depth, lines: [line.slice(marks.length)] });
  }
  return runs.map(({ depth, lines }) => ({ depth, text: lines.join("\n") }));
}
