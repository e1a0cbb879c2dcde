import { holdsControlCharacter, readAddress, readAddressList } from "../domain/addresses.ts";
import { contactKey } from "../domain/contact-values.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { SECOND, now } from "../domain/time.ts";
import { newMailId } from "../mail/mail-id.ts";
import { makeThreadKey } from "../mail/thread-key.ts";
import type { Actor } from "../domain/events.ts";
import { type Direction, type MessageType, type TicketType, SENDING_TYPES } from "../domain/states.ts";
import { enqueue } from "../queue/queue.ts";
import { findAccount } from "../storage/accounts.ts";
import { lockAttachments, useAttachment } from "../storage/attachments.ts";
import { findContactByKey } from "../storage/contacts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Tx } from "../storage/database.ts";
import { recordEvent } from "../storage/events.ts";
import { findInbox } from "../storage/inboxes.ts";
import { insertMessage } from "../storage/messages.ts";
import { type MessageRow, NO_DELIVERY, NO_MAIL_OPTIONS, NO_ROUTE, type TicketRow } from "../storage/schema.ts";
import { messageEntry } from "../storage/search-entries.ts";
import { indexNewEntry } from "../storage/search.ts";
import { findUserName } from "../storage/users.ts";
import { usualCopies } from "./copies.ts";
import type { DeliveryPayload } from "./delivery-jobs.ts";
import { type MailOptions, checkMailOptions } from "./mail-options.ts";
import { readMentions, writeMentions } from "./mentions.ts";
import { notifyOfMention, notifyOfMessage } from "./notifications.ts";
import { keepRead } from "./ticket-news.ts";

export interface MessageInput extends MailOptions {
  type: MessageType;
  direction?: Direction | null;
  body: string;
  htmlized?: boolean | null;
  from_name?: string | null;
  from?: string | null;
  to?: string | null;
  user_id?: string | null;
  attachment_ids?: readonly string[] | null;
  /** The users whom a note mentions, besides those whom its HTML marks. */
  mention_ids?: readonly string[] | null;
}

/** A message whose faults are all known and whose writing cannot fail for a reason of the request. */
export interface PreparedMessage {
  row: Omit<
    MessageRow,
    | "account_id"
    | "id"
    | "ticket_id"
    | "delivery_state"
    | "version"
    | "created_at"
    | keyof typeof NO_DELIVERY
    | keyof typeof NO_MAIL_OPTIONS
  > &
    Partial<Pick<MessageRow, keyof typeof NO_MAIL_OPTIONS>>;
  attachmentIds: readonly string[];
  mentionIds?: readonly string[];
  /** Whether it came in through a channel; else someone wrote it here. */
  received: boolean;
  /** Whether those who usually get a copy of the ticket's replies get one: it names nobody. */
  usualCopies?: boolean;
  /** Whether nobody is told of it by mail: it is old. */
  quiet?: boolean;
}

/**
 * Checks a message against the rules of M2 and F2 and completes what it leaves out. Faults are named with `path` in front
 * (`messages[0].`). `claimed` holds the attachments that earlier messages of the same request use.
 */
export async function prepareMessage(
  tx: Tx,
  accountId: string,
  ticketType: TicketType,
  input: Partial<MessageInput>,
  faults: Faults,
  path = "",
  claimed: Set<string> = new Set(),
): Promise<PreparedMessage> {
  const type = input.type ?? "reply";
  const direction = type === "note" ? null : (input.direction ?? null);
  const attachmentIds = [...(input.attachment_ids ?? [])];
  if (input.type === "reply" && input.direction == null) {
    faults.add(`${path}direction is required for a reply: in or out`);
  }
  if (input.body === "" && attachmentIds.length === 0) faults.add(`${path}body must not be empty without attachments`);
  const byUser = type === "note" || direction === "out";
  const user =
    byUser && input.type !== undefined ? await checkUser(tx, accountId, input.user_id, faults, path, type) : null;
  if (direction === "in") checkSender(input.from, faults, path);
  if (direction === "out") checkRecipients(input.to, ticketType, faults, path);
  await checkAttachments(tx, accountId, attachmentIds, faults, path, claimed);
  const mentionIds = await readMentions(tx, accountId, input, faults, path);
  const outbound = direction === "out" ? await checkMailOptions(tx, accountId, input, faults, path) : NO_MAIL_OPTIONS;
  const { cc = null, ...options } = { cc: null, ...outbound };
  return {
    row: {
      type,
      direction,
      from_name: user?.name ?? (await senderName(tx, accountId, input)),
      from: direction === "in" ? (input.from ?? null) : null,
      to: direction === null ? null : (input.to ?? null),
      cc,
      body: input.body ?? "",
      htmlized: input.htmlized === true ? 1 : 0,
      user_id: user?.id ?? null,
      more_body: null,
      mail_id: null,
      ...NO_ROUTE,
      ...options,
    },
    attachmentIds,
    mentionIds,
    received: false,
    usualCopies: "cc" in outbound && outbound.cc === undefined,
  };
}

async function checkUser(
  tx: Tx,
  accountId: string,
  userId: string | null | undefined,
  faults: Faults,
  path: string,
  type: MessageType,
): Promise<{ id: string; name: string } | null> {
  const what = type === "note" ? "a note" : "an outbound reply";
  if (userId == null) {
    faults.add(`${path}user_id is required for ${what}: the id of a user`);
    return null;
  }
  const name = await findUserName(tx, accountId, userId);
  if (name === undefined) faults.add(`${path}user_id must be the id of a user`);
  return name === undefined ? null : { id: userId, name };
}

