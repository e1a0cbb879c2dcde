import type { ParsedMessage } from "./parsed-message.ts";
import { senderOf } from "./sender.ts";

/**
 * `auto-reply`: a program answered our message (vacation, acknowledgement). `auto-generated`: a program wrote by
 * itself (report, notification). `bulk`: for many readers, or through a list; a person may have written it.
 */
export type AutoKind = "no" | "auto-reply" | "auto-generated" | "bulk";

export type AutoVerdict = {
  kind: AutoKind;
  /** The field and value that decided, for the ledger. Empty for "no". */
  reason: string;
  /**
   * Whether a program of ours may answer: never what is automatic or from a list, nor where the sender asks for none
   * (RFC 3834 2). A person's answer is not meant.
   */
  mayAnswer: boolean;
};

type Sign = { kind: AutoKind; reason: string };

/**
 * Whether a program sent a message. An `auto-reply` or `auto-generated` message must not reopen a ticket; `bulk` may,
 * since a shared address is often a group that adds List- fields to all that it passes on. A subject never decides by
 * itself: people write "Out of office" too.
 */
export function autoKindOf(parsed: ParsedMessage): AutoVerdict {
  const suppress = shortValue(parsed, "x-auto-response-suppress");
  const asksForNone = /\b(?:all|autoreply|oof)\b/i.test(suppress);
  const sign = clearSign(parsed) ?? weakSign(parsed, asksForNone);
  if (sign !== null) return { ...sign, mayAnswer: false };
  return { kind: "no", reason: "", mayAnswer: !asksForNone };
}

/** Fields that exist for nothing else. */
function clearSign(parsed: ParsedMessage): Sign | null {
  // RFC 3834 5: "no", or a keyword with optional parameters; RFC 5436 adds auto-notified.
  const submitted = keyword(parsed.autoSubmitted);
  if (submitted !== "" && submitted !== "no") {
    const kind = submitted === "auto-replied" || isVacation(parsed) ? "auto-reply" : "auto-generated";
    return { kind, reason: `Auto-Submitted: ${submitted}` };
  }
  for (const name of replyFields) {
    const value = shortValue(parsed, name);
    if (value !== "" && !/^(?:no|false|0)$/i.test(value)) return { kind: "auto-reply", reason: `${name}: ${value}` };
  }
  const precedence = keyword(parsed.precedence);
  if (/^auto[_-]?reply$/.test(precedence)) return { kind: "auto-reply", reason: `Precedence: ${precedence}` };
  if (parsed.deliveredTo.some((address) => /^autoresponder\b/i.test(address))) {
    return { kind: "auto-reply", reason: "Delivered-To: Autoresponder" };
  }
  return null;
}

const replyFields = [
  "x-autoreply",
  "x-autorespond",
  "x-autoresponder",
  "x-auto-reply",
  "x-autoreply-from",
  "x-mail-autoreply",
];

/** Fields that machines set but people's mail may carry too; with a vacation subject they make an auto-reply. */
function weakSign(parsed: ParsedMessage, asksForNone: boolean): Sign | null {
  const sign = machineSign(parsed) ?? bulkSign(parsed);
  const vacation = isVacation(parsed);
  if (vacation && (sign !== null || asksForNone)) {
    const other = sign?.reason ?? "X-Auto-Response-Suppress";
    return { kind: "auto-reply", reason: `the subject, and ${other}` };
  }
  return sign;
}

function machineSign(parsed: ParsedMessage): Sign | null {
  // RFC 5321 4.5.5: reports have no reverse-path, so that nothing answers them.
  if (parsed.returnPath === "") return { kind: "auto-generated", reason: "Return-Path: <>" };
  if (parsed.contentType.value === "multipart/report") {
    return { kind: "auto-generated", reason: "Content-Type: multipart/report" };
  }
  const loop = shortValue(parsed, "x-loop");
  if (loop !== "") return { kind: "auto-generated", reason: `X-Loop: ${loop}` };
  const address = senderOf(parsed).address ?? "";
  const isRobot = robot.test(address.split("@")[0] ?? "");
  return isRobot ? { kind: "auto-generated", reason: `the sender ${address.slice(0, 100)}` } : null;
}

const robot =
  /^(?:no[._-]?reply|do[._-]?not[._-]?reply|donotreply|nicht[._-]?antworten|keine?[._-]?antwort|ne[._-]?pas[._-]?repondre|mailer-?daemon)(?:[+._-].*)?$/i;

function bulkSign(parsed: ParsedMessage): Sign | null {
  const precedence = keyword(parsed.precedence);
  if (/^(?:bulk|junk|list)$/.test(precedence)) return { kind: "bulk", reason: `Precedence: ${precedence}` };
  const list = parsed.headers.names().find((name) => listFields.has(name));
  if (list !== undefined) return { kind: "bulk", reason: `${list}: ${shortValue(parsed, list)}` };
  const feedback = shortValue(parsed, "feedback-id");
  return feedback === "" ? null : { kind: "bulk", reason: `Feedback-ID: ${feedback}` };
}

/** RFC 2369 and RFC 2919. */
const listFields = new Set(["list-id", "list-unsubscribe", "list-post", "list-help", "list-owner", "list-archive"]);

const vacation = new RegExp(
  [
    "^\\s*(?:auto|automatic reply|automatische antwort|réponse automatique|respuesta automática|risposta automatica)\\s?[:：]",
    "^\\s*(?:resposta automática|automatisch antwoord|automatyczna odpowiedź|autosvar|automatiskt svar|automaattinen vastaus)\\b",
    "^\\s*(?:automatická odpověď|автоматический ответ|автоответ|otomatik yanıt|自動返信|自动回复|자동 회신|자동 응답)",
    "out of (?:the )?office|auto(?:matic)?[ -]?(?:reply|response)|autoresponder|on vacation|away from (?:the|my) (?:office|mail)",
    "abwesenheit|nicht im büro|abwesend|absence du bureau|message d.absence|fuera de (?:la )?oficina|fuori (?:sede|ufficio)",
    "fora do escritório|ausência temporária|afwezig(?:heid)?\\b|poza biurem|frånvaro|fravær|ikke til stede|poissa(?:oloilmoitus)?\\b",
    "mimo kancelář|нет на рабочем месте|вне офиса|ofis dışında|不在通知|不在の|外出中|부재중",
  ].join("|"),
  "iu",
);

function isVacation(parsed: ParsedMessage): boolean {
  return vacation.test((parsed.subject ?? "").slice(0, 500));
}

/** The first word of a field, without its parameters and comment, in lower case. */
function keyword(value: string | null): string {
  return /^[\w-]{1,60}/.exec((value ?? "").slice(0, 200).trim().toLowerCase())?.[0] ?? "";
}

function shortValue(parsed: ParsedMessage, name: string): string {
  return (parsed.headers.first(name) ?? "").slice(0, 200).toWellFormed();
}
