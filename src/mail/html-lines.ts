import { hiddenTags, voidTags } from "../domain/html-tokens.ts";
import { readTags, type TagReader } from "./html-tags.ts";
import type { ReplyLine } from "./reply-lines.ts";

/**
 * The lines of an HTML body as they are shown, and where each starts: the outermost place after the line before it.
 * Null when there are more than `maxLines`. Marks of mail programs are noted; hidden text is left out.
 */
export function readHtmlLines(html: string, maxLines: number): { lines: ReplyLine[]; starts: number[] } | null {
  const reader = new LineReader(maxLines);
  readTags(html, reader);
  return reader.finish();
}

const lineTags = new Set(
  (
    "address article aside blockquote body br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 " +
    "header hr html li main nav ol p pre section table tbody tfoot thead tr ul"
  ).split(" "),
);

/** History from here on, whatever the element encloses: Outlook. */
const historyFrom = /divRplyFwdMsg|mail-editor-reference-message|OutlookMessageHeader|OLK_SRC_BODY_SECTION/i;
/** Elements that enclose a quoted message. */
const quoting = /yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|name=quote\b|isReplyContent/i;
const cited = /type=cite|gmail_quote/i;
const attribution = /gmail_attr|moz-cite-prefix/i;
const signature = /gmail_signature|moz-signature|protonmail_signature|outlook-mobile-signature|=(?:x_)*signature\b/i;
const appleSignature = /AppleMailSignature|yahoo[-_]signature/i;

/** A tracking pixel, or a picture that is not shown. */
const unseenPicture = /(?:width|height)[=:]\s?[01](?:px)?(?:\D|$)|display:\s?none/i;

/** Builds the lines as they are shown. Where a line starts is the outermost place since the end of the last one. */
class LineReader implements TagReader {
  private readonly lines: ReplyLine[] = [];
  private readonly starts: number[] = [];
  /** The open elements of each name: whether they quote. */
  private readonly quotesOf = new Map<string, boolean[]>();
  private readonly maxLines: number;
  private pieces: string[] = [];
  private length = 0;
  private quotes = 0;
  private lineQuoted = false;
  private hiddenBy: string | null = null;
  private mark: ReplyLine["mark"] = null;
  private lineMark: ReplyLine["mark"] = null;
  private depth = 0;
  private bestDepth = 0;
  private bestStart = 0;
  private lineStart = 0;
  private sawAppend = false;
  private tooMany = false;

  constructor(maxLines: number) {
    this.maxLines = maxLines;
  }

  open(name: string, attributes: string, start: number, end: number): void {
    if (name === "body") this.hiddenBy = null;
    if (this.hiddenBy !== null) return;
    if (hiddenTags.has(name)) {
      this.hiddenBy = name;
      return;
    }
    if (lineTags.has(name)) this.endLine();
    this.consider(start);
    if (name === "img" && !unseenPicture.test(attributes)) this.addText("\ufffc", end);
    this.markFrom(name, attributes);
    if (voidTags.has(name)) return;
    this.depth++;
    const quotes = name === "blockquote" || quoting.test(attributes);
    const stack = this.quotesOf.get(name);
    if (stack) stack.push(quotes);
    else this.quotesOf.set(name, [quotes]);
    if (quotes) {
      this.endLine();
      this.quotes++;
    }
  }

  close(name: string, end: number): void {
    if (this.hiddenBy !== null) {
      if (name === this.hiddenBy) this.hiddenBy = null;
      return;
    }
    if (lineTags.has(name)) this.endLine();
    // An empty signature marks nothing of what comes below it.
    if (this.length === 0 && this.mark !== "history") this.mark = null;
    const quotes = this.quotesOf.get(name)?.pop();
    if (quotes === undefined) return;
    this.depth--;
    if (quotes) {
      this.endLine();
      this.quotes--;
    }
    this.consider(end);
  }

  text(content: string, start: number, end: number): void {
    if (this.hiddenBy !== null) return;
    if ((this.quotesOf.get("pre")?.length ?? 0) === 0) {
      this.addText(content, end);
      return;
    }
    for (let from = 0; from < content.length;) {
      const newline = content.indexOf("\n", from);
      const to = newline < 0 ? content.length : newline;
      // What an entity stands for is shorter than the entity, and begins where that ends.
      this.addText(content.slice(from, to), Math.min(start + to, end));
      if (newline >= 0) this.endLine();
      from = to + 1;
    }
  }

  private addText(content: string, end: number): void {
    if (content.trim() === "") {
      if (this.length > 0) this.pieces.push(" ");
      return;
    }
    if (this.length === 0) {
      this.lineQuoted = this.quotes > 0;
      this.lineStart = this.bestStart;
      this.lineMark = this.mark;
      this.mark = null;
    }
    // What is longer than any header is only text; it need not be kept.
    if (this.length < 1000) this.pieces.push(content);
    this.length += content.length;
    this.bestDepth = Number.POSITIVE_INFINITY;
    this.bestStart = end;
  }

  finish(): { lines: ReplyLine[]; starts: number[] } | null {
    this.endLine();
    return this.tooMany ? null : { lines: this.lines, starts: this.starts };
  }

  private markFrom(name: string, attributes: string): void {
    if (/appendonsend/i.test(attributes)) this.sawAppend = true;
    if (historyFrom.test(attributes) || (name === "hr" && this.sawAppend)) this.mark = "history";
    else if (this.mark !== null) return;
    else if (quoting.test(attributes) || (name === "blockquote" && cited.test(attributes))) this.mark = "history";
    else if (attribution.test(attributes)) this.mark = "attribution";
    else if (signature.test(attributes) || appleSignature.test(attributes)) this.mark = "signature";
  }

  /** A place between tags; the outermost one since the last text is where a cut breaks least. */
  private consider(offset: number): void {
    if (this.length > 0 || this.depth >= this.bestDepth) return;
    this.bestDepth = this.depth;
    this.bestStart = offset;
  }

  private endLine(): void {
    if (this.length === 0) return;
    const text = this.pieces.join("").replace(/\s+/g, " ").trim();
    this.pieces = [];
    this.length = 0;
    this.bestDepth = Number.POSITIVE_INFINITY;
    if (this.lines.length >= this.maxLines) {
      this.tooMany = true;
      return;
    }
    const quoted = this.lineQuoted || text.startsWith(">");
    this.lines.push({ text, quoted, mark: this.lineMark });
    this.starts.push(this.lineStart);
  }
}