function checkSender(from: string | null | undefined, faults: Faults, path: string): void {
  if (from == null || from.trim() === "") faults.add(`${path}from is required for an inbound reply`);
  else if (holdsControlCharacter(from)) faults.add(`${path}from must not hold control characters`);
}

function checkRecipients(to: string | null | undefined, ticketType: TicketType, faults: Faults, path: string): void {
  if (!SENDING_TYPES.includes(ticketType)) {
    faults.add(`${path}direction must not be out: a ticket of type ${ticketType} cannot send replies`);
  }
  if (to == null || to.trim() === "") faults.add(`${path}to is required for an outbound reply`);
  else if (holdsControlCharacter(to)) faults.add(`${path}to must not hold control characters`);
  else if (readAddressList(to) === null) {
    faults.add(`${path}to must be one or more email addresses, separated by commas`);
  }
}

async function checkAttachments(
  tx: Tx,
  accountId: string,
  ids: readonly string[],
  faults: Faults,
  path: string,
  claimed: Set<string>,
): Promise<void> {
  if (ids.length === 0) return;
  const found = await lockAttachments(tx, accountId, ids);
  for (const [index, id] of ids.entries()) {
    const attachment = found.find((row) => row.id === id);
    if (attachment === undefined) faults.add(`${path}attachment_ids[${index}] must be the id of an attachment`);
    else if (attachment.message_id !== null || claimed.has(id)) {
      faults.add(`${path}attachment_ids[${index}] is already used`);
    }
    claimed.add(id);
  }
}

/** The sender of an inbound reply: as given, else the display name, else who holds the address, else the address (M2). */
async function senderName(tx: Tx, accountId: string, input: Partial<MessageInput>): Promise<string> {
  if (input.from_name != null && input.from_name !== "") return input.from_name;
  const from = input.from ?? "";
  const parsed = readAddress(from);
  if (parsed === null) return from;
  if (parsed.name !== "") return parsed.name;
  const holder = await findContactByKey(tx, accountId, "email", contactKey("email", parsed.address));
  const customer = holder === undefined ? undefined : await findCustomer(tx, accountId, holder.customer_id);
  const name = [customer?.first_name, customer?.last_name].filter((part) => part != null && part !== "").join(" ");
  return name === "" ? parsed.address : name;
}

/**
 * Writes a prepared message, gives it its attachments, indexes it, records the event and, for an outbound reply, enqueues
 * its delivery: all in this transaction (M3). The ticket itself is the caller's to update, `newsOf` the message included.
 */
export async function writeMessage(
  tx: Tx,
  ticket: WrittenTo,
  actor: Actor,
  { row, attachmentIds, mentionIds = [], received, usualCopies: copied = false, quiet = false }: PreparedMessage,
  at: number,
): Promise<MessageRow> {
  // What was sent from elsewhere and comes in with an import is sent already.
  const outbound = row.direction === "out" && !received;
  const messageId = newId();
  const message: MessageRow = {
    account_id: ticket.account_id,
    id: messageId,
    ticket_id: ticket.id,
    ...NO_MAIL_OPTIONS,
    ...row,
    ...NO_DELIVERY,
    mail_id: outbound ? await chooseMailId(tx, ticket, messageId) : row.mail_id,
    cc: outbound && copied ? await usualCopies(tx, ticket, row.to) : row.cc,
    delivery_state: outbound ? "queued" : row.direction === "out" ? "sent" : null,
    version: 1,
    created_at: at,
  };
  tx.leave(insertMessage(tx, message));
  tx.leave(indexNewEntry(tx, ticket.account_id, messageEntry(ticket, message)));
  const kind = received ? "message.received" : "message.created";
  tx.leave(recordEvent(tx, ticket.account_id, actor, { kind, ticketId: ticket.id, messageId: message.id }));
  for (const [position, id] of attachmentIds.entries()) {
    await useAttachment(tx, ticket.account_id, id, message.id, position);
  }
  await writeMentions(tx, message, mentionIds);
  await keepRead(tx, actor, message);
  if (outbound) await enqueueDelivery(tx, message);
  if (message.direction === "in" && !quiet) await notifyOfMessage(tx, ticket, message);
  await notifyOfMention(tx, ticket, message, mentionIds);
  return message;
}

/** What writing a message has to know of its ticket. */
export type WrittenTo = Pick<
  TicketRow,
  "account_id" | "id" | "inbox_id" | "customer_id" | "user_id" | "subject" | "reply_cc" | "spam" | "trash"
>;

async function chooseMailId(
  tx: Tx,
  { account_id, inbox_id, id: ticketId }: Pick<TicketRow, "account_id" | "inbox_id" | "id">,
  id: string,
): Promise<string> {
  const inbox = await findInbox(tx, account_id, inbox_id);
  const account = await findAccount(tx, account_id);
  const secret = Buffer.from(account?.thread_secret ?? "", "hex");
  return newMailId(makeThreadKey(secret, account_id, ticketId, id), inbox?.address ?? null);
}

/** A reply goes out when the account's undo window is over, or later if it says so; a machine's at once. */
async function enqueueDelivery(tx: Tx, { account_id, ticket_id, id, send_at, auto_kind }: MessageRow): Promise<void> {
  const account = auto_kind === null ? await findAccount(tx, account_id) : undefined;
  await enqueue(tx, account_id, {
    kind: "deliver-message",
    payload: { ticket_id, message_id: id } satisfies DeliveryPayload,
    runAt: Math.max(now() + (account?.undo_seconds ?? 0) * SECOND, send_at ?? 0),
  });
}
