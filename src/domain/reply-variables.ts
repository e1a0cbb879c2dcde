/** What a saved reply may name in two pairs of braces: `{{customer.first_name|there}}`. */
export const REPLY_VARIABLES = [
  "customer.first_name",
  "customer.name",
  "ticket.number",
  "ticket.subject",
  "user.name",
  "user.first_name",
  "inbox.name",
  "account.name",
] as const;
export type ReplyVariable = (typeof REPLY_VARIABLES)[number];

export type ReplyValues = Record<ReplyVariable, string>;

// At most so many characters inside, so that a body of nothing but braces is read once.
const PLACE = /\{\{\s*([a-z_.]{1,40})\s*(?:\|([^{}]{0,200}))?\}\}/g;

/**
 * Fills the variables of a saved reply in one pass: what is filled in is never read as a variable again. An empty value
 * gives the fallback behind `|`, else nothing. What names no variable stays as it stands, to be seen before it is sent.
 * In HTML values are escaped; a fallback is the author's own HTML.
 */
export function fillVariables(body: string, values: ReplyValues, html: boolean): string {
  return body.replace(PLACE, (whole: string, name: string, fallback: string | undefined) => {
    if (!Object.hasOwn(values, name)) return whole;
    const value = values[name as ReplyVariable].trim();
    if (value === "") return fallback?.trim() ?? "";
    return html ? escapeHtml(value) : value;
  });
}

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
