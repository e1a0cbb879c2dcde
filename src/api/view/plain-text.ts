/** Longer texts are cut: the whole is in the original. */
const TEXT_LIMIT = 1_000_000;

/** Deeper quotes look no different any more. */
const QUOTE_LIMIT = 12;

/** Web and mail addresses in a text. Bounded, so that a line without blanks costs no more than its length. */
const ADDRESSES =
  /(?<![a-z0-9])https?:\/\/[^\s<>"'`]{1,2000}|(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi;

/** A plain text as HTML: escaped, with its addresses as links, and what it quotes (`>`) as quotes in quotes. */
export function textToHtml(text: string): string {
  const shown = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}\n[…]` : text;
  const parts: string[] = [];
  let depth = 0;
  let fresh = true;
  for (const line of shown.replaceAll("\0", "").split(/\r\n?|\n/)) {
    const marks = /^(?: ?>)+ ?/.exec(line)?.[0] ?? "";
    const wanted = Math.min(QUOTE_LIMIT, marks.split(">").length - 1);
    if (wanted !== depth) fresh = true;
    for (; depth < wanted; depth += 1) parts.push("<blockquote>");
    for (; depth > wanted; depth -= 1) parts.push("</blockquote>");
    parts.push(`${fresh ? "" : "\n"}${linkify(line.slice(marks.length))}`);
    fresh = false;
  }
  return `<div class="text">${parts.join("")}${"</blockquote>".repeat(depth)}</div>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

function linkify(line: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const match of line.matchAll(ADDRESSES)) {
    const address = trimEnd(match[0]);
    const href = /^https?:/i.test(address) ? address : `mailto:${address}`;
    if (!URL.canParse(href)) continue;
    const link = `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">${escapeHtml(address)}</a>`;
    parts.push(escapeHtml(line.slice(at, match.index)), link);
    at = match.index + address.length;
  }
  parts.push(escapeHtml(line.slice(at)));
  return parts.join("");
}

/** What ends a sentence, or closes a bracket that was opened before the address, is no part of it. */
function trimEnd(address: string): string {
  let end = address.length;
  // How many more brackets are closed than opened.
  let closed = address.split(")").length - address.split("(").length;
  while (end > 0) {
    const last = address[end - 1] ?? "";
    if (last === ")" && closed > 0) closed -= 1;
    else if (!/[.,;:!?*_\]}|]/.test(last)) break;
    end -= 1;
  }
  return address.slice(0, end);
}
