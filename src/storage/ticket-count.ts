import type { Reader } from "./database.ts";
import { NONE_PASSIVE, type Passive, type TicketFilter, conditions, isPlain, narrowedBy } from "./ticket-filter.ts";

/** How many tickets match, exactly (R4). */
export async function countTickets(reader: Reader, accountId: string, filter: TicketFilter): Promise<number> {
  const asked = NARROWING.filter((name) => filter[name] !== undefined && filter[name] !== null);
  const [only] = asked;
  const onlyLabel = asked.length === 1 && only === "labelIds" && filter.labelIds?.length === 1;
  if (onlyLabel && !isNarrow(filter)) return await countLabelled(reader, accountId, filter.labelIds?.[0] ?? "");
  // Any two filters together, and several labels, are compared in the one index that holds all of them.
  const inFull = reader.engine === "sqlite" && (asked.length > 1 || only === "labelIds") && !isNarrow(filter);
  const passive: Passive = inFull ? new Set(asked) : NONE_PASSIVE;
  const { total } = await reader.query
    .selectFrom("tickets")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), { filter, passive }, row)))
    .executeTakeFirstOrThrow();
  return total;
}

/** The filters whose columns `tickets_by_folder` holds. */
const NARROWING = [
  "within",
  "inboxIds",
  "userIds",
  "labelIds",
  "states",
  "types",
  "spam",
  "trash",
  "sinceCreated",
  "sinceUpdated",
] as const satisfies readonly (keyof TicketFilter)[];

/** Whether few tickets are left at any rate, which are found by an index and looked at one by one. */
function isNarrow(filter: TicketFilter): boolean {
  return filter.ids !== undefined || filter.customerIds !== undefined || !isPlain(filter);
}

async function countLabelled(reader: Reader, accountId: string, labelId: string): Promise<number> {
  const { total } = await reader.query
    .selectFrom("ticket_labels")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .where("label_id", "=", labelId)
    .executeTakeFirstOrThrow();
  return total;
}
