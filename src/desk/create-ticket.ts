import { breathe } from "../domain/breathe.ts";
import { holdsControlCharacter } from "../domain/addresses.ts";
import type { Actor } from "../domain/events.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { takeTicketNumber } from "../storage/accounts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import { findFirstInbox, findInbox } from "../storage/inboxes.ts";
import type { TicketRow } from "../storage/schema.ts";
import { ticketEntry } from "../storage/search-entries.ts";
import { indexNewEntry } from "../storage/search.ts";
import { raiseNews } from "../storage/seen-tickets.ts";
import { insertTicket } from "../storage/tickets.ts";
import { assigneeFault } from "../storage/users.ts";
import { type MessageInput, type PreparedMessage, prepareMessage, writeMessage } from "./add-message.ts";
import type { CustomerInput } from "./create-customer.ts";
import { dropDraft } from "./drafts.ts";
import { type FoundOrNew, lookUpCustomer, settleCustomer } from "./find-or-create-customer.ts";
import { isNews } from "./ticket-news.ts";
import { NO_SUMMARY, type Summary, summaryWith } from "./ticket-summary.ts";

export interface TicketInput {
  type: "email";
  subject: string;
  customer_id?: string | null;
  customer?: CustomerInput | null;
  user_id?: string | null;
  inbox_id?: string | null;
  messages?: readonly Partial<MessageInput>[] | null;
  reply_to?: string | null;
  reply_cc?: string | null;
  /** The user's draft that has become this ticket, and goes. */
  draft_id?: string | null;
}

/** Creates a ticket with its customer and messages: all of it, or nothing and every fault listed (K2). */
export async function createTicket(
  tx: Tx,
  accountId: string,
  actor: Actor,
  input: Partial<TicketInput>,
  faults: Faults,
): Promise<TicketRow> {
  const customer = await chooseCustomer(tx, accountId, input, faults);
  const inboxId = await chooseInbox(tx, accountId, input.inbox_id, faults);
  const fault = input.user_id == null ? null : await assigneeFault(tx, accountId, input.user_id);
  if (fault !== null) faults.add(`user_id ${fault}`);
  for (const field of ["reply_to", "reply_cc"] as const) {
    if (holdsControlCharacter(input[field] ?? "")) faults.add(`${field} must not hold control characters`);
  }
  const claimed = new Set<string>();
  const messages: PreparedMessage[] = [];
  for (const [index, message] of (input.messages ?? []).entries()) {
    messages.push(await prepareMessage(tx, accountId, "email", message, faults, `messages[${index}].`, claimed));
    await breathe();
  }
  if (input.draft_id != null && !(await dropOwnDraft(tx, accountId, actor, input.draft_id))) {
    faults.add("draft_id must be the id of a draft of yours");
  }
  faults.throwIfAny();
  if (customer === null || inboxId === null) throw new Error("a ticket without faults has a customer and an inbox");
  const customerId = await settleCustomer(tx, accountId, customer);
  return await writeTicket(tx, actor, { accountId, customerId, inboxId, input, messages });
}

async function dropOwnDraft(tx: Tx, accountId: string, actor: Actor, id: string): Promise<boolean> {
  const { userId } = actor;
  return userId !== null && (await dropDraft(tx, accountId, { ...actor, userId }, id));
}

async function chooseCustomer(
  tx: Tx,
  accountId: string,
  { customer_id, customer }: Partial<TicketInput>,
  faults: Faults,
): Promise<FoundOrNew | null> {
  if (customer_id != null) {
    if ((await findCustomer(tx, accountId, customer_id)) !== undefined) return { found: customer_id };
    faults.add("customer_id must be the id of a customer");
  } else if (customer != null) {
    return await lookUpCustomer(tx, accountId, customer, faults, "customer");
  } else if (!faults.names("customer")) {
    faults.add("customer_id is required: the id of a customer, or a customer object in its place");
  }
  return null;
}

async function chooseInbox(
  tx: Tx,
  accountId: string,
  inboxId: string | null | undefined,
  faults: Faults,
): Promise<string | null> {
  const inbox = inboxId == null ? await findFirstInbox(tx, accountId) : await findInbox(tx, accountId, inboxId);
  if (inbox === undefined) {
    faults.add(
      inboxId == null ? "inbox_id is required: the account has no inbox yet" : "inbox_id must be the id of an inbox",
    );
  }
  return inbox?.id ?? null;
}

interface CheckedTicket {
  accountId: string;
  customerId: string;
  inboxId: string;
  input: Partial<TicketInput>;
  messages: readonly PreparedMessage[];
}

async function writeTicket(
  tx: Tx,
  actor: Actor,
  { accountId, customerId, inboxId, input, messages }: CheckedTicket,
): Promise<TicketRow> {
  const at = now();
  const summary = messages.reduce<Summary>((current, { row }) => summaryWith(current, row) ?? current, NO_SUMMARY);
  const ticket = await openTicket(tx, actor, {
    account_id: accountId,
    customer_id: customerId,
    user_id: input.user_id ?? null,
    inbox_id: inboxId,
    subject: input.subject ?? null,
    reply_to: givenText(input.reply_to),
    reply_cc: givenText(input.reply_cc),
    ...summary,
    created_at: at,
  });
  if (messages.length === 0) await indexNewEntry(tx, accountId, ticketEntry(ticket));
  for (const message of messages) {
    await writeMessage(tx, ticket, actor, message, at);
    await breathe();
  }
  if (messages.some(({ row }) => isNews(row))) await raiseNews(tx, accountId, ticket.id, at);
  return ticket;
}

/** A form that leaves a field empty sets nothing. */
function givenText(text: string | null | undefined): string | null {
  return text == null || text.trim() === "" ? null : text;
}

export type NewTicket = Pick<
  TicketRow,
  | "account_id"
  | "customer_id"
  | "user_id"
  | "inbox_id"
  | "subject"
  | "reply_to"
  | "reply_cc"
  | "summary"
  | "summary_type"
  | "created_at"
> &
  Partial<Pick<TicketRow, "split_from" | "linked_to" | "spam" | "news_at">>;

/**
 * Writes an open email ticket under the account's next number, and records that it was created. Its messages follow; `news_at` is for who
 * knows when the newest of them was written, and that nobody has seen it.
 */
export async function openTicket(tx: Tx, actor: Actor, ticket: NewTicket): Promise<TicketRow> {
  const row: TicketRow = {
    ...ticket,
    id: newId(),
    number: await takeTicketNumber(tx, ticket.account_id),
    label_ids: "[]",
    state: "open",
    snoozed_until: null,
    type: "email",
    spam: ticket.spam ?? 0,
    trash: 0,
    version: 1,
    updated_at: ticket.created_at,
    news_at: ticket.news_at ?? 0,
    merged_into: null,
    split_from: ticket.split_from ?? null,
    linked_to: ticket.linked_to ?? null,
  };
  await insertTicket(tx, row);
  await recordEvent(tx, ticket.account_id, actor, { kind: "ticket.created", ticketId: row.id });
  return row;
}
