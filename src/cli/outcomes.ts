import type { Outcome } from "../storage/schema.ts";

/** How many messages became what. */
export interface OutcomeCounts {
  tickets: number;
  replies: number;
  duplicates: number;
  quarantined: number;
}

const COUNTED = {
  ticket: "tickets",
  reply: "replies",
  duplicate: "duplicates",
  quarantine: "quarantined",
} as const satisfies Record<Exclude<Outcome, "pending">, keyof OutcomeCounts>;

export function noOutcomes(): OutcomeCounts {
  return { tickets: 0, replies: 0, duplicates: 0, quarantined: 0 };
}

export function countOutcome(counts: OutcomeCounts, outcome: Exclude<Outcome, "pending">): void {
  counts[COUNTED[outcome]] += 1;
}

export function outcomesText({ tickets, replies, duplicates, quarantined }: OutcomeCounts): string {
  return `${tickets} tickets, ${replies} replies, ${duplicates} duplicates, ${quarantined} quarantined`;
}
