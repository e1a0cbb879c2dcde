/** The words of some HTML, line by line. A page made so is inert: nothing in it runs or is fetched. */
export function plainOf(html: string): string {
  const broken = html.replace(/<(br|\/p|\/div|\/li|\/tr|\/blockquote)\b/gi, "\n<$1");
  const { body } = new DOMParser().parseFromString(broken, "text/html");
  for (const hidden of body.querySelectorAll("style, script, template")) hidden.remove();
  return (body.textContent ?? "")
    .replace(/[ \t]+/g, " ")
    .replace(/\s*\n\s*/g, "\n")
    .trim();
}
