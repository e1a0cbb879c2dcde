import type { Reader } from "./database.ts";
import type { Slice } from "./paging.ts";
import type { Outcome, ReceivedMessageRow } from "./schema.ts";

/** A line of the ledger, with what people know the mail by. */
export interface ListedMessage extends ReceivedMessageRow {
  /** The sender's address; null while (or when) nothing was made of the message. */
  from: string | null;
  /** Who that is, or what: a delivery report has no address. */
  from_name: string | null;
  verdicts: string | null;
  spam_score: number | null;
  ticket_number: number | null;
  subject: string | null;
}

/** The mail that an account received, newest first. */
export async function listReceivedMessages(
  reader: Reader,
  accountId: string,
  { outcome, limit }: { outcome: Outcome | null; limit: number },
): Promise<ListedMessage[]> {
  const outcomes = outcome === null ? null : [outcome];
  return await listLedger(reader, accountId, { outcomes, inboxIds: null, within: null }, { limit, offset: 0 });
}

/** Null does not filter. */
export interface LedgerFilter {
  outcomes: readonly Outcome[] | null;
  inboxIds: readonly string[] | null;
  /** The inboxes that whoever asks may see. */
  within: readonly string[] | null;
}

export async function listLedger(
  reader: Reader,
  accountId: string,
  filter: LedgerFilter,
  { limit, offset }: Slice,
): Promise<ListedMessage[]> {
  if (limit === 0 || matchesNothing(filter)) return [];
  const { outcomes, inboxIds, within } = filter;
  return await listed(reader, accountId)
    .$if(outcomes !== null, (query) => query.where("received.outcome", "in", outcomes ?? []))
    .$if(inboxIds !== null, (query) => query.where("received.inbox_id", "in", inboxIds ?? []))
    .$if(within !== null, (query) => query.where("received.inbox_id", "in", within ?? []))
    .orderBy("received.id", "desc")
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countLedger(reader: Reader, accountId: string, filter: LedgerFilter): Promise<number> {
  if (matchesNothing(filter)) return 0;
  const { outcomes, inboxIds, within } = filter;
  const { total } = await reader.query
    .selectFrom("received_messages")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .$if(outcomes !== null, (query) => query.where("outcome", "in", outcomes ?? []))
    .$if(inboxIds !== null, (query) => query.where("inbox_id", "in", inboxIds ?? []))
    .$if(within !== null, (query) => query.where("inbox_id", "in", within ?? []))
    .executeTakeFirstOrThrow();
  return total;
}

/** One line; undefined when there is none, or not in the inboxes that whoever asks may see. */
export async function findListedMessage(
  reader: Reader,
  accountId: string,
  id: string,
  within: readonly string[] | null,
): Promise<ListedMessage | undefined> {
  const found = await listed(reader, accountId).where("received.id", "=", id).executeTakeFirst();
  return found !== undefined && (within === null || within.includes(found.inbox_id)) ? found : undefined;
}

function matchesNothing({ outcomes, inboxIds, within }: LedgerFilter): boolean {
  return outcomes?.length === 0 || inboxIds?.length === 0 || within?.length === 0;
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- a query under construction
function listed(reader: Reader, accountId: string) {
  return reader.query
    .selectFrom("received_messages as received")
    .leftJoin("messages", (join) =>
      join.onRef("messages.account_id", "=", "received.account_id").onRef("messages.id", "=", "received.message_id"),
    )
    .leftJoin("tickets", (join) =>
      join.onRef("tickets.account_id", "=", "received.account_id").onRef("tickets.id", "=", "received.ticket_id"),
    )
    .selectAll("received")
    .select([
      "messages.from",
      "messages.from_name",
      "messages.verdicts",
      "messages.spam_score",
      "tickets.number as ticket_number",
      "tickets.subject",
    ])
    .where("received.account_id", "=", accountId);
}
