import { splitComments } from "./comments.ts";
import { MAX_ID_LENGTH, MAX_REFERENCES } from "./limits.ts";
import type { ProblemNotes } from "./problem-notes.ts";

/** A Message-ID (RFC 5322 3.6.4) without brackets, also where the sender forgot them. Null if there is none. */
export function readMessageId(text: string): string | null {
  const bracketed = /<([^<>]*)>/.exec(text);
  return cleanId(bracketed ? (bracketed[1] ?? "") : text);
}

/** The ids of In-Reply-To or References, in order, each once; what is no id is left out. */
export function readMessageIds(values: string[], problems: ProblemNotes): string[] {
  const ids = new Set<string>();
  for (const value of values) {
    const bracketed = [...value.matchAll(/<([^<>]*)>/g)].map((match) => match[1] ?? "");
    // Old programs leave the brackets out; then only what looks like an id counts, since prose stands here too.
    const found = bracketed.length > 0 ? bracketed : value.split(/[\s,]+/).filter((word) => /.@./.test(word));
    for (const candidate of found) {
      const id = cleanId(candidate);
      if (id !== null) ids.add(id);
    }
  }
  const list = [...ids];
  if (list.length <= MAX_REFERENCES) return list;
  problems.add(`more than ${MAX_REFERENCES} referenced messages; the first and the last kept`);
  return [...list.slice(0, 1), ...list.slice(1 - MAX_REFERENCES)];
}

/** Obsolete ids hold blanks and comments around their dots (RFC 5322 4.5.4): `1234   @   local(x)  .example`. */
function cleanId(text: string): string | null {
  if (text.length > 2 * MAX_ID_LENGTH) return null;
  const id = splitComments(text)
    .text.trim()
    .replace(/\s{0,50}([.@])\s{0,50}/g, "$1");
  return id === "" || id.length > MAX_ID_LENGTH || /\s/.test(id) ? null : id;
}
