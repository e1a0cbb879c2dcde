import type SMTPConnection from "nodemailer/lib/smtp-connection";
import { MailError } from "./mail-error.ts";
import type { RefusedRecipient } from "./smtp-result.ts";

/** An envelope as a server can be given it. */
interface FittedEnvelope {
  envelope: { from: string; to: readonly string[] };
  /** Whether it goes with SMTPUTF8 (RFC 6531); only then may the header hold more than ASCII (RFC 6532). */
  utf8: boolean;
  /** Who was left out. */
  refused: readonly RefusedRecipient[];
}

/** Domains are given to servers as the DNS has them; what is left is what stands before the @. */
export function needsUtf8(address: string): boolean {
  return /\P{ASCII}/u.test(address);
}

/** Whether the server has said that it takes such addresses. What nodemailer keeps and its types do not tell. */
export function takesUtf8(connection: SMTPConnection): boolean {
  const extensions = Reflect.get(connection, "_supportedExtensions") as readonly string[] | undefined;
  return extensions?.includes("SMTPUTF8") ?? false;
}

/**
 * An address with letters beyond ASCII before its @ has no other form: a server that does not take it is not given it (RFC 6531
 * 3.2), and whoever writes is told what to do, in place of whatever words that server would find. Throws a MailError when
 * nobody is left, or the sender has such an address.
 */
export function fitEnvelope({ from, to }: FittedEnvelope["envelope"], takes: boolean): FittedEnvelope {
  const beyond = to.filter(needsUtf8);
  if (takes) return { envelope: { from, to }, utf8: beyond.length > 0 || needsUtf8(from), refused: [] };
  if (needsUtf8(from)) throw new MailError("utf8_sender", notSentFrom(from), { retryable: false });
  if (beyond.length === to.length && to.length > 0) {
    throw new MailError("utf8_recipient", `not delivered to ${beyond.join(", ")}: ${NOT_TAKEN}`, { retryable: false });
  }
  return {
    envelope: { from, to: to.filter((address) => !needsUtf8(address)) },
    utf8: false,
    refused: beyond.map((address) => ({ address, response: NOT_TAKEN, temporary: false })),
  };
}

const NOT_TAKEN =
  "the mail server takes no letters beyond ASCII (such as é or 李) before the @, since it does not offer SMTPUTF8: " +
  "write to another address, or send by a mail server that offers it";

function notSentFrom(address: string): string {
  return (
    `not sent from ${address}: the mail server takes no letters beyond ASCII (such as é or 李) before the @, since it does not ` +
    "offer SMTPUTF8: give the inbox another address, or a mail server that offers it"
  );
}
