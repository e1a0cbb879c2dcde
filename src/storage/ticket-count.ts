import type { Reader } from "./database.ts";
import {
  NARROWING,
  NONE_PASSIVE,
  type Passive,
  type TicketFilter,
  conditions,
  isOfFew,
  isPlain,
  narrowedBy,
} from "./ticket-filter.ts";
import { countByTallies, isTallied } from "./ticket-tallies.ts";

/** How many tickets match, exactly (R4). */
export async function countTickets(reader: Reader, accountId: string, filter: TicketFilter): Promise<number> {
  if (isTallied(reader, filter)) return await countByTallies(reader, accountId, filter);
  const asked = NARROWING.filter((name) => filter[name] !== undefined && filter[name] !== null);
  const isByLabel = asked.length === 1 && filter.labelIds !== undefined;
  if (isByLabel && isPlain(filter) && !isOfFew(filter)) return await countLabelled(reader, accountId, filter.labelIds);
  // Those of a few customers are found by these, whatever else is asked of them.
  const passive: Passive = reader.engine === "sqlite" && isOfFew(filter) ? new Set(asked) : NONE_PASSIVE;
  const { total } = await reader.query
    .selectFrom("tickets")
    // Of few a column that no index of theirs holds: to find them SQLite would rather walk through one that holds all else.
    .select((row) => (isOfFew(filter) ? row.fn.count<number>("tickets.number") : row.fn.countAll<number>()).as("total"))
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), { filter, passive }, row)))
    .executeTakeFirstOrThrow();
  return total;
}

/** By the labels' own rows: of thirteen, to look each ticket's labels through for each of them takes twice as long. */
async function countLabelled(reader: Reader, accountId: string, labelIds: readonly string[] = []): Promise<number> {
  if (labelIds.length === 0) return 0;
  const { total } = await reader.query
    .selectFrom("ticket_labels")
    .select((row) =>
      labelIds.length === 1
        ? row.fn.countAll<number>().as("total")
        : row.fn.count<number>("ticket_id").distinct().as("total"),
    )
    .where("account_id", "=", accountId)
    .where("label_id", "in", labelIds)
    .executeTakeFirstOrThrow();
  return total;
}
