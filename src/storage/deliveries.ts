import { sql } from "kysely";
import type { DeliveryState } from "../domain/states.ts";
import type { Reader, Tx } from "./database.ts";
import type { MessageRow, NO_DELIVERY } from "./schema.ts";

/** A message, locked until the transaction ends: nobody else begins, ends or takes back its delivery. */
export async function lockMessage(
  tx: Tx,
  accountId: string,
  ticketId: string,
  id: string,
): Promise<MessageRow | undefined> {
  return await tx.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

/** As `lockMessage`, on whatever ticket it is by now: a merge may have moved it since its job was claimed. */
export async function lockMovableMessage(tx: Tx, accountId: string, id: string): Promise<MessageRow | undefined> {
  return await tx.query
    .selectFrom("messages")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .$if(tx.engine === "postgres", (query) => query.forUpdate())
    .executeTakeFirst();
}

export type DeliveryChanges = Partial<Pick<MessageRow, keyof typeof NO_DELIVERY | "delivery_state" | "mail_id">>;

/** Changes what a message says of its delivery, and nothing else: neither its version nor its ticket moves (K4). */
export async function updateDelivery(
  tx: Tx,
  { account_id, id }: Pick<MessageRow, "account_id" | "id">,
  changes: DeliveryChanges,
): Promise<void> {
  await tx.query
    .updateTable("messages")
    .set(changes)
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .execute();
}

/**
 * Records that an attempt is about to hand over the end of the message. Returns false when that attempt is no longer the
 * current one: another worker took the message over, and this one must not go on.
 */
export async function markHandedOver(
  tx: Tx,
  { account_id, id, delivery_attempts }: Pick<MessageRow, "account_id" | "id" | "delivery_attempts">,
  at: number,
): Promise<boolean> {
  const marked = await tx.query
    .updateTable("messages")
    .set({ handed_over_at: at })
    .where("account_id", "=", account_id)
    .where("id", "=", id)
    .where("delivery_attempts", "=", delivery_attempts)
    .where("delivery_state", "=", "sending")
    .returning("id")
    .executeTakeFirst();
  return marked !== undefined;
}

/** The Message-IDs of a ticket before one of its messages: the first, and the last `most`, oldest first. */
export async function listEarlierMailIds(
  reader: Reader,
  { account_id, ticket_id, id }: Pick<MessageRow, "account_id" | "ticket_id" | "id">,
  most: number,
): Promise<Pick<MessageRow, "mail_id" | "direction">[]> {
  const earlier = reader.query
    .selectFrom("messages")
    .select(["id", "mail_id", "direction"])
    .where("account_id", "=", account_id)
    .where("ticket_id", "=", ticket_id)
    .where("mail_id", "is not", null)
    // The customer has not got those: their mail program would find nothing under their ids.
    .where("forward", "=", 0)
    .where("id", "<", id);
  const last = await earlier.orderBy("id", "desc").limit(most).execute();
  if (last.length < most) return last.toReversed();
  const first = await earlier.orderBy("id").limit(1).execute();
  return [...first.filter((each) => each.id !== last.at(-1)?.id), ...last.toReversed()];
}

export interface DeliveryCount {
  delivery_state: DeliveryState | null;
  count: number;
  /** Of these, how many say why they wait. */
  troubled: number;
  newest: string;
}

/** The account's messages that are not delivered, by what became of them. */
export async function countUndelivered(reader: Reader, accountId: string): Promise<DeliveryCount[]> {
  return await reader.query
    .selectFrom("messages")
    .select((message) => [
      "delivery_state",
      message.fn.countAll<number>().as("count"),
      message.fn.count<number>("delivery_error").as("troubled"),
      message.fn.max("id").as("newest"),
    ])
    .where("account_id", "=", accountId)
    // Word for word as in the index: SQLite uses a partial one only then.
    .where(sql<boolean>`delivery_state in ('queued', 'sending', 'failed')`)
    .groupBy("delivery_state")
    .execute();
}

/** The ticket of a message; undefined when there is no such message. */
export async function findTicketOfMessage(reader: Reader, accountId: string, id: string): Promise<string | undefined> {
  const row = await reader.query
    .selectFrom("messages")
    .select("ticket_id")
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.ticket_id;
}

/** Takes a job away that has this payload, is not due yet and nobody has begun. Returns whether there was one. */
export async function deleteWaitingJob(
  tx: Tx,
  accountId: string,
  kind: string,
  payload: string,
  at: number,
): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("jobs")
    .where("account_id", "=", accountId)
    .where("kind", "=", kind)
    .where("payload", "=", payload)
    .where("run_at", ">", at)
    .where("attempts", "=", 0)
    .returning("id")
    .executeTakeFirst();
  return deleted !== undefined;
}

/** Deletes a message, and gives its attachments back as if they had just been uploaded. */
export async function deleteMessage(tx: Tx, accountId: string, id: string, at: number): Promise<void> {
  await tx.query
    .updateTable("attachments")
    .set({ message_id: null, position: 0, created_at: at })
    .where("account_id", "=", accountId)
    .where("message_id", "=", id)
    .execute();
  await tx.query.deleteFrom("messages").where("account_id", "=", accountId).where("id", "=", id).execute();
}
