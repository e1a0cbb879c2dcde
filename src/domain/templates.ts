/** What the variables of a template stand for: `user.first_name` to text. A variable without a value is left empty. */
export type TemplateValues = Readonly<Record<string, string | null | undefined>>;

/** `{{ user.first_name }}`: what stands between the braces is a name, whatever blank space is around it. */
const VARIABLE = /\{\{\s*([a-z][a-z_.]{0,60})\s*\}\}/g;

/** Known elements only: `<ruby@example.com>` and `a < b` are text. */
const ELEMENT =
  /<\/?(?:a|b|br|blockquote|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul)(?=[\s/>])/i;

/** Whether a text that may be either is meant as HTML. */
export function isHtml(text: string): boolean {
  return ELEMENT.test(text);
}

/**
 * Fills a template in. What is put into HTML is text there, whatever it holds; what is put into text is one line, so that
 * nothing that a person is called can look like more than a name.
 */
export function fillTemplate(template: string, values: TemplateValues, into: "html" | "text"): string {
  return template.replace(VARIABLE, (_, name: string) => {
    const value = (Object.hasOwn(values, name) ? values[name] : null) ?? "";
    return into === "html" ? escapeHtml(value) : value.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  });
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text that means itself in HTML, also within a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Text as HTML: its lines are lines. */
export function textToHtml(text: string): string {
  return escapeHtml(text).replace(/\r\n|\r|\n/g, "<br>\n");
}

/** What is wrong with the variables of a template, as the end of a sentence that starts with its field; null when nothing is. */
export function templateFault(template: string, known: readonly string[]): string | null {
  // What is almost a variable would go out as it stands.
  const named = [...template.matchAll(/\{\{([^{}]{0,200})\}\}/g)].map(([, name = ""]) => name.trim());
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return null;
  return `must not name {{${unknown}}}: known are ${known.map((name) => `{{${name}}}`).join(", ")}`;
}
