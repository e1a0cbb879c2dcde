import type { Actor } from "../domain/events.ts";
import { Conflict, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { now } from "../domain/time.ts";
import { listContacts } from "../storage/contacts.ts";
import { findCustomer, lockMergedCustomer, updateCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { recordChange, recordEvent } from "../storage/events.ts";
import { listTicketsToMove, moveContacts, moveDraftsOfCustomer } from "../storage/moves.ts";
import type { ContactRow, CustomerRow } from "../storage/schema.ts";
import { removeEntry } from "../storage/search.ts";
import { lockTicket, updateTicket } from "../storage/tickets.ts";
import { indexCustomer } from "./index-customer.ts";
import { offerUndo } from "./offer-undo.ts";

type Told = Pick<CustomerRow, "first_name" | "last_name" | "summary">;

/** What taking a merge back needs to know. */
export interface CustomerMerge {
  target: string;
  /** What the target told of itself before and since. */
  before: Told;
  after: Told;
  sources: {
    id: string;
    contactIds: string[];
    /** The tickets, and the address that a ticket was given so that its answers go where they went. */
    tickets: { id: string; replyTo: string | null }[];
    draftIds: string[];
  }[];
}

/** Each ticket is a row that is locked, an event and a version: with more, a person did not mean one customer. */
const MOST_TICKETS = 5000;

/**
 * Makes customers part of another: contacts, tickets and summary go over, and answers to their tickets go on to the address
 * where they went. Names stay the target's where it has them. The others are gone from everywhere. Returns the target and
 * the id by which it can be taken back.
 */
export async function mergeCustomers(
  tx: Tx,
  accountId: string,
  actor: Actor,
  targetId: string,
  ids: readonly string[],
  faults: Faults,
): Promise<{ customer: CustomerRow; undoId: string }> {
  const found = await lockCustomers(tx, accountId, [targetId, ...ids]);
  const target = found.get(targetId);
  if (target === undefined || target.merged_into !== null) throw new NotFound();
  if (ids.length === 0) faults.add("customer_ids must name at least one customer");
  for (const [index, id] of ids.entries()) {
    const source = found.get(id);
    if (id === targetId) faults.add(`customer_ids[${index}] must be another customer than the one they become part of`);
    else if (source === undefined || source.merged_into !== null) {
      faults.add(`customer_ids[${index}] must be the id of a customer`);
    }
  }
  faults.throwIfAny();
  const sources = [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
  const after = tellTogether(target, sources);
  const { first_name, last_name, summary } = target;
  const merge: CustomerMerge = { target: targetId, before: { first_name, last_name, summary }, after, sources: [] };
  for (const source of sources) merge.sources.push(await absorb(tx, actor, target, source, faults));
  await updateCustomer(tx, accountId, targetId, after, now());
  await indexCustomer(tx, accountId, targetId);
  await recordChange(tx, accountId, actor, { kind: "customer.merged", resource: "customer", id: targetId });
  const undoId = await offerUndo(tx, accountId, actor, "merge-customers", merge);
  return { customer: (await findCustomer(tx, accountId, targetId)) ?? target, undoId };
}

async function lockCustomers(tx: Tx, accountId: string, ids: readonly string[]): Promise<Map<string, CustomerRow>> {
  const found = new Map<string, CustomerRow>();
  // In one order, so that two merges wait for each other in turn.
  for (const id of [...new Set(ids)].toSorted()) {
    const customer = await lockMergedCustomer(tx, accountId, id);
    if (customer !== undefined) found.set(id, customer);
  }
  return found;
}

/** The target's names, else the first there are; every summary once. */
function tellTogether(target: CustomerRow, sources: readonly CustomerRow[]): Told {
  const all = [target, ...sources];
  const named = all.find(({ first_name, last_name }) => first_name !== null || last_name !== null) ?? target;
  const summaries = new Set(all.flatMap(({ summary }) => (summary === null || summary.trim() === "" ? [] : [summary])));
  return {
    first_name: named.first_name,
    last_name: named.last_name,
    summary: summaries.size === 0 ? target.summary : [...summaries].join("\n\n"),
  };
}

async function absorb(
  tx: Tx,
  actor: Actor,
  target: CustomerRow,
  { account_id, id }: CustomerRow,
  faults: Faults,
): Promise<CustomerMerge["sources"][number]> {
  const contacts = await listContacts(tx, account_id, [target.id, id]);
  const own = contacts.filter(({ customer_id }) => customer_id === id);
  const address = firstEmail(own);
  const targetAddress = firstEmail(contacts.filter(({ customer_id }) => customer_id === target.id)) ?? address;
  const tickets = await listTicketsToMove(tx, account_id, id, MOST_TICKETS + 1);
  if (tickets.length > MOST_TICKETS) {
    faults.add(`customer_ids must be of customers with at most ${MOST_TICKETS} tickets each`);
    faults.throwIfAny();
  }
  const contactIds = own.map((contact) => contact.id);
  await moveContacts(tx, account_id, id, target.id, contactIds);
  const moved: CustomerMerge["sources"][number]["tickets"] = [];
  for (const ticket of tickets) {
    // Without an address of its own a ticket is answered at its customer's first.
    const keeps = ticket.type === "email" && ticket.reply_to === null && address !== targetAddress;
    const replyTo = keeps ? address : null;
    await handOver(tx, account_id, actor, ticket.id, [id, target.id], replyTo === null ? {} : { reply_to: replyTo });
    moved.push({ id: ticket.id, replyTo });
  }
  const draftIds = await moveDraftsOfCustomer(tx, account_id, id, target.id, null);
  await updateCustomer(tx, account_id, id, { merged_into: target.id }, now());
  await removeEntry(tx, account_id, id);
  await recordChange(tx, account_id, actor, {
    kind: "customer.merged",
    resource: "customer",
    id,
    changes: { merged_into: [null, target.id] },
  });
  return { id, contactIds, tickets: moved, draftIds };
}

function firstEmail(contacts: readonly ContactRow[]): string | null {
  return contacts.find(({ type }) => type === "email")?.value.trim() ?? null;
}

async function handOver(
  tx: Tx,
  accountId: string,
  actor: Actor,
  ticketId: string,
  [from, to]: readonly [string, string],
  more: { reply_to?: string | null },
): Promise<void> {
  await updateTicket(tx, accountId, ticketId, { customer_id: to, ...more }, now());
  await recordEvent(tx, accountId, actor, { kind: "ticket.updated", ticketId, changes: { customer_id: [from, to] } });
}

const PAST = "Conflict: this merge cannot be taken back any more: a customer of it was merged again since";

/**
 * Takes a merge back: contacts, tickets and drafts that are still where they went go back, and so do the target's names and
 * summary unless they were changed since. Tickets that moved on stay, and are counted.
 */
export async function takeCustomersBack(
  tx: Tx,
  accountId: string,
  actor: Actor,
  { target: targetId, before, after, sources }: CustomerMerge,
): Promise<{ restored: number; kept: number }> {
  const found = await lockCustomers(tx, accountId, [targetId, ...sources.map(({ id }) => id)]);
  const target = found.get(targetId);
  const apart = sources.some(({ id }) => found.get(id)?.merged_into !== targetId);
  if (target === undefined || target.merged_into !== null || apart) throw new Conflict("past", PAST);
  let kept = 0;
  for (const { id, contactIds, tickets, draftIds } of sources) {
    await moveContacts(tx, accountId, targetId, id, contactIds);
    for (const { id: ticketId, replyTo } of tickets) {
      const ticket = await lockTicket(tx, accountId, ticketId);
      const more = replyTo !== null && ticket?.reply_to === replyTo ? { reply_to: null } : {};
      if (ticket?.customer_id === targetId) await handOver(tx, accountId, actor, ticketId, [targetId, id], more);
      else kept += 1;
    }
    await moveDraftsOfCustomer(tx, accountId, targetId, id, draftIds);
    await updateCustomer(tx, accountId, id, { merged_into: null }, now());
    await indexCustomer(tx, accountId, id);
    await recordChange(tx, accountId, actor, { kind: "customer.unmerged", resource: "customer", id });
  }
  const fields = ["first_name", "last_name", "summary"] as const;
  const same = fields.filter((field) => target[field] === after[field]);
  await updateCustomer(tx, accountId, targetId, Object.fromEntries(same.map((field) => [field, before[field]])), now());
  await indexCustomer(tx, accountId, targetId);
  await recordChange(tx, accountId, actor, { kind: "customer.unmerged", resource: "customer", id: targetId });
  return { restored: sources.length, kept };
}
