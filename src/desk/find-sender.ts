import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { HOUR, now } from "../domain/time.ts";
import type { ParsedMessage } from "../mail/parsed-message.ts";
import { senderOf } from "../mail/sender.ts";
import { findContactByKey } from "../storage/contacts.ts";
import type { Tx } from "../storage/database.ts";
import { listReceivedMessages } from "../storage/received-message-list.ts";
import { findTicket } from "../storage/tickets.ts";
import type { PreparedMessage } from "./add-message.ts";
import { writeCustomer } from "./create-customer.ts";

export const NAME_LIMIT = 255;

/** How far back a loop between two machines is looked for. */
export const LOOP_SPAN = HOUR;

/**
 * The customer who holds the sender's address, or the first recipient's when we sent it; else a new one. Who has no
 * readable address is always new, but for a machine.
 */
export async function findCustomerOf(
  tx: Tx,
  accountId: string,
  parsed: ParsedMessage,
  { row }: PreparedMessage,
): Promise<string> {
  const [recipient] = row.direction === "out" ? parsed.to : [];
  const { name, address } =
    recipient === undefined ? senderOf(parsed) : { ...recipient, name: recipient.name || recipient.address };
  const known = address !== null && isEmailAddress(address) ? address : null;
  const key = known === null ? "" : contactKey("email", known);
  const holder = known === null ? undefined : await findContactByKey(tx, accountId, "email", key);
  if (holder !== undefined) return holder.customer_id;
  const isMachine = row.auto_kind === "auto-generated" || row.auto_kind === "auto-reply";
  const machine = known === null && isMachine ? await findMachine(tx, accountId, row.from) : undefined;
  if (machine !== undefined) return machine;
  const contacts = known === null ? [] : [{ type: "email" as const, value: known, key, field: "from" }];
  const customer = await writeCustomer(tx, accountId, name === known ? {} : splitName(name), contacts);
  return customer.id;
}

/** Who wrote lately under the same name without an address ("MAILER-DAEMON"): else each report of a loop had a customer. */
async function findMachine(tx: Tx, accountId: string, from: string | null): Promise<string | undefined> {
  const recent = await listReceivedMessages(tx, accountId, { outcome: null, limit: 100 });
  const last = recent.find((each) => each.from === from && each.created_at >= now() - LOOP_SPAN);
  const ticket = last?.ticket_id == null ? undefined : await findTicket(tx, accountId, last.ticket_id);
  return ticket?.customer_id;
}

/** "Ruby Miller" and "Miller, Ruby" as first and last name; a single word is a first name. */
function splitName(name: string): { first_name: string; last_name: string | null } {
  const [family, given] = name.split(",").map((part) => part.trim());
  const words = given === undefined || given === "" ? name.trim().split(/\s+/) : [given, family ?? ""];
  const last = words.length > 1 ? (words.at(-1) ?? null) : null;
  const first = last === null ? words.join(" ") : words.slice(0, -1).join(" ");
  return { first_name: first.slice(0, NAME_LIMIT), last_name: last?.slice(0, NAME_LIMIT) ?? null };
}
