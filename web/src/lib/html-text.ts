const BLOCKS = /<(?=(?:br|\/?(?:p|div|li|tr|td|th|h[1-6]|blockquote|pre|ul|ol|table))\b)/gi;

/**
 * The words of an HTML, for a glance: what is shown in full is made safe by the server. A document made so is inert, and
 * nothing in it is fetched; but it has the security policy of the page around it, which would report each style.
 */
export function textOfHtml(html: string): string {
  const plain = html
    .replace(/<(style|script|template|title)\b[\s\S]*?(<\/\1\s*>|$)/gi, "")
    .replace(/<[^>]*>/g, (tag) => tag.replace(/\bstyle\s*=/gi, "data-style="))
    .replace(BLOCKS, "\n<");
  return new DOMParser().parseFromString(plain, "text/html").body.textContent;
}
