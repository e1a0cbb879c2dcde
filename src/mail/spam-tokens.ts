import { htmlToText } from "../domain/text.ts";
import type { ParsedMessage } from "./parsed-message.ts";
import { senderOf } from "./sender.ts";

/** Tokens of one message, each a row to read and to count. */
export const MAX_TOKENS = 600;
/** Spam says what it wants at its start. */
const MAX_TEXT = 32 * 1024;
const MAX_WORD = 24;

/**
 * What a message is judged by, each token once: words of subject and text, hosts of links, who sent it and with what.
 * Where a word stood is part of the token (`subject:win`), as "free" says more in a subject. Order is by weight: what
 * is beyond MAX_TOKENS is the end of the text.
 */
export function tokensOf(parsed: ParsedMessage): string[] {
  const html = (parsed.html ?? "").slice(0, 4 * MAX_TEXT);
  const text = (parsed.text ?? htmlToText(html)).slice(0, MAX_TEXT);
  const tokens = new Set<string>();
  for (const token of envelopeTokens(parsed)) tokens.add(token);
  for (const word of wordsOf(parsed.subject ?? "")) tokens.add(`subject:${word}`);
  for (const host of linkHosts(`${text}\n${html}`)) tokens.add(`link:${host}`);
  for (const word of wordsOf(text)) {
    if (tokens.size >= MAX_TOKENS) break;
    tokens.add(word);
  }
  return [...tokens].slice(0, MAX_TOKENS);
}

function envelopeTokens(parsed: ParsedMessage): string[] {
  const address = senderOf(parsed).address?.toLowerCase().slice(0, 320);
  const domain = address?.split("@").at(-1);
  const tokens = address === undefined ? ["from:none"] : [`from:${address}`, `from-domain:${domain ?? ""}`];
  for (const word of wordsOf(parsed.from?.name ?? "")) tokens.push(`from-name:${word}`);
  const replyTo = parsed.replyTo[0]?.address.toLowerCase().split("@").at(-1);
  if (replyTo !== undefined && replyTo !== domain) {
    tokens.push("reply-to:elsewhere", `reply-to:${replyTo.slice(0, 255)}`);
  }
  const mailer = parsed.headers.first("x-mailer") ?? parsed.headers.first("user-agent");
  tokens.push(
    `mailer:${
      /^[\p{L} -]{1,40}/u
        .exec(mailer ?? "")?.[0]
        .trim()
        .toLowerCase() ?? "none"
    }`,
  );
  if (parsed.text === null && parsed.html !== null) tokens.push("body:html-only");
  if (parsed.inReplyTo.length > 0) tokens.push("header:in-reply-to");
  if (parsed.headers.first("list-unsubscribe") !== null) tokens.push("header:list-unsubscribe");
  for (const { type, name } of parsed.attachments.slice(0, 10)) {
    tokens.push(`file:${type}`, `file:${/\.[a-z0-9]{1,8}$/i.exec(name)?.[0].toLowerCase() ?? "none"}`);
  }
  return tokens.map((token) => token.toWellFormed());
}

/** Words in lower case; of scripts that write without blanks, pairs of letters. */
function* wordsOf(text: string): Generator<string> {
  for (const [run] of text
    .slice(0, MAX_TEXT)
    .normalize("NFKC")
    .toLowerCase()
    .matchAll(/[\p{L}\p{M}\p{N}$€£!'’-]{2,}/gu)) {
    if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/u.test(run)) {
      const letters = Array.from(run.slice(0, 400));
      for (let i = 0; i + 1 < letters.length; i++) yield `${letters[i] ?? ""}${letters[i + 1] ?? ""}`;
      continue;
    }
    const word = run.replace(/^[!'’-]+|['’-]+$/g, "");
    // A long run is a code or a hash, new in every message.
    if (word.length >= 2 && word.length <= MAX_WORD && !/^\d{5,}$/.test(word)) yield word;
  }
}

function linkHosts(text: string): Set<string> {
  const hosts = new Set<string>();
  for (const match of text.matchAll(/https?:\/\/([a-z0-9.-]{3,255})/gi)) {
    hosts.add((match[1] ?? "").toLowerCase());
    if (hosts.size >= 50) break;
  }
  return hosts;
}
