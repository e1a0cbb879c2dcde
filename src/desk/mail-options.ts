import { holdsControlCharacter, readAddressList } from "../domain/addresses.ts";
import type { Faults } from "../domain/faults.ts";
import { DAY, now, parseTime } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import type { MessageRow, NO_MAIL_OPTIONS } from "../storage/schema.ts";
import { readCopies, without, withoutInboxes } from "./copies.ts";
import { formatAddresses } from "./format-address.ts";

/** What an outbound reply may say of its own mail. */
export interface MailOptions {
  /** In place of the ticket's `reply_cc`; null for nobody. */
  cc?: string | null;
  /** In the envelope and in no header. */
  bcc?: string | null;
  /** Of this mail only. */
  subject?: string | null;
  /** When it goes out, in ISO 8601. */
  send_at?: string | null;
  /** Passes the conversation on: whoever is named gets it, outside the customer's thread. */
  forward?: boolean | null;
}

export type CheckedMailOptions = Pick<MessageRow, keyof typeof NO_MAIL_OPTIONS | "cc">;

/** How far ahead a reply can be written. */
const FURTHEST = 365 * DAY;

/**
 * Checks these and completes them. `cc` is undefined where the ticket's own copies are meant. Our own inboxes, and who
 * gets the mail anyway, are left out of the copies without a word: "reply all" of any client names them.
 */
export async function checkMailOptions(
  tx: Tx,
  accountId: string,
  input: MailOptions & { to?: string | null },
  faults: Faults,
  path: string,
): Promise<Omit<CheckedMailOptions, "cc"> & { cc: string | null | undefined }> {
  const { cc, bcc, subject, send_at, forward } = input;
  for (const [field, value] of Object.entries({ cc, bcc })) checkCopies(value, `${path}${field}`, faults);
  if (subject != null && holdsControlCharacter(subject)) faults.add(`${path}subject must not hold control characters`);
  else if (subject?.trim() === "") faults.add(`${path}subject must not be empty`);
  const at = send_at == null ? null : parseTime(send_at);
  if (send_at != null && (at === null || at <= now() || at > now() + FURTHEST)) {
    faults.add(`${path}send_at must be a time to come, within a year, in ISO 8601, such as 2030-01-31T09:00:00Z`);
  }
  const first = readCopies(input.to ?? null);
  const copies = without(await withoutInboxes(tx, accountId, readCopies(cc ?? null)), first);
  const hidden = await withoutInboxes(tx, accountId, readCopies(bcc ?? null));
  return {
    cc: cc === undefined && forward !== true ? undefined : formatAddresses(copies),
    bcc: formatAddresses(without(hidden, [...first, ...copies])),
    subject: subject ?? null,
    send_at: at,
    forward: forward === true ? 1 : 0,
  };
}

/** Null and "" name nobody. */
export function checkCopies(text: string | null | undefined, field: string, faults: Faults): void {
  if (text == null || text.trim() === "") return;
  if (holdsControlCharacter(text)) faults.add(`${field} must not hold control characters`);
  else if (readAddressList(text) === null) {
    faults.add(`${field} must be one or more email addresses, separated by commas`);
  }
}
