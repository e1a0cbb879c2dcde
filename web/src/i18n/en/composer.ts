import type { Messages } from "../plural.ts";

/** Writing: replies, notes, forwards, new tickets. Loaded with the composer. */
export const composer = {
  "composer.label": "Write",
} as const satisfies Messages;
