import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { domainToASCII } from "node:url";
import MailComposer from "nodemailer/lib/mail-composer";
import { type DkimSigner, signed } from "./dkim.ts";
import { MAX_ID_LENGTH } from "./limits.ts";
import { MailError } from "./mail-error.ts";
import type { MailAddress } from "./parsed-message.ts";
import { textOfHtml } from "./signature.ts";
import { needsUtf8 } from "./smtp-utf8.ts";

export interface OutgoingAttachment {
  name: string;
  type: string;
  size: number;
  /** Shown inside the HTML body, which names it `cid:…`; null for a file. */
  contentId: string | null;
  /** Opens the bytes; called once for each reading of the message, when they are needed. */
  open(): Promise<Readable>;
}

/** A message to send, as plain data. Nothing of it can add a header or a recipient: see `clean`. */
export interface OutgoingMessage {
  /** Without angle brackets. */
  messageId: string;
  date: Date;
  from: MailAddress;
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  /** In the envelope only. */
  bcc: readonly MailAddress[];
  replyTo: MailAddress | null;
  subject: string;
  /** The Message-ID that this one answers, and those of the thread, oldest first. */
  inReplyTo: string | null;
  references: readonly string[];
  body: string;
  htmlized: boolean;
  /** What RFC 3834 says of mail that no person wrote. */
  autoSubmitted: "auto-generated" | "auto-replied" | null;
  attachments: readonly OutgoingAttachment[];
}

export interface ComposedMessage {
  /** Who sends it and who gets it (RFC 5321), which is not what the header says: Bcc is only here. */
  envelope: { from: string; to: string[] };
  /** About how many bytes, for the server to refuse what it would not take; never more than it really is. */
  size: number;
  /**
   * The bytes, each time anew and each time the same: a repeat can be recognised as one. Only with `utf8` their header holds
   * more than ASCII (RFC 6532), where an address has no other form.
   */
  read(utf8?: boolean): Readable;
}

/** Threads grow without end; RFC 5322 3.6.4 lets the middle of References go. */
const MOST_REFERENCES = 20;

/** Makes a MIME message (RFC 2045 to 2049, 2231, 5322, 6532), signed or not. The same input gives the same bytes. */
export function composeMessage(message: OutgoingMessage, signer: DkimSigner | null = null): ComposedMessage {
  const recipients = [...message.to, ...message.cc, ...message.bcc].map(({ address }) => address);
  const read = (utf8: boolean): Readable => new MailComposer(mailOf(message, utf8)).compile().createReadStream();
  const files = message.attachments.reduce((sum, { size }) => sum + Math.ceil(size / 3) * 4, 0);
  return {
    envelope: { from: inAscii(message.from.address), to: [...new Set(recipients.map(inAscii))] },
    size: files + Buffer.byteLength(message.body),
    read: (utf8 = false) => (signer === null ? read(utf8) : signed(() => read(utf8), signer, message.date)),
  };
}

