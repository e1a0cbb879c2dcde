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

/** How many tickets match, exactly (R4). */
export async function countTickets(reader: Reader, accountId: string, filter: TicketFilter): Promise<number> {
  const asked = NARROWING.filter((name) => filter[name] !== undefined && filter[name] !== null);
  const [only] = asked;
  const onlyLabels = asked.length === 1 && only === "labelIds";
  if (onlyLabels && !isNarrow(filter)) return await countLabelled(reader, accountId, filter.labelIds ?? []);
  // Any two filters together are compared in the one index that holds all of them.
  const inFull = asked.length > 1 && !isNarrow(filter);
  // And those of a few customers are found by these, whatever else is asked of them.
  const passive: Passive = reader.engine === "sqlite" && (inFull || isOfFew(filter)) ? new Set(asked) : NONE_PASSIVE;
  const { total } = await reader.query
    .selectFrom("tickets")
    // Of few a column that no index of theirs holds: to find them SQLite would rather walk through one that holds all else.
    .select((row) => (isOfFew(filter) ? row.fn.count<number>("tickets.number") : row.fn.countAll<number>()).as("total"))
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), { filter, passive }, row)))
    .executeTakeFirstOrThrow();
  return total;
}

/** Whether few tickets are left at any rate, which are found by an index and looked at one by one. */
function isNarrow(filter: TicketFilter): boolean {
  return isOfFew(filter) || !isPlain(filter);
}

/** By the labels' own rows: of thirteen, to look each ticket's labels through for each of them takes twice as long. */
async function countLabelled(reader: Reader, accountId: string, labelIds: readonly string[]): Promise<number> {
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
