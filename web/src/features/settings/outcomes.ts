import type { Outcome, ReceivedMessage } from "../../api/queries/received-messages.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import type { Tone } from "../../ui/badge.tsx";

export const OUTCOMES: readonly Outcome[] = [
  "pending",
  "quarantine",
  "ticket",
  "reply",
  "spam",
  "bounce",
  "auto-reply",
  "duplicate",
];

export const OUTCOME_WORDS: Record<Outcome, MessageKey> = {
  pending: "received.pending",
  quarantine: "received.quarantine",
  ticket: "received.ticket",
  reply: "received.reply",
  spam: "received.spam",
  bounce: "received.bounce",
  "auto-reply": "received.autoReply",
  duplicate: "received.duplicate",
};

export const OUTCOME_TONES: Record<Outcome, Tone> = {
  pending: "warn",
  quarantine: "danger",
  ticket: "good",
  reply: "good",
  spam: "warn",
  bounce: "neutral",
  "auto-reply": "neutral",
  duplicate: "neutral",
};

/** What a mail of the ledger is called: its ticket's subject, else what it was sent with. */
export function titleOf({ subject, mail_id }: ReceivedMessage): string {
  return subject ?? mail_id ?? t("received.noSubject");
}
