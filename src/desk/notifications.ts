import { readAddress } from "../domain/addresses.ts";
import { contactKey } from "../domain/contact-values.ts";
import type { Actor } from "../domain/events.ts";
import { visibleInboxes } from "../domain/roles.ts";
import { SECOND, now } from "../domain/time.ts";
import { enqueue } from "../queue/queue.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import type { MessageRow, TicketRow, UserRow } from "../storage/schema.ts";
import { listUsersToNotify } from "../storage/users.ts";

/** Why a user is told of something. */
export type NotificationReason = "message" | "assigned" | "mentioned";

/** The payload of a "notify-user" job: one mail to one person. */
export interface NotificationPayload {
  user_id: string;
  ticket_id: string;
  /** What is quoted; null for a ticket that somebody was given. */
  message_id: string | null;
  reason: NotificationReason;
  /** In epoch milliseconds: old news is none. */
  since: number;
  /** How often the mail server has put it off after it had all of it. */
  failures?: number;
}

type Told = Pick<TicketRow, "account_id" | "id" | "inbox_id" | "user_id" | "spam" | "trash">;

/**
 * Tells the users who want to know of a customer's message: of their own tickets, or of all. Nobody is told of spam, of a
 * vacation reply, or of what they wrote themselves.
 */
export async function notifyOfMessage(tx: Tx, ticket: Told, message: MessageRow): Promise<void> {
  if (ticket.spam === 1 || ticket.trash === 1 || message.auto_kind === "auto-reply") return;
  const from = readAddress(message.from ?? "")?.address;
  const sender = from === undefined ? null : contactKey("email", from);
  for (const user of await listUsersToNotify(tx, ticket.account_id)) {
    const wants = user.notifications === "all" || user.id === ticket.user_id;
    if (wants && user.email_key !== sender) await notify(tx, user, ticket, "message", message.id);
  }
}

/** Tells a user whom somebody else has given a ticket. */
export async function notifyOfAssignment(tx: Tx, ticket: Told, actor: Actor): Promise<void> {
  if (ticket.user_id === null || ticket.user_id === actor.userId) return;
  for (const user of await listUsersToNotify(tx, ticket.account_id)) {
    if (user.id === ticket.user_id) await notify(tx, user, ticket, "assigned", null);
  }
}

/** Tells the users whom somebody else has named in a note, once it cannot be taken back any more. */
export async function notifyOfMention(
  tx: Tx,
  ticket: Told,
  note: Pick<MessageRow, "id" | "user_id">,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  const runAt = now() + ((await findAccount(tx, ticket.account_id))?.undo_seconds ?? 0) * SECOND;
  for (const user of await listUsersToNotify(tx, ticket.account_id)) {
    const isNamed = userIds.includes(user.id) && user.id !== note.user_id;
    if (isNamed) await notify(tx, user, ticket, "mentioned", note.id, runAt);
  }
}

/** One job each: that one person's mail server is away holds up nobody else. */
async function notify(
  tx: Tx,
  user: UserRow,
  ticket: Told,
  reason: NotificationReason,
  messageId: string | null,
  runAt = now(),
): Promise<void> {
  const visible = visibleInboxes(user.role, user.inbox_ids);
  if (visible !== null && !visible.includes(ticket.inbox_id)) return;
  await enqueue(tx, ticket.account_id, {
    kind: "notify-user",
    payload: {
      user_id: user.id,
      ticket_id: ticket.id,
      message_id: messageId,
      reason,
      since: now(),
    } satisfies NotificationPayload,
    runAt,
  });
}
