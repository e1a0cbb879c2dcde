import { htmlToText } from "../../domain/text.ts";
import { escapeHtml, textToHtml } from "./plain-text.ts";
import { type SanitizeOptions, sanitizeMail } from "./sanitize-mail.ts";

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** A body as it is stored, or what was split off it. */
export interface Part {
  text: string;
  isHtml: boolean;
}

export interface MessagePage {
  html: string;
  /** Images of other hosts that were left out. */
  blocked: number;
}

/**
 * A page that shows parts of one message, for a frame without rights. A mail that sets colours of its own stays on white
 * paper, also in the dark: on any other ground some of it would be illegible. Others, a note among them, have no ground.
 */
export async function messagePage(
  parts: readonly Part[],
  theme: Theme,
  options: SanitizeOptions,
): Promise<MessagePage> {
  let blocked = 0;
  let coloured = false;
  const bodies: string[] = [];
  for (const { text, isHtml } of parts) {
    const mail = isHtml ? await sanitizeMail(text, options) : null;
    blocked += mail?.blocked ?? 0;
    coloured ||= mail?.coloured === true;
    if (mail === null) bodies.push(textToHtml(isHtml ? readableText(text) : text));
    else bodies.push(`<div class="html">${mail.html}</div>`);
  }
  const paper = coloured ? "light" : theme;
  const content = bodies.map((body) => `<div dir="auto">${body}</div>`).join("\n");
  const html = `<!doctype html>
<html class="${theme}${coloured ? " paper" : ""}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="${escapeHtml(paper)}">
<meta name="blocked-images" content="${blocked}">
<title>Message</title>
<style>${STYLES}</style>
</head>
<body class="${paper}">
${content}
</body>
</html>
`;
  return { html, blocked };
}

/** Of HTML that is too large to be read as such, this many characters are looked through for text: 0.2 s at most. */
const HTML_LIMIT = 2_000_000;

function readableText(html: string): string {
  return html.length > HTML_LIMIT ? `${htmlToText(html.slice(0, HTML_LIMIT))}\n[…]` : htmlToText(html);
}

const STYLES = `
:root { font: 14px/1.43 system-ui, sans-serif; }
html { background: transparent; }
body { margin: 0; padding: 1px 0; overflow-wrap: anywhere; }
html.paper body { background: #fff; }
body.light { color: #1c1c1f; }
body.dark { color: #e7e7ea; }
html.dark body.light { border-radius: 6px; padding: 12px; }
.html > :first-child { margin-top: 0; }
.html > :last-child { margin-bottom: 0; }
a { color: #1d4ed8; }
body.dark a { color: #93b4ff; }
img { max-width: 100%; height: auto; }
img:not([src]) { display: inline-block; min-width: 16px; min-height: 16px; outline: 1px dashed #9a9aa2; color: #6b6b73; }
table { max-width: 100%; }
pre { white-space: pre-wrap; }
blockquote { margin: 4px 0 4px 2px; padding-left: 10px; border-left: 2px solid #b9b9c2; }
body.dark blockquote { border-color: #54545e; }
.text { white-space: pre-wrap; }
[data-user-id] { font-weight: 600; }
@media print { body.dark { color: #000; } }
`;
