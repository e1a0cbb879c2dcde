import type { Reader } from "./database.ts";
import type { Outcome, ReceivedMessageRow } from "./schema.ts";

/** A line of the ledger, with what people know the mail by. */
export interface ListedMessage extends ReceivedMessageRow {
  /** The sender's address; null while (or when) nothing was made of the message. */
  from: string | null;
  ticket_number: number | null;
}

/** The mail that an account received, newest first. */
export async function listReceivedMessages(
  reader: Reader,
  accountId: string,
  { outcome, limit }: { outcome: Outcome | null; limit: number },
): Promise<ListedMessage[]> {
  return await reader.query
    .selectFrom("received_messages as received")
    .leftJoin("messages", (join) =>
      join.onRef("messages.account_id", "=", "received.account_id").onRef("messages.id", "=", "received.message_id"),
    )
    .leftJoin("tickets", (join) =>
      join.onRef("tickets.account_id", "=", "received.account_id").onRef("tickets.id", "=", "received.ticket_id"),
    )
    .selectAll("received")
    .select(["messages.from", "tickets.number as ticket_number"])
    .where("received.account_id", "=", accountId)
    .$if(outcome !== null, (query) => query.where("received.outcome", "=", outcome ?? "pending"))
    .orderBy("received.id", "desc")
    .limit(limit)
    .execute();
}
