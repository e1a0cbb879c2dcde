import { sql } from "kysely";
import type { TicketState } from "../domain/states.ts";
import type { Reader } from "./database.ts";
import type { Flag } from "./schema.ts";
import { alikeTickets } from "./ticket-tallies.ts";

/** Tickets that are alike as far as folders go, and how many there are. */
export interface TicketGroup {
  trash: Flag;
  spam: Flag;
  state: TicketState;
  inbox_id: string;
  user_id: string | null;
  count: number;
}

/** Counts all tickets that one may see: every folder is a sum of these. `within` are the inboxes that whoever asks may see; null for all. */
export async function countTicketGroups(
  reader: Reader,
  accountId: string,
  within: readonly string[] | null,
): Promise<TicketGroup[]> {
  if (within?.length === 0) return [];
  const { from, count, assignee } = alikeTickets(reader);
  return await reader.query
    .selectFrom(from)
    .select(["trash", "spam", "state", "inbox_id", "user_id", count.as("count")])
    .where("account_id", "=", accountId)
    .$if(within !== null, (query) => query.where("inbox_id", "in", within ?? []))
    .groupBy(["trash", "spam", "state", "inbox_id", assignee])
    .having(count, ">", 0)
    .execute();
}

/**
 * How many open tickets carry each label; labels without are missing. It counts equal lists of labels, of which there
 * are few, in place of the tickets' labels one by one.
 */
export async function countOpenByLabel(
  reader: Reader,
  accountId: string,
  within: readonly string[] | null,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (within?.length === 0) return counts;
  const { from, count: total } = alikeTickets(reader);
  const rows = await reader.query
    .selectFrom(from)
    .select(["label_ids", total.as("count")])
    .where("account_id", "=", accountId)
    // Word for word as in `tickets_open_by_label`, which a database has that keeps no tallies.
    .where(sql<boolean>`state = 'open' and spam = 0 and trash = 0`)
    .where("label_ids", "!=", "[]")
    .$if(within !== null, (query) => query.where("inbox_id", "in", within ?? []))
    .groupBy("label_ids")
    .having(total, ">", 0)
    .execute();
  for (const { label_ids, count } of rows) {
    for (const id of JSON.parse(label_ids) as string[]) counts.set(id, (counts.get(id) ?? 0) + count);
  }
  return counts;
}

/** In how many tickets a user is mentioned, of those they may see. */
export async function countMentioned(
  reader: Reader,
  accountId: string,
  userId: string,
  within: readonly string[] | null,
): Promise<number> {
  if (within?.length === 0) return 0;
  const { total } = await reader.query
    .selectFrom("mentions")
    .innerJoin("tickets", (join) =>
      join.onRef("tickets.account_id", "=", "mentions.account_id").onRef("tickets.id", "=", "mentions.ticket_id"),
    )
    .select((row) => row.fn.count<number>("mentions.ticket_id").distinct().as("total"))
    .where("mentions.account_id", "=", accountId)
    .where("mentions.user_id", "=", userId)
    .$if(within !== null, (query) => query.where("tickets.inbox_id", "in", within ?? []))
    .executeTakeFirstOrThrow();
  return total;
}

/** How many drafts a user has: of new tickets, and on tickets that they may see. */
export async function countDrafts(
  reader: Reader,
  accountId: string,
  userId: string,
  within: readonly string[] | null,
): Promise<number> {
  const { total } = await reader.query
    .selectFrom("drafts")
    .leftJoin("tickets", (join) =>
      join.onRef("tickets.account_id", "=", "drafts.account_id").onRef("tickets.id", "=", "drafts.ticket_id"),
    )
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("drafts.account_id", "=", accountId)
    .where("drafts.user_id", "=", userId)
    .$if(within !== null, (query) =>
      query.where((row) =>
        row.or([
          row("drafts.ticket_id", "is", null),
          within?.length === 0 ? sql<boolean>`1 = 0` : row("tickets.inbox_id", "in", within ?? []),
        ]),
      ),
    )
    .executeTakeFirstOrThrow();
  return total;
}
