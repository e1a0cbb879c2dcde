/** What a message that came by mail can become, as the ledger has it. */
export const OUTCOMES = [
  "pending",
  "ticket",
  "reply",
  "bounce",
  "auto-reply",
  "spam",
  "duplicate",
  "quarantine",
] as const;

export type Outcome = (typeof OUTCOMES)[number];
