import { MailError } from "./mail-error.ts";
import { plainTlsWords } from "./tls-words.ts";

/** An address that the server did not take, while it took others. */
export interface RefusedRecipient {
  address: string;
  response: string;
  /** Whether it may take it later (4xx). */
  temporary: boolean;
}

/** How handing a message over ended. `response` is what the server said, or in our words why there was no answer. */
export type SmtpResult =
  | { kind: "sent"; response: string; refused: readonly RefusedRecipient[] }
  /** Not taken, and may be taken later. */
  | { kind: "temporary"; code: string; response: string }
  /** Not taken, and never will be. */
  | { kind: "permanent"; code: string; response: string }
  /** All of it was handed over and no answer came: the server has it or has it not. */
  | { kind: "ambiguous"; response: string };

/** What nodemailer's errors carry. */
export interface SmtpFailure {
  code?: string | undefined;
  response?: string | undefined;
  responseCode?: number | undefined;
  message: string;
}

const LONGEST_RESPONSE = 1000;

/** One line of a server's words, short enough to show: they come from outside. */
export function wordsOf(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, LONGEST_RESPONSE);
}

/** The server's words, or ours where it said nothing. */
export function failureWords({ code, response, responseCode = 0, message }: SmtpFailure): string {
  if (responseCode === 0) return wordsOf(plainTlsWords(message));
  const words = wordsOf(response ?? message);
  // It is asked to whether it offers that or not.
  return code === "ETLS" ? `the server does not offer STARTTLS (${words})` : words;
}

/**
 * What a failure means. `handedOver` says whether the message's end had left before it: then only an answer of the server
 * tells what became of it (RFC 5321 4.2.1: 4xx and 5xx both say that it was not taken).
 */
export function resultOf(error: unknown, handedOver: boolean): Exclude<SmtpResult, { kind: "sent" }> {
  const failure = error instanceof Error ? (error as SmtpFailure) : { message: String(error) };
  const { responseCode = 0, code = "error" } = failure;
  const response = failureWords(failure);
  // Encryption that fails is the way's fault and not the message's: it waits, and never goes in the clear.
  if (code === "ETLS") return { kind: "temporary", code: "tls", response };
  if (responseCode >= 400) {
    return { kind: responseCode < 500 ? "temporary" : "permanent", code: String(responseCode), response };
  }
  if (handedOver) return { kind: "ambiguous", response };
  if (error instanceof MailError) {
    return { kind: error.retryable ? "temporary" : "permanent", code: error.code, response };
  }
  // Without a server's answer: it said beforehand that it is too large, or what to send is not what SMTP can carry.
  const final = code === "EMESSAGE" || code === "EENVELOPE" || code === "EAUTH";
  return { kind: final ? "permanent" : "temporary", code, response };
}
