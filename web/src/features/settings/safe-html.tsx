import "./rich-text.css";
import { type ReactNode, createElement, useMemo } from "react";

/** Elements that a signature or a saved reply is made of. */
const KNOWN = new Set(
  "a b blockquote br code div em h1 h2 h3 h4 hr i li ol p pre s small span strong sub sup table tbody td th tr u ul".split(
    " ",
  ),
);
const EMPTY = new Set(["br", "hr"]);
const DEEPEST = 40;

/** HTML that somebody wrote, as it reads: known elements without a single attribute, so that nothing in it can act. */
export function SafeHtml({ html }: { html: string }) {
  const parts = useMemo(() => {
    // A document of its own: nothing in it runs or is fetched.
    // Handlers of events would not run either, but the security policy would report each.
    const quiet = html.replace(/([\s/"'])on(?=\w+\s*=)/gi, "$1data-");
    const { body } = new DOMParser().parseFromString(quiet, "text/html");
    return partsOf(body, 0);
  }, [html]);
  return <div className="rich-text wrap-anywhere">{parts}</div>;
}

function partsOf(parent: Node, depth: number): ReactNode[] {
  return [...parent.childNodes].map((node, index) => {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent;
    if (!(node instanceof Element)) return null;
    const name = node.localName;
    if (["script", "style", "template", "title", "head"].includes(name) || depth > DEEPEST) return null;
    if (name === "img") return node.getAttribute("alt");
    if (!KNOWN.has(name)) return partsOf(node, depth + 1);
    // A link that leads nowhere, as it looks.
    const props = { key: index, ...(name === "a" && { className: "text-accent-ink underline" }) };
    return createElement(name === "a" ? "span" : name, props, ...(EMPTY.has(name) ? [] : partsOf(node, depth + 1)));
  });
}
