/** `name` is "" when the header gives none; `address` is `local@domain` as written, comments and routes removed. */
export type MailAddress = { name: string; address: string };

export type MailAttachment = {
  /** The file name as sent, or one made from the type or the subject. Never empty, never a path. */
  name: string;
  /** Media type in lower case, always `type/subtype`. */
  type: string;
  /** Bytes after the transfer encoding is undone. */
  size: number;
  content: Uint8Array;
  /** Without angle brackets. */
  contentId: string | null;
  /** Meant to be shown within the body: disposition inline, or named by a `cid:` link of the HTML. */
  inline: boolean;
};

/** Values are decoded (RFC 2047, raw 8-bit), unfolded and trimmed. Names are matched without regard to case. */
export type MailHeaders = {
  first(name: string): string | null;
  all(name: string): string[];
  /** Lower-case names in the order of the message, repeats included. */
  names(): string[];
};

export type ParsedMessage = {
  /** Without angle brackets. Null when there is none. */
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  /** The first readable address of From. */
  from: MailAddress | null;
  /** Every readable address of From; RFC 5322 3.6.2 allows more than one author. */
  authors: MailAddress[];
  /** From as text, for when no address can be read in it. */
  fromRaw: string | null;
  sender: MailAddress | null;
  replyTo: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  deliveredTo: string[];
  /** "" is the null reverse-path `<>` of bounces (RFC 5321 4.5.5); null is no Return-Path at all. */
  returnPath: string | null;
  subject: string | null;
  /** Null when unreadable or outside the years 1900 to 2199. */
  date: Date | null;
  /** Of the message as a whole: `type/subtype` in lower case, and its decoded parameters by lower-case name. */
  contentType: { value: string; parameters: ReadonlyMap<string, string> };
  text: string | null;
  html: string | null;
  attachments: MailAttachment[];
  headers: MailHeaders;
  /** RFC 3834; as written. */
  autoSubmitted: string | null;
  precedence: string | null;
  listId: string | null;
  /** What was wrong with the message and how it was read, in plain words. */
  problems: string[];
};
