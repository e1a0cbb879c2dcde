import { hiddenTags, voidTags } from "../domain/html-tokens.ts";
import { readTags } from "./html-tags.ts";
import { readHtmlLines } from "./html-lines.ts";
import { findHistory } from "./reply-lines.ts";

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
  const found = readHtmlLines(html, maxLines);
  if (found === null) return null;
  const at = found.starts[findHistory(found.lines, forwarded)];
  return at === undefined ? null : { at, ...openElements(html, at) };
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
    closing: stack
      .map(({ name }) => `</${name}>`)
      .toReversed()
      .join(""),
    opening: stack.map(({ tag }) => tag).join(""),
  };
}

/** A page has one html and body; the others end by themselves, and often are not closed. */
const neverReopened = new Set(["html", "body", "p", "li", "dt", "dd"]);
