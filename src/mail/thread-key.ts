import { createHmac, timingSafeEqual } from "node:crypto";
import { isId } from "../domain/ids.ts";
import type { ParsedMessage } from "./parsed-message.ts";

/** What a key names. A ticket's key, as in a plus address, names neither account nor message. */
export type ThreadKey = { accountId?: string; ticketId: string; messageId?: string };

// A key is a letter for its form, the ids as bytes, and 80 bits of HMAC-SHA256 over both, in base32 (RFC 4648 6, lower
// case). So it is only letters and digits, survives a change of case, and can be forged with a chance of 2^-80.
const MAC_BYTES = 10;
const ID_BYTES = 12;
const forms = { k: 3 * ID_BYTES, t: ID_BYTES } as const;
const keyPattern = /(?<![a-z0-9])(?:k[a-z2-7]{74}|t[a-z2-7]{36})(?![a-z0-9])/g;

/** RFC 5321 4.5.3.1.1: the longest local part that every server takes. */
const MAX_LOCAL_PART = 64;
/** Keys of one message, or of one text, that are looked at; each costs a hash per secret. */
const MAX_KEYS = 50;

/**
 * The key of one message, for `<cantrip.KEY@domain>` (75 characters); with `messageId` null that of a ticket, for a plus
 * address (37 characters). `secret` has 32 random bytes and is the installation's. TypeError if an id is none.
 */
export function makeThreadKey(
  secret: Uint8Array,
  accountId: string,
  ticketId: string,
  messageId: string | null,
): string {
  const ids = messageId === null ? [ticketId] : [accountId, ticketId, messageId];
  if (![accountId, ...ids].every(isId)) throw new TypeError("a thread key is made of ids");
  const form = messageId === null ? "t" : "k";
  const payload = Buffer.from(ids.join(""), "hex");
  return form + base32(Buffer.concat([payload, macOf(secret, form, payload)]));
}

/**
 * The first genuine key in a text: a key, a Message-ID or an address, in any case and quoting. Null for none, and for
 * any that is forged or altered. The first secret signs; older ones are still read. A genuine key was seen by whoever
 * got our mail and whom they passed it to: the caller still checks that the ticket is in the account at hand.
 */
export function readThreadKey(secrets: Uint8Array[], text: string): ThreadKey | null {
  for (const key of findKeys(text)) {
    const found = verify(secrets, key);
    if (found !== null) return found;
  }
  return null;
}

/** Whom a notification went to, about which ticket, and what an answer to it becomes. */
export interface AgentKey {
  ticketNumber: number;
  userId: string;
  becomes: "reply" | "note";
}

// The ticket's number in place of its id, so that the key fits behind a local part of up to 18 characters.
const agentPattern = /(?<![a-z0-9])u[a-z2-7]{44}(?![a-z0-9])/g;
const AGENT_BYTES = 1 + 4 + ID_BYTES;

/** The key of a notification (45 characters), for its Message-ID and a plus address. As secret as the mail that carries it. */
export function makeAgentKey(
  secret: Uint8Array,
  accountId: string,
  { ticketNumber, userId, becomes }: AgentKey,
): string {
  if (!isId(userId)) throw new TypeError("a notification's key is made of an id");
  const payload = Buffer.alloc(AGENT_BYTES);
  payload.writeUInt8(becomes === "note" ? 1 : 0, 0);
  payload.writeUInt32BE(ticketNumber, 1);
  payload.write(userId, 5, "hex");
  return "u" + base32(Buffer.concat([payload, macOfAgent(secret, accountId, payload)]));
}

/** The first genuine key of a notification in a text; null for none, and for any of another account. */
export function readAgentKey(secret: Uint8Array, accountId: string, text: string): AgentKey | null {
  for (const key of findKeys(text, agentPattern)) {
    const bytes = fromBase32(key.slice(1));
    const payload = bytes.subarray(0, AGENT_BYTES);
    const isWhole = base32(bytes) === key.slice(1);
    if (!isWhole || !timingSafeEqual(macOfAgent(secret, accountId, payload), bytes.subarray(AGENT_BYTES))) continue;
    return {
      becomes: payload[0] === 1 ? "note" : "reply",
      ticketNumber: payload.readUInt32BE(1),
      userId: payload.toString("hex", 5),
    };
  }
  return null;
}

function macOfAgent(secret: Uint8Array, accountId: string, payload: Uint8Array): Buffer {
  return macOf(secret, "u", Buffer.concat([Buffer.from(accountId, "hex"), payload]));
}

/** `help+KEY@domain`; the address as it is where its local part has no room for a key or is quoted. */
export function plusAddress(address: string, key: string): string {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  const tooLong = local.length + 1 + key.length > MAX_LOCAL_PART;
  return at < 1 || tooLong || local.startsWith('"') ? address : `${local}+${key}${address.slice(at)}`;
}

/**
 * What looks like a key in a message, not yet verified, most telling first: the message that is answered, the thread
 * from its newest message back, the address that it came to (RFC 5321 trace fields), those that it was written to.
 */
export function keysIn(parsed: ParsedMessage): string[] {
  return keysOf(parsed, keyPattern);
}

/** The same for the keys of notifications. */
export function agentKeysIn(parsed: ParsedMessage): string[] {
  return keysOf(parsed, agentPattern);
}

function keysOf(parsed: ParsedMessage, pattern: RegExp): string[] {
  const trace = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
  const texts = [
    ...parsed.inReplyTo,
    ...parsed.references.toReversed(),
    ...trace.flatMap((name) => parsed.headers.all(name)),
    ...[...parsed.to, ...parsed.cc].map(({ address }) => address),
  ];
  const keys = new Set<string>();
  for (const text of texts) {
    for (const key of findKeys(text, pattern)) keys.add(key);
    if (keys.size >= MAX_KEYS) break;
  }
  return [...keys].slice(0, MAX_KEYS);
}

function findKeys(text: string, pattern = keyPattern): string[] {
  return [...text.slice(0, 10_000).toLowerCase().matchAll(pattern)].slice(0, MAX_KEYS).map(([key]) => key);
}

function verify(secrets: Uint8Array[], key: string): ThreadKey | null {
  const form = key.startsWith("k") ? "k" : "t";
  const bytes = fromBase32(key.slice(1));
  // The last character has bits to spare: only one spelling of a key is genuine.
  if (base32(bytes) !== key.slice(1)) return null;
  const payload = bytes.subarray(0, forms[form]);
  const mac = bytes.subarray(forms[form]);
  let genuine = false;
  for (const secret of secrets) {
    if (timingSafeEqual(macOf(secret, form, payload), mac)) genuine = true;
  }
  if (!genuine) return null;
  const ids = payload.toString("hex");
  const id = (index: number): string => ids.slice(index * 2 * ID_BYTES, (index + 1) * 2 * ID_BYTES);
  return form === "t" ? { ticketId: id(0) } : { accountId: id(0), ticketId: id(1), messageId: id(2) };
}

function macOf(secret: Uint8Array, form: keyof typeof forms | "u", payload: Uint8Array): Buffer {
  const hmac = createHmac("sha256", secret).update(`cantrip thread key ${form}\0`).update(payload);
  return hmac.digest().subarray(0, MAC_BYTES);
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

function base32(bytes: Uint8Array): string {
  let out = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) out += alphabet[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? out : out + alphabet[(value << (5 - bits)) & 31];
}

function fromBase32(text: string): Buffer {
  const out: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of text) {
    value = ((value << 5) | alphabet.indexOf(char)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((value >> bits) & 0xff);
    }
  }
  return Buffer.from(out);
}
