import type { Reader } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { Outcome } from "./schema.ts";

/** The message by mail that a ticket begins with, and what became of it when it came. */
export interface OpeningMessage {
  id: string;
  /** The blob of the raw message. */
  hash: string;
  outcome: Outcome;
}

/** The first message of a ticket that a customer sent by mail; undefined when none did. */
export async function findOpeningMessage(
  reader: Reader,
  accountId: string,
  ticketId: string,
): Promise<OpeningMessage | undefined> {
  return await reader.query
    .selectFrom("messages")
    .innerJoin("received_messages as received", (join) =>
      join.onRef("received.account_id", "=", "messages.account_id").onRef("received.message_id", "=", "messages.id"),
    )
    .select(["messages.id", "received.hash", "received.outcome"])
    .where("messages.account_id", "=", accountId)
    .where("messages.ticket_id", "=", ticketId)
    .where("messages.direction", "=", "in")
    // A second copy names the message that the first one became.
    .where("received.outcome", "not in", ["duplicate", "bounce", "auto-reply"])
    .orderBy("messages.created_at")
    .orderBy("messages.id")
    .limit(1)
    .executeTakeFirst();
}

/** Whether a user has answered on a ticket. */
export async function isAnswered(reader: Reader, accountId: string, ticketId: string): Promise<boolean> {
  const answer = await reader.query
    .selectFrom("messages")
    .select("id")
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("direction", "=", "out")
    .where("user_id", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return answer !== undefined;
}

/** Whether anything was ever sent to a customer, on any of their tickets. */
export async function wasWrittenTo(reader: Reader, accountId: string, customerId: string): Promise<boolean> {
  return (await sentTo.first(reader, { accountId, customerId })) !== undefined;
}

const sentTo = prepared((db, { accountId, customerId }: { accountId: string; customerId: string }) =>
  db
    .selectFrom("tickets")
    // A cross join, which SQLite takes in this order: it would go through all messages of the account otherwise.
    .crossJoin("messages")
    .select("messages.id")
    .where("tickets.account_id", "=", accountId)
    .where("tickets.customer_id", "=", customerId)
    .where("messages.account_id", "=", accountId)
    .whereRef("messages.ticket_id", "=", "tickets.id")
    .where("messages.direction", "=", "out")
    .limit(1),
);
