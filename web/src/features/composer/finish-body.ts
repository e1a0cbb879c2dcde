import type { Message } from "../../api/types.ts";
import { exactTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { textToHtml } from "./content.ts";

const RTL = /[\u0591-\u07ff\ufb1d-\ufdfd\ufe70-\ufefc]/;
const STRONG = /[\p{L}]/u;

/**
 * The HTML that goes out: what the editor has, without what only the editor needs. Short, as every mail program shows it:
 * no classes, no styles, a direction only where it is not that of the reader.
 */
export function finishBody(body: string, messages: readonly Message[] = []): string {
  const page = new DOMParser().parseFromString(body, "text/html");
  for (const element of page.querySelectorAll("template, script, style")) element.remove();
  for (const image of page.querySelectorAll("img")) settleImage(image);
  for (const element of page.querySelectorAll<HTMLElement>("[data-forwarded]")) forward(element, messages);
  for (const item of page.querySelectorAll("li")) unwrapOnly(item);
  for (const paragraph of page.querySelectorAll("p:empty")) paragraph.append(page.createElement("br"));
  for (const block of page.querySelectorAll<HTMLElement>("[dir=auto]")) settleDirection(block);
  return withoutBlankEnds(page.body).innerHTML;
}

/** RFC 2392: the mail has the image in a part of its own. In the draft it has no `src`, which the page would ask for. */
function settleImage(image: HTMLImageElement): void {
  const { cid } = image.dataset;
  if (cid === undefined || !image.hasAttribute("data-attachment-id")) {
    image.remove();
    return;
  }
  image.src = `cid:${cid}`;
  for (const name of ["data-attachment-id", "data-cid"]) image.removeAttribute(name);
}

/** `<li><p>x</p></li>` has a blank line in most mail programs. */
function unwrapOnly(item: Element): void {
  const [first] = item.children;
  if (first?.tagName !== "P" || item.firstChild !== first) return;
  const hasOthers = Array.from(item.children).some((child, index) => index > 0 && child.tagName === "P");
  if (!hasOthers) first.replaceWith(...first.childNodes);
}

/** Most programs do not know `auto`. */
function settleDirection(block: HTMLElement): void {
  const first = STRONG.exec(block.textContent ?? "")?.[0] ?? "";
  if (RTL.test(first)) block.dir = "rtl";
  else block.removeAttribute("dir");
}

function withoutBlankEnds(body: HTMLElement): HTMLElement {
  const isBlank = (node: ChildNode | null): boolean =>
    node instanceof Element &&
    node.tagName === "P" &&
    node.textContent?.trim() === "" &&
    node.querySelector("img") === null;
  while (isBlank(body.firstChild) && body.childNodes.length > 1) body.firstChild?.remove();
  while (isBlank(body.lastChild) && body.childNodes.length > 1) body.lastChild?.remove();
  return body;
}

/** In the place of its mark: who wrote it, to whom, when, and the whole of it. */
function forward(mark: HTMLElement, messages: readonly Message[]): void {
  const ids = (mark.dataset["forwarded"] ?? "").split(",");
  const quotes = messages.filter(({ id }) => ids.includes(id)).map((message) => quoteOf(mark.ownerDocument, message));
  mark.replaceWith(...quotes);
}

/** Made in a page that is never shown: an image of it loads nothing. */
function quoteOf(page: Document, message: Message): HTMLElement {
  const quote = page.createElement("div");
  const head = page.createElement("p");
  const lines = [
    t("composer.forwardedHead"),
    t("composer.forwardedFrom", { from: message.type === "reply" ? senderOf(message) : message.from_name }),
    t("composer.forwardedDate", { date: exactTime(message.created_at) }),
    ...(message.type === "reply" && message.to !== null ? [t("composer.forwardedTo", { to: message.to })] : []),
    ...(message.cc ? [t("composer.forwardedCc", { cc: message.cc })] : []),
    ...(message.subject ? [t("composer.forwardedSubject", { subject: message.subject })] : []),
  ];
  for (const [index, line] of lines.entries()) {
    if (index > 0) head.append(page.createElement("br"));
    head.append(line);
  }
  const more = message.type === "reply" ? (message.more_body ?? "") : "";
  const parts = [message.body, more].filter((part) => part.trim() !== "");
  const content = page.createElement("blockquote");
  for (const part of parts) content.append(...safeNodes(message.htmlized ? part : textToHtml(part)));
  quote.append(head, content);
  return quote;
}

function senderOf(message: Extract<Message, { type: "reply" }>): string {
  if (message.from === null || message.from === message.from_name) return message.from_name;
  return message.from.includes("<") ? message.from : `${message.from_name} <${message.from}>`;
}

/** What a stranger wrote is passed on as it looks, without anything that acts. */
function safeNodes(html: string): ChildNode[] {
  const page = new DOMParser().parseFromString(html, "text/html");
  const active =
    "script, style, link, meta, base, title, iframe, object, embed, form, input, button, textarea, select, template";
  for (const element of page.querySelectorAll(active)) element.remove();
  for (const element of page.querySelectorAll("*")) {
    for (const { name, value } of Array.from(element.attributes)) {
      const isScript =
        /^(href|src|action|xlink:href)$/i.test(name) && /^\s*(javascript|vbscript|data:text)/i.test(value);
      const isOurMark = name === "data-user-id" || name === "data-forwarded";
      if (/^on/i.test(name) || isScript || isOurMark) element.removeAttribute(name);
    }
  }
  return Array.from(page.body.childNodes);
}
