import { MAX_PROBLEMS } from "./limits.ts";

/** Collects plain-word notes, each once, in order. */
export type ProblemNotes = { add(note: string): void; list(): string[] };

export function collectProblems(): ProblemNotes {
  const notes = new Set<string>();
  return {
    add(note) {
      if (notes.size < MAX_PROBLEMS) notes.add(note);
    },
    list: () => [...notes],
  };
}
