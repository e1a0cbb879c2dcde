import { notificationMail } from "../channels/email/notification.ts";
import { visibleInboxes } from "../domain/roles.ts";
import { DAY, now } from "../domain/time.ts";
import { type OutgoingMessage, composeMessage } from "../mail/compose.ts";
import { newMailId } from "../mail/mail-id.ts";
import { makeAgentKey, plusAddress } from "../mail/thread-key.ts";
import { enqueue, retryDelay } from "../queue/queue.ts";
import { findAccount } from "../storage/accounts.ts";
import type { Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import { type ClaimedJob, deleteJob } from "../storage/jobs.ts";
import { findLastMessage, findMessage } from "../storage/messages.ts";
import type { MessageRow, TicketRow } from "../storage/schema.ts";
import { findTicket } from "../storage/tickets.ts";
import { findUser } from "../storage/users.ts";
import { type Way, chooseWay } from "./choose-way.ts";
import { deliverAutomatic } from "./deliver-automatic.ts";
import type { DeliveryMeans } from "./deliver-message.ts";
import type { NotificationPayload } from "./notifications.ts";

/** Later than this nobody needs to be told any more. */
const STALE_AFTER = DAY;

/**
 * Mails one notification, at most once: its job is deleted before the message's end leaves, so that whatever happens then is
 * not tried again, but for a mail server that says that it did not take it. Throws to be tried again later. Nothing is sent
 * for a ticket that is gone or spam by now, or to a user who may not see it any more.
 */
export async function sendNotification(
  means: DeliveryMeans,
  job: ClaimedJob,
  payload: NotificationPayload,
): Promise<void> {
  const { db, smtp, reach } = means;
  reach("notify.claimed");
  if (now() > payload.since + STALE_AFTER) return;
  const ready = await db.transact(async (tx) => await prepare(tx, means, job, payload));
  if (ready === null) return;
  if (typeof ready === "string") throw new Error(ready);
  const { way, mail } = ready;
  reach("notify.sending");
  let handedOver = false;
  const result = await deliverAutomatic(smtp, way.server, {
    ...composeMessage(mail, way.signer),
    beforeHandOver: async () => {
      reach("notify.handing-over");
      const isOurs = await db.transact(async (tx) => await deleteJob(tx, job));
      if (!isOurs) throw new Error("another worker took this notification over");
      handedOver = true;
      reach("notify.handed-over");
    },
  });
  reach("notify.answered");
  if (result.kind !== "temporary") return;
  if (!handedOver) throw new Error(result.response);
  const failures = (payload.failures ?? 0) + 1;
  await db.transact(async (tx) => {
    const runAt = now() + retryDelay(failures);
    await enqueue(tx, job.account_id, { kind: "notify-user", payload: { ...payload, failures }, runAt });
  });
}

/** Null when there is nothing to tell any more; a text says why it cannot be told now. */
async function prepare(
  tx: Tx,
  means: DeliveryMeans,
  { account_id, id }: ClaimedJob,
  { user_id, ticket_id, message_id, reason, since }: NotificationPayload,
): Promise<{ way: Way; mail: OutgoingMessage } | string | null> {
  const user = await findUser(tx, account_id, user_id);
  const ticket = await findTicket(tx, account_id, ticket_id);
  const account = await findAccount(tx, account_id);
  const inbox = ticket === undefined ? undefined : await findInbox(tx, account_id, ticket.inbox_id);
  if (user === undefined || ticket === undefined || inbox === undefined || account === undefined) return null;
  const visible = visibleInboxes(user.role, user.inbox_ids);
  const isHidden = visible !== null && !visible.includes(inbox.id);
  if (user.disabled_at !== null || isHidden || ticket.spam === 1 || ticket.trash === 1) return null;
  if (user.email_key === inbox.address_key) return null;
  const message = await chooseMessage(tx, ticket, message_id);
  if (message_id !== null && message === undefined) return null;
  const way = await chooseWay(tx, means, inbox);
  if (typeof way === "string") return way;
  const becomes = reason === "mentioned" ? "note" : "reply";
  const secret = Buffer.from(account.thread_secret, "hex");
  const key = makeAgentKey(secret, account_id, { ticketNumber: ticket.number, userId: user.id, becomes });
  const mail = notificationMail({
    account,
    inbox,
    ticket,
    user,
    reason,
    becomes,
    since,
    message: message ?? null,
    publicUrl: means.publicUrl?.replace(/\/+$/, "") ?? null,
    address: way.address,
    answerTo: inbox.plus_addressing === 1 ? plusAddress(way.address, key) : way.address,
    // Each mail has an id of its own, and the same one with every attempt.
    messageId: newMailId(`${key}.${id}`, way.address),
  });
  return { way, mail };
}

async function chooseMessage(tx: Tx, ticket: TicketRow, messageId: string | null): Promise<MessageRow | undefined> {
  if (messageId === null) return await findLastMessage(tx, ticket.account_id, ticket.id);
  return await findMessage(tx, ticket.account_id, ticket.id, messageId);
}
