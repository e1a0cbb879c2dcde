import type { Editor } from "@tiptap/core";

/** A character that asks for something while one writes: `@` for a colleague, `/` for a saved reply. */
export interface Trigger {
  character: "@" | "/";
  /** Where it stands in the text, up to the cursor. */
  from: number;
  to: number;
  /** What was typed after it. */
  words: string;
}

const LONGEST = 40;

/** The trigger before the cursor, if there is one. After a letter it is none: `and/or`, `ada@example.com`. */
export function findTrigger({ state }: Editor): Trigger | null {
  const { empty, $from } = state.selection;
  if (!empty || $from.parent.type.spec.code === true || !$from.parent.isTextblock) return null;
  const start = Math.max(0, $from.parentOffset - LONGEST - 1);
  const before = $from.parent.textBetween(start, $from.parentOffset, "\n", "\ufffc");
  return readTrigger(before, $from.pos);
}

/** `before`: the text in front of the cursor, which is at `end`. */
export function readTrigger(before: string, end: number): Trigger | null {
  const match = /(?:^|[\s(\ufffc])([@/])((?:[^\s@/][^@/\n\ufffc]*)?)$/u.exec(before);
  if (match === null) return null;
  const [, character = "", words = ""] = match;
  return { character: character === "@" ? "@" : "/", from: end - words.length - 1, to: end, words };
}
