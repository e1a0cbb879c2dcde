import type { Actor } from "../domain/events.ts";
import { NotAllowed, NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { type ReplyValues, fillVariables } from "../domain/reply-variables.ts";
import { type SignedInUser, isAtLeast } from "../domain/roles.ts";
import { now } from "../domain/time.ts";
import { findAccount } from "../storage/accounts.ts";
import { findCustomer } from "../storage/customers.ts";
import type { Reader, Tx } from "../storage/database.ts";
import { recordChange } from "../storage/events.ts";
import { findInbox } from "../storage/inboxes.ts";
import {
  deleteSavedReply as deleteRow,
  findSavedReply,
  insertSavedReply,
  lockSavedReply,
  noteSavedReplyUse,
  updateSavedReply as updateRow,
} from "../storage/saved-replies.ts";
import type { SavedReplyRow } from "../storage/schema.ts";
import { findTicket } from "../storage/tickets.ts";
import { findUser, userName } from "../storage/users.ts";
import type { Precondition } from "./precondition.ts";

export interface SavedReplyInput {
  name?: string;
  body?: string;
  htmlized?: boolean | null;
  shared?: boolean | null;
}

export async function createSavedReply(
  tx: Tx,
  accountId: string,
  author: SignedInUser,
  input: SavedReplyInput,
  faults: Faults,
): Promise<SavedReplyRow> {
  if (input.name?.trim() === "") faults.add("name must not be empty");
  faults.throwIfAny();
  const at = now();
  const reply: SavedReplyRow = {
    account_id: accountId,
    id: newId(),
    user_id: author.id,
    name: input.name ?? "",
    body: input.body ?? "",
    htmlized: input.htmlized === true ? 1 : 0,
    shared: input.shared === true ? 1 : 0,
    uses: 0,
    last_used_at: null,
    version: 1,
    created_at: at,
    updated_at: at,
  };
  await insertSavedReply(tx, reply);
  await record(tx, author, reply);
  return reply;
}

/** Changes what is given; nothing moves when nothing differs. Somebody else's shared one needs an admin (`NotAllowed`). */
export async function updateSavedReply(
  tx: Tx,
  accountId: string,
  user: SignedInUser,
  id: string,
  input: SavedReplyInput,
  faults: Faults,
  precondition: Precondition,
): Promise<SavedReplyRow> {
  const reply = await lockOwn(tx, accountId, user, id);
  precondition(reply.version);
  if (input.name?.trim() === "") faults.add("name must not be empty");
  faults.throwIfAny();
  const changed: SavedReplyRow = {
    ...reply,
    name: input.name ?? reply.name,
    body: input.body ?? reply.body,
    htmlized: flag(input.htmlized) ?? reply.htmlized,
    shared: flag(input.shared) ?? reply.shared,
  };
  if (JSON.stringify(changed) === JSON.stringify(reply)) return reply;
  const updated = { ...changed, version: reply.version + 1, updated_at: now() };
  await updateRow(tx, updated);
  await record(tx, user, { ...updated, shared: reply.shared === 1 ? 1 : updated.shared });
  return updated;
}

export async function deleteSavedReply(tx: Tx, accountId: string, user: SignedInUser, id: string): Promise<void> {
  const reply = await lockOwn(tx, accountId, user, id);
  await deleteRow(tx, accountId, id);
  await record(tx, user, reply);
}

export interface RenderInput {
  /** Null: the variables of a ticket are empty. */
  ticketId: string | null;
  /** Who answers; null for a token. */
  userId: string | null;
  /** The inboxes whose tickets they see; null for all. */
  within: readonly string[] | null;
}

/** A saved reply with its variables filled in for a ticket, counted as used. */
export async function renderSavedReply(
  tx: Tx,
  accountId: string,
  id: string,
  asked: RenderInput,
  faults: Faults,
): Promise<SavedReplyRow> {
  const reply = await findSavedReply(tx, accountId, asked.userId, id);
  if (reply === undefined) throw new NotFound();
  const values = await valuesFor(tx, accountId, asked);
  if (values === null) faults.add("ticket_id must be the id of a ticket");
  faults.throwIfAny();
  if (values === null) throw new Error("a reply without faults has its values");
  await noteSavedReplyUse(tx, accountId, id, now());
  return { ...reply, body: fillVariables(reply.body, values, reply.htmlized === 1) };
}

async function valuesFor(
  reader: Reader,
  accountId: string,
  { userId, ticketId, within }: RenderInput,
): Promise<ReplyValues | null> {
  const ticket = ticketId === null ? null : await findTicket(reader, accountId, ticketId);
  if (ticket === undefined || (ticket !== null && within?.includes(ticket.inbox_id) === false)) return null;
  const customer = ticket === null ? undefined : await findCustomer(reader, accountId, ticket.customer_id);
  const inbox = ticket === null ? undefined : await findInbox(reader, accountId, ticket.inbox_id);
  const user = userId === null ? undefined : await findUser(reader, accountId, userId);
  const account = await findAccount(reader, accountId);
  return {
    "customer.first_name": customer?.first_name ?? "",
    "customer.name": [customer?.first_name, customer?.last_name].filter(Boolean).join(" "),
    "ticket.number": ticket === null ? "" : String(ticket.number),
    "ticket.subject": ticket?.subject ?? "",
    "user.name": user === undefined ? "" : userName(user),
    "user.first_name": user?.first_name ?? "",
    "inbox.name": inbox?.name ?? "",
    "account.name": account?.name ?? "",
  };
}

async function lockOwn(tx: Tx, accountId: string, user: SignedInUser, id: string): Promise<SavedReplyRow> {
  const reply = await lockSavedReply(tx, accountId, user.id, id);
  if (reply === undefined) throw new NotFound();
  if (reply.user_id !== user.id && !isAtLeast(user.role, "admin")) {
    throw new NotAllowed("Forbidden: this saved reply is somebody else's; an admin or its author may change it");
  }
  return reply;
}

function flag(value: boolean | null | undefined): 0 | 1 | undefined {
  return value == null ? undefined : value ? 1 : 0;
}

async function record(tx: Tx, user: SignedInUser, reply: SavedReplyRow): Promise<void> {
  const actor: Actor = { tokenId: null, userId: user.id };
  await recordChange(tx, reply.account_id, actor, {
    kind: "settings.changed",
    resource: "saved_reply",
    id: reply.id,
    ...(reply.shared === 0 && { audienceId: reply.user_id }),
  });
}
