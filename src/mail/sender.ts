import type { MailAddress, ParsedMessage } from "./parsed-message.ts";

/** `name` is never empty; `address` is null when no header names one. */
export type MailSender = { name: string; address: string | null };

/**
 * Who wrote a message: From, else Sender, else Return-Path (RFC 5322 3.6.2). Reply-To is never used: anybody may put
 * anybody there, and answers would be shown as if that person had written.
 */
export function senderOf(parsed: ParsedMessage): MailSender {
  const known = parsed.from ?? parsed.sender ?? bareAddress(parsed.returnPath);
  if (known !== null) return { name: known.name || known.address, address: known.address };
  const name = (parsed.fromRaw ?? "").replace(/["<>]/g, " ").replace(/\s+/g, " ").trim();
  return { name: name.slice(0, 200).toWellFormed() || "Unknown sender", address: null };
}

function bareAddress(address: string | null): MailAddress | null {
  return address === null || address === "" ? null : { name: "", address };
}
