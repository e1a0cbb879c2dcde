// Longer than most: one pass over the tokens of an HTML body whose states belong together.
import { Tokenizer } from "htmlparser2";
import { findHistory, type ReplyLine } from "./reply-lines.ts";

export type HtmlCut = {
  /** Offset into the HTML, between two tags. */
  at: number;
  /** Ends the elements that are open there. */
  closing: string;
  /** Their start tags, so that what follows looks as it did. */
  opening: string;
};

/** Where history or a signature begins in an HTML body, or null. Linear in the length; see `findHistory`. */
export function findHtmlCut(html: string, forwarded: boolean, maxLines: number): HtmlCut | null {
  const reader = new LineReader(maxLines);
  readTags(html, reader);
  const found = reader.finish();
  if (found === null) return null;
  const at = found.starts[findHistory(found.lines, forwarded)];
  return at === undefined ? null : { at, ...openElements(html, at) };
}

type TagReader = {
  /** `attributes` holds those that marks are looked for in, as ` name=value`. */
  open(name: string, attributes: string, start: number, end: number): void;
  close(name: string, end: number): void;
  text(content: string, end: number): void;
};

/** On htmlparser2's tokens, not its parser, for the reason that domain/text.ts gives. */
function readTags(html: string, reader: TagReader): void {
  let name = "";
  let nameStart = 0;
  let attribute = "";
  let attributes = "";
  const opened = (end: number): void => reader.open(name, attributes, nameStart - 1, end + 1);
  const value = (text: string): void => {
    if (keptAttributes.has(attribute) && attributes.length < MAX_ATTRIBUTES) attributes += text.slice(0, MAX_ATTRIBUTES);
  };
  const ignore = (): void => {};
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      onopentagname: (start, end) => {
        nameStart = start;
        name = html.slice(start, end).toLowerCase();
        attributes = "";
      },
      onattribname: (start, end) => {
        attribute = html.slice(start, end).toLowerCase();
        value(` ${attribute}=`);
      },
      onattribdata: (start, end) => value(html.slice(start, end)),
      onattribentity: (codepoint) => value(String.fromCodePoint(codepoint)),
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => {
        const after = html.indexOf(">", end);
        reader.close(html.slice(start, end).toLowerCase(), after < 0 ? html.length : after + 1);
      },
      ontext: (start, end) => reader.text(html.slice(start, end), end),
      ontextentity: (codepoint, end) => reader.text(String.fromCodePoint(codepoint), end),
      oncdata: (start, end) => reader.text(html.slice(start, end), end),
      onattribend: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onend: ignore,
      onprocessinginstruction: ignore,
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}

/** What marks are looked for in. A few hundred characters hold every class of a mail program. */
const keptAttributes = new Set(["id", "class", "name", "type", "width", "height", "style"]);
const MAX_ATTRIBUTES = 500;

const hiddenTags = new Set(["style", "script", "head", "title", "template"]);
const voidTags = new Set(
  "area base br col embed hr img input link meta param source track wbr o:p".split(" "),
);
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
    if (name === "img" && !unseenPicture.test(attributes)) this.text("\ufffc", end);
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

  text(content: string, end: number): void {
    if (this.hiddenBy !== null) return;
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

/** Beyond this depth elements are not closed and opened again: it is an attack, and the text is what counts. */
const MAX_REOPENED = 100;

function openElements(html: string, at: number): { closing: string; opening: string } {
  const stack: { name: string; tag: string }[] = [];
  let tooDeep = false;
  readTags(html.slice(0, at), {
    open(name, _attributes, start, end) {
      if (voidTags.has(name) || hiddenTags.has(name) || neverReopened.has(name)) return;
      if (stack.length < MAX_REOPENED) stack.push({ name, tag: html.slice(start, end) });
      else tooDeep = true;
    },
    close(name) {
      const index = stack.findLastIndex((element) => element.name === name);
      if (index >= 0) stack.length = index;
    },
    text: () => {},
  });
  if (tooDeep) return { closing: "", opening: "" };
  return {
    closing: stack.map(({ name }) => `</${name}>`).toReversed().join(""),
    opening: stack.map(({ tag }) => tag).join(""),
  };
}

/** A page has one html and body; the others end by themselves, and often are not closed. */
const neverReopened = new Set(["html", "body", "p", "li", "dt", "dd"]);
