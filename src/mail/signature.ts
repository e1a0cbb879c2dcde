import { htmlToText } from "../domain/text.ts";
import { splitReply, splitReplyHtml } from "./quoted-reply.ts";

/**
 * A body with a signature under what its writer wrote, above the history that they quote. In a text it stands behind the
 * line that mail programs know a signature by, and leave out of their answers (RFC 3676 4.3).
 */
export function withSignature(body: string, signature: string | null, htmlized: boolean): string {
  if (signature === null || signature === "") return body;
  if (!htmlized) {
    const { visible, more } = splitReply(body);
    return `${visible.trimEnd()}\n\n-- \n${signature.trimEnd()}\n${more === null ? "" : `\n${more}`}`;
  }
  const { visible, more } = splitReplyHtml(body);
  return `${visible}\n<div class="cantrip-signature"><br>-- <br>\n${signature}\n</div>\n${more ?? ""}`;
}

/**
 * The text of an HTML body, for who reads text. The line above a signature ends with a blank there, which HTML does not show:
 * without it no mail program knows the line (RFC 3676 4.3).
 */
export function textOfHtml(html: string): string {
  return htmlToText(html).replaceAll(/^--$/gm, "-- ");
}
