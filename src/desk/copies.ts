import { readAddressList } from "../domain/addresses.ts";
import { contactKey } from "../domain/contact-values.ts";
import { readAddresses } from "../mail/address-list.ts";
import type { MailAddress } from "../mail/parsed-message.ts";
import { collectProblems } from "../mail/problem-notes.ts";
import { listContacts } from "../storage/contacts.ts";
import type { Reader } from "../storage/database.ts";
import { listInboxes } from "../storage/inboxes.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { formatAddresses } from "./format-address.ts";

/** A message to more people than this is a mailing: nobody of them is kept on the ticket. */
const MOST_PARTICIPANTS = 20;

/** Addresses as people type them, else as mail headers write them: what is no address is left out. */
export function readCopies(text: string | null): MailAddress[] {
  if (text === null || text.trim() === "") return [];
  return readAddressList(text) ?? readAddresses(text, collectProblems());
}

/** The addresses without those of our own inboxes, plus addresses too, and without doubles: mail to ourselves is a loop. */
export async function withoutInboxes(
  reader: Reader,
  accountId: string,
  addresses: readonly MailAddress[],
): Promise<MailAddress[]> {
  if (addresses.length === 0) return [];
  const own = new Set((await listInboxes(reader, accountId)).flatMap(({ address_key }) => address_key ?? []));
  const seen = new Set<string>();
  return addresses.filter(({ address }) => {
    const key = contactKey("email", address);
    if (own.has(key) || own.has(withoutTag(key)) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** `help+tag@x` is `help@x` (RFC 5233). */
function withoutTag(key: string): string {
  const at = key.lastIndexOf("@");
  const plus = key.indexOf("+");
  return plus < 1 || plus > at ? key : key.slice(0, plus) + key.slice(at);
}

/** Who gets a copy of a reply that names nobody: those of the ticket, but its customer, ourselves and who gets it anyway. */
export async function usualCopies(
  reader: Reader,
  { account_id, customer_id, reply_cc }: Pick<TicketRow, "account_id" | "customer_id" | "reply_cc">,
  to: string | null,
): Promise<string | null> {
  if (reply_cc === null) return null;
  const copies = await withoutInboxes(reader, account_id, readCopies(reply_cc));
  const others = await withoutCustomer(reader, account_id, customer_id, copies);
  return formatAddresses(without(others, readCopies(to)));
}

/**
 * The ticket's `reply_cc` after a person's mail: as it was, with those whom the mail was also written to, and with its
 * sender when that is not the customer. Nobody is taken off: who answers only to us does not send the others away.
 */
export async function copiesAfter(
  reader: Reader,
  ticket: Pick<TicketRow, "account_id" | "customer_id" | "reply_cc" | "reply_to">,
  { from, to, cc, auto_kind }: Pick<MessageRow, "from" | "to" | "cc" | "auto_kind">,
): Promise<string | null> {
  if (auto_kind !== null) return ticket.reply_cc;
  const written = [...readCopies(to), ...readCopies(cc)];
  if (written.length > MOST_PARTICIPANTS) return ticket.reply_cc;
  const known = readCopies(ticket.reply_cc);
  const all = await withoutInboxes(reader, ticket.account_id, [...known, ...readCopies(from), ...written]);
  const others = await withoutCustomer(reader, ticket.account_id, ticket.customer_id, all);
  const kept = without(others, readCopies(ticket.reply_to));
  const added = without(kept, known);
  if (added.length === 0 || kept.length > MOST_PARTICIPANTS) return ticket.reply_cc;
  return formatAddresses(kept);
}

async function withoutCustomer(
  reader: Reader,
  accountId: string,
  customerId: string,
  addresses: readonly MailAddress[],
): Promise<MailAddress[]> {
  if (addresses.length === 0) return [];
  const contacts = await listContacts(reader, accountId, [customerId]);
  const keys = new Set(contacts.flatMap(({ type, value_key }) => (type === "email" ? [value_key] : [])));
  return addresses.filter(({ address }) => !keys.has(contactKey("email", address)));
}

/** Those of the first that are not among the second. */
export function without(addresses: readonly MailAddress[], others: readonly MailAddress[]): MailAddress[] {
  const keys = new Set(others.map(({ address }) => contactKey("email", address)));
  return addresses.filter(({ address }) => !keys.has(contactKey("email", address)));
}
