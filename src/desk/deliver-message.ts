import { type OutboundReply, outgoingMessage } from "../channels/email/outgoing-message.ts";
import type { Reach } from "../domain/fail-points.ts";
import { now } from "../domain/time.ts";
import { composeMessage } from "../mail/compose.ts";
import { newMailId } from "../mail/mail-id.ts";
import type { SmtpClient } from "../mail/smtp-client.ts";
import { type SmtpResult, resultOf } from "../mail/smtp-result.ts";
import { enqueue } from "../queue/queue.ts";
import { listAttachments } from "../storage/attachments.ts";
import type { BlobStore } from "../storage/blobs.ts";
import type { Db, Tx } from "../storage/database.ts";
import { listEarlierMailIds, lockMovableMessage, markHandedOver, updateDelivery } from "../storage/deliveries.ts";
import { findInbox } from "../storage/inboxes.ts";
import { type ClaimedJob, deleteJob } from "../storage/jobs.ts";
import type { MessageRow } from "../storage/schema.ts";
import { findTicket } from "../storage/tickets.ts";
import type { MailServers } from "./choose-mail-server.ts";
import { type Way, chooseAnswerAddress, chooseFromName, chooseSignature, chooseWay } from "./choose-way.ts";
import { deliverAutomatic } from "./deliver-automatic.ts";
import { type DeliveryPayload, MAYBE_DELIVERED, UNCONFIGURED_DELAY } from "./delivery-jobs.ts";
import { changeDelivery, finishAttempt } from "./finish-attempt.ts";

/** What a delivery needs besides the message. */
export interface DeliveryMeans extends MailServers {
  db: Db;
  /** Where people reach the help desk, for links in mail; null when that is not known. */
  publicUrl?: string | null;
  blobs: BlobStore;
  smtp: SmtpClient;
  reach: Reach;
}

/** A message whose delivery has begun: `message` is its row since then. */
interface Attempt extends Way {
  reply: OutboundReply;
}

/** The last `most` Message-IDs of a thread are enough for every mail program to find it. */
const MOST_EARLIER = 19;

/**
 * Delivers one outbound reply, or finds out that there is nothing to do. It may run at any time, any number of times: each
 * step is durable before the next. `queued` becomes `sending` before a byte leaves; `handed_over_at` is set before the
 * message's end leaves; and an attempt that was overtaken by another ends without handing over. The message is then
 * `sent`, or `queued` with an error and the job of its next attempt, or `failed`.
 */
export async function deliverMessage(means: DeliveryMeans, job: ClaimedJob, payload: DeliveryPayload): Promise<void> {
  const { db, reach } = means;
  reach("deliver.claimed");
  const attempt = await db.transact(async (tx) => await beginAttempt(tx, means, job.account_id, payload));
  if (attempt === null) return;
  reach("deliver.sending");
  const result = await handOver(means, attempt);
  reach("deliver.answered");
  await db.transact(async (tx) => {
    await finishAttempt(tx, attempt.reply.message, payload, result);
    // The queue would do it next, with a commit of its own: a fifth of all that a delivery waits for the disk.
    await deleteJob(tx, job);
  });
  reach("deliver.finished");
}

/** Under the message's lock: what is to be sent, and the state that says so. Null when nothing is to be sent now. */
async function beginAttempt(
  tx: Tx,
  means: DeliveryMeans,
  accountId: string,
  payload: DeliveryPayload,
): Promise<Attempt | null> {
  const message = await lockMovableMessage(tx, accountId, payload.message_id);
  if (message?.delivery_state !== "queued" && message?.delivery_state !== "sending") return null;
  if (message.delivery_state === "sending" && message.handed_over_at !== null) {
    await changeDelivery(tx, message, { delivery_state: "failed", delivery_error: MAYBE_DELIVERED });
    return null;
  }
  const ticket = await findTicket(tx, accountId, message.ticket_id);
  const inbox = ticket === undefined ? undefined : await findInbox(tx, accountId, ticket.inbox_id);
  if (ticket === undefined || inbox === undefined) throw new Error(`${message.id} has no ticket or no inbox`);
  const way = await chooseWay(tx, means, inbox);
  if (typeof way === "string") {
    await changeDelivery(tx, message, { delivery_state: "queued", delivery_error: way });
    await enqueue(tx, accountId, {
      kind: "deliver-message",
      payload: { ...payload },
      runAt: now() + UNCONFIGURED_DELAY,
    });
    return null;
  }
  const changes = {
    delivery_state: "sending" as const,
    delivery_attempts: message.delivery_attempts + 1,
    handed_over_at: null,
    // Messages of before there was mail have none yet.
    mail_id: message.mail_id ?? newMailId(message.id, way.address),
    signature: message.signature ?? (await chooseSignature(tx, message, inbox)),
  };
  await updateDelivery(tx, message, changes);
  const attachments = await listAttachments(tx, accountId, [message.id]);
  const earlier = await listEarlierMailIds(tx, message, MOST_EARLIER);
  const answerTo = await chooseAnswerAddress(tx, inbox, ticket.id);
  const fromName = await chooseFromName(tx, message, inbox);
  const reply = { message: { ...message, ...changes }, ticket, inbox, attachments, earlier, answerTo, fromName };
  return { reply, ...way };
}

async function handOver(
  { db, blobs, smtp, reach }: DeliveryMeans,
  { reply, server, address, signer }: Attempt,
): Promise<SmtpResult> {
  const { message } = reply;
  try {
    const composed = composeMessage(outgoingMessage(reply, address, blobs), signer);
    const deliver = message.auto_kind === null ? smtp.deliver.bind(smtp) : deliverAutomatic.bind(null, smtp);
    return await deliver(server, {
      envelope: { from: composed.envelope.from, to: recipientsLeft(message, composed.envelope.to) },
      size: composed.size,
      read: (utf8) => composed.read(utf8),
      beforeHandOver: async () => {
        reach("deliver.handing-over");
        const isCurrent = await db.transact(async (tx) => await markHandedOver(tx, message, now()));
        if (!isCurrent) throw new Error("another attempt took this message over");
        reach("deliver.handed-over");
      },
    });
  } catch (error) {
    return resultOf(error, false);
  }
}

/** Those whom no mail server took the message for, when others have it already. */
function recipientsLeft({ undelivered }: MessageRow, all: readonly string[]): readonly string[] {
  return undelivered === null ? all : (JSON.parse(undelivered) as string[]);
}