/** With its domain as the DNS has it (RFC 5891): most servers take no other, and the header is written so already. */
function inAscii(address: string): string {
  const at = address.lastIndexOf("@");
  const domain = address.slice(at + 1);
  if (/^\p{ASCII}*$/u.test(domain)) return address;
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

function mailOf(message: OutgoingMessage, utf8: boolean): ConstructorParameters<typeof MailComposer>[0] {
  const { messageId, body, htmlized, autoSubmitted } = message;
  const references = shortened(message.references).map(bracketed).filter(isPresent);
  const inReplyTo = message.inReplyTo === null ? null : bracketed(message.inReplyTo);
  // Text in RFC 2045's quoted-printable throughout: no server's line limit or 8-bit rule can change it.
  const part = (content: string) => ({ content: wellFormed(content), contentTransferEncoding: "quoted-printable" });
  return {
    from: named(message.from),
    to: message.to.map((each) => shown(each, utf8)),
    ...(message.cc.length > 0 && { cc: message.cc.map((each) => shown(each, utf8)) }),
    ...(message.replyTo !== null && { replyTo: named(message.replyTo) }),
    subject: clean(message.subject),
    messageId: ownId(messageId),
    date: message.date,
    ...(inReplyTo !== null && { inReplyTo }),
    ...(references.length > 0 && { references: references.join(" ") }),
    ...(autoSubmitted !== null && { headers: { "Auto-Submitted": autoSubmitted } }),
    text: part(htmlized ? textOfHtml(body) : body),
    ...(htmlized && { html: part(body) }),
    attachments: message.attachments.map((each) => attachmentOf(each, htmlized)),
    baseBoundary: createHash("sha256").update(messageId).digest("hex").slice(0, 24),
    // What is sent was put together here: the composer has no business reading files or addresses by itself.
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: "\r\n",
  };
}

function attachmentOf(attachment: OutgoingAttachment, htmlized: boolean) {
  const { name, type, contentId } = attachment;
  // A part of these types must not be base64 (RFC 2046 5.2.1); what a stranger's message holds is not ours to send bare.
  const contentType =
    /^(?:message|multipart)\//i.test(type) || clean(type) === "" ? "application/octet-stream" : clean(type);
  const inline = htmlized && contentId !== null;
  return {
    filename: clean(name) || "attachment",
    contentType,
    contentTransferEncoding: "base64",
    contentDisposition: inline ? "inline" : "attachment",
    ...(inline && { cid: clean(contentId) }),
    content: Readable.from(bytesOf(attachment), { objectMode: false }),
  };
}

/** Opened when the composer comes to it, so that a message with a hundred files holds one open. */
async function* bytesOf(attachment: OutgoingAttachment): AsyncGenerator<Uint8Array> {
  for await (const chunk of await attachment.open()) yield chunk as Uint8Array;
}

function named({ name, address }: MailAddress): { name: string; address: string } {
  return { name: clean(name), address: clean(address) };
}

/**
 * Others of a thread see whom it was written to, also by a server that does not take such an address: it stands as the name of
 * an empty group then (RFC 6857), which is all ASCII, and which nobody's answer goes to.
 */
function shown(to: MailAddress, utf8: boolean): ReturnType<typeof named> | string {
  const entry = named(to);
  if (utf8 || !needsUtf8(inAscii(entry.address))) return entry;
  return `"${`${entry.name} ${entry.address}`.replaceAll(/["\\]/g, "").trim()}":;`;
}

/** One line without control characters: nothing that is put into a header can end it and begin another. */
function clean(text: string): string {
  return wellFormed(text)
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** Half a surrogate pair has no UTF-8. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

/** `<id>`; null for what is no id: another sender's ids are in our References, and theirs may be anything. */
function bracketed(id: string): string | null {
  return id.length <= MAX_ID_LENGTH && /^[\x21-\x3b\x3d\x3f-\x7e]+$/.test(id) ? `<${id}>` : null;
}

/** Chosen by us: one that is none would be a fault of ours, and must not be replaced by the library's. */
function ownId(id: string): string {
  const own = bracketed(id);
  if (own === null) throw new MailError("bad_message_id", "the message has no usable Message-ID", { retryable: false });
  return own;
}

function isPresent<T>(value: T | null): value is T {
  return value !== null;
}

/** The root and the newest, each once. */
function shortened(ids: readonly string[]): string[] {
  const unique = [...new Set(ids)];
  return unique.length <= MOST_REFERENCES ? unique : [...unique.slice(0, 1), ...unique.slice(1 - MOST_REFERENCES)];
}

/** "Re: " in front, once, whatever prefixes of other programs stand there already. */
export function replySubject(subject: string): string {
  const bare = subject.replace(/^(?:\s*(?:re|aw|antw|sv|vs|ref|rif|res)\s*(?:\[\d+\])?\s*:)+\s*/i, "");
  return `Re: ${bare}`.trim();
}
