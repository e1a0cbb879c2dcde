/** Longer Message-IDs are cut: an index entry has a limit, and RFC 5322 2.1.1 one of 998 for the whole line. */
const MAIL_ID_LIMIT = 500;

/** A Message-ID in the form in which it is kept and looked up. */
export function mailKey(mailId: string | null): string | null {
  return mailId === null ? null : mailId.slice(0, MAIL_ID_LIMIT);
}
