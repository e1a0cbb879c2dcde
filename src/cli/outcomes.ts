import type { Outcome } from "../storage/schema.ts";

/** How many messages became what. */
export interface OutcomeCounts {
  tickets: number;
  replies: number;
  bounces: number;
  auto_replies: number;
  spam: number;
  duplicates: number;
  quarantined: number;
}

const COUNTED = {
  ticket: "tickets",
  reply: "replies",
  bounce: "bounces",
  "auto-reply": "auto_replies",
  spam: "spam",
  duplicate: "duplicates",
  quarantine: "quarantined",
} as const satisfies Record<Exclude<Outcome, "pending">, keyof OutcomeCounts>;

export function noOutcomes(): OutcomeCounts {
  return { tickets: 0, replies: 0, bounces: 0, auto_replies: 0, spam: 0, duplicates: 0, quarantined: 0 };
}

export function countOutcome(counts: OutcomeCounts, outcome: Exclude<Outcome, "pending">): void {
  counts[COUNTED[outcome]] += 1;
}

/** `1 ticket`, `2 tickets`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

export function outcomesText(counts: OutcomeCounts): string {
  const { tickets, replies, bounces, auto_replies, spam, duplicates, quarantined } = counts;
  const machines =
    bounces + auto_replies === 0
      ? ""
      : `${counted(bounces, "bounce")}, ${counted(auto_replies, "auto-reply", "auto-replies")}, `;
  const junk = spam === 0 ? "" : `${spam} spam, `;
  const mail = `${counted(tickets, "ticket")}, ${counted(replies, "reply", "replies")}`;
  return `${mail}, ${machines}${junk}${counted(duplicates, "duplicate")}, ${quarantined} quarantined`;
}
