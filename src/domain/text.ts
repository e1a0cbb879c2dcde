import { hiddenTags, readTokens } from "./html-tokens.ts";

/**
 * The text that a person reads in an HTML body: scripts, styles, head and comments dropped, entities decoded, block
 * elements on lines of their own, blank space collapsed as a browser does (kept inside `pre`). Not a sanitizer: the
 * result is text, and must be escaped again where it is shown as HTML.
 */
export function htmlToText(html: string): string {
  const writer = new TextWriter();
  let hiddenBy: string | null = null;
  let pre = false;
  const open = (name: string): void => {
    // A head, or anything hidden in it, that is never closed ends where the body starts, as in a browser.
    if (name === "body") hiddenBy = null;
    if (hiddenBy !== null) return;
    if (hiddenTags.has(name)) hiddenBy = name;
    else if (name === "br") writer.breakLine();
    else if (name === "td" || name === "th") writer.space();
    else if (name === "p") writer.ensureBlankLine();
    else if (name === "hr" || blockTags.has(name)) writer.ensureLine();
    if (name === "li") writer.write("- ");
    if (name === "pre") pre = true;
  };
  const close = (name: string): void => {
    if (hiddenBy !== null) {
      if (name === hiddenBy) hiddenBy = null;
      return;
    }
    if (name === "p") writer.ensureBlankLine();
    else if (blockTags.has(name)) writer.ensureLine();
    if (name === "pre") pre = false;
  };
  const text = (content: string): void => {
    if (hiddenBy !== null) return;
    if (pre) writer.writeVerbatim(content);
    else writer.write(content);
  };
  readTokens(html, {
    onopentagname: (start, end) => open(html.slice(start, end).toLowerCase()),
    onclosetag: (start, end) => close(html.slice(start, end).toLowerCase()),
    ontext: (start, end) => text(html.slice(start, end)),
    ontextentity: (codepoint) => text(String.fromCodePoint(codepoint)),
    oncdata: (start, end) => text(html.slice(start, end)),
  });
  return writer.finish().replaceAll("\0", "");
}

const blockTags = new Set(
  (
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header " +
    "html li main nav ol option pre section select table tbody tfoot thead tr ul"
  ).split(" "),
);

/** Builds lines; blank space is held back until something visible follows it. */
class TextWriter {
  private readonly pieces: string[] = [];
  private breaks = 0;
  private pendingSpace = false;

  write(text: string): void {
    const collapsed = text.replace(/[ \t\r\n\f\u00a0]+/g, " ");
    const body = collapsed.trim();
    if (body === "") {
      if (collapsed !== "") this.space();
      return;
    }
    if (collapsed.startsWith(" ")) this.space();
    this.flush();
    this.pieces.push(body);
    this.pendingSpace = collapsed.endsWith(" ");
  }

  writeVerbatim(text: string): void {
    const lines = text.replace(/\r\n?/g, "\n").split("\n");
    for (const [index, line] of lines.entries()) {
      if (index > 0) this.breakLine();
      if (line.trim() === "") continue;
      this.flush();
      this.pieces.push(line);
    }
  }

  space(): void {
    if (this.breaks === 0 && this.pieces.length > 0) this.pendingSpace = true;
  }

  breakLine(): void {
    this.breaks++;
    this.pendingSpace = false;
  }

  ensureLine(): void {
    this.breaks = Math.max(this.breaks, 1);
    this.pendingSpace = false;
  }

  ensureBlankLine(): void {
    this.breaks = Math.max(this.breaks, 2);
    this.pendingSpace = false;
  }

  finish(): string {
    return this.pieces.join("");
  }

  /** More than one blank line in a row says nothing to a reader. */
  private flush(): void {
    if (this.pieces.length > 0 && this.breaks > 0) this.pieces.push("\n".repeat(Math.min(this.breaks, 2)));
    else if (this.pieces.length > 0 && this.pendingSpace) this.pieces.push(" ");
    this.breaks = 0;
    this.pendingSpace = false;
  }
}

/** Characters (UTF-16 units) in a summary. */
const SUMMARY_LENGTH = 140;
/** How far back the end of a word is looked for; a text without blanks is cut where it stands. */
const WORD_SEARCH = 30;

/** The first line or two of a text, in one line: blank space collapsed, cut at the end of a word where one is near. */
export function summarize(text: string): string {
  // Only what can matter is collapsed, so that a 10 MB body costs nothing; 20 blanks a word would be a strange text.
  const line = text
    .trimStart()
    .slice(0, SUMMARY_LENGTH * 20)
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= SUMMARY_LENGTH) return line;
  const space = line.lastIndexOf(" ", SUMMARY_LENGTH);
  if (space >= SUMMARY_LENGTH - WORD_SEARCH) return line.slice(0, space);
  const splitsPair = /[\ud800-\udbff]/.test(line[SUMMARY_LENGTH - 1] ?? "");
  return line.slice(0, splitsPair ? SUMMARY_LENGTH - 1 : SUMMARY_LENGTH);
}
