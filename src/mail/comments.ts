/**
 * Takes RFC 5322 3.2.2 comments out of a structured field, nested ones too; what stands in quotes is kept. An
 * unclosed "(" is no comment: throwing away all that follows it would lose what a person can read.
 */
export function splitComments(text: string): { text: string; comments: string[] } {
  if (!text.includes("(")) return { text, comments: [] };
  let out = "";
  const comments: string[] = [];
  let quoted = false;
  let i = 0;
  let unclosed = false;
  while (i < text.length) {
    const char = text[i] ?? "";
    if (char === "\\" && quoted) {
      out += text.slice(i, i + 2);
      i += 2;
      continue;
    }
    if (char === '"') quoted = !quoted;
    if (char === "(" && !quoted && !unclosed) {
      const end = commentEnd(text, i);
      if (end > 0) {
        comments.push(
          text
            .slice(i + 1, end)
            .replace(/\\(.)/g, "$1")
            .trim(),
        );
        out += " ";
        i = end + 1;
        continue;
      }
      // Nothing further on closes it either, so it is looked for only once.
      unclosed = true;
    }
    out += char;
    i++;
  }
  return { text: out, comments };
}

function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === "(") depth++;
    else if (char === ")" && --depth === 0) return i;
  }
  return -1;
}
