import { type RawBuilder, type SqlBool, sql } from "kysely";
import { now } from "../domain/time.ts";
import type { Reader } from "./database.ts";
import type { TicketTrait } from "./ticket-conditions.ts";
import { NARROWING, type Passive, type TicketFilter, conditions, isOfFew, narrowedBy } from "./ticket-filter.ts";

/**
 * What to count tickets from, how, and by what to group them by assignee: the tallies have all columns that these filters compare, as
 * a ticket has them, and go by its name. Where there are none each ticket stands for itself.
 */
export function alikeTickets(reader: Pick<Reader, "engine" | "tallied">) {
  return reader.tallied
    ? {
        from: "ticket_tallies as tickets" as "tickets",
        count: sql<number>`coalesce(sum(tickets.count), 0)`,
        // What SQLite's key has, in the order of which it groups without sorting.
        assignee: reader.engine === "sqlite" ? ("assignee" as "user_id") : ("user_id" as const),
      }
    : { from: "tickets" as const, count: sql<number>`count(*)`, assignee: "user_id" as const };
}

/** Whether a database keeps tallies: one that Citus has spread does not. See `Reader`. */
export async function keepsTallies({ engine, query }: Pick<Reader, "engine" | "query">): Promise<boolean> {
  if (engine === "sqlite") return true;
  const { rows } = await sql<{ kept: boolean }>`select to_regclass('ticket_tallies') is not null as kept`.execute(
    query,
  );
  return rows[0]?.kept ?? false;
}

/** Milliseconds of a period: the tallies know of whole ones. */
const PERIOD = 2 ** 32;

/** What of a search a tally has the columns for. */
const TALLIED: readonly TicketTrait["kind"][] = ["inbox", "assignee", "state", "spam", "trash", "nothing"];

/** Whether tallies know how many tickets a filter leaves: they are kept of all but who, which and what is written. */
export function isTallied(reader: Reader, filter: TicketFilter): boolean {
  if (!reader.tallied || isOfFew(filter) || filter.terms !== undefined) return false;
  return (filter.conditions ?? []).every(({ trait }) => TALLIED.includes(trait.kind));
}

/**
 * How many tickets a filter leaves. Since a moment: those of whole periods by tallies, and those between the moment and the nearer
 * end of its own period one by one, in the order of that time, to be added or taken away. One statement, so that all of it is of one moment.
 */
export async function countByTallies(reader: Reader, accountId: string, filter: TicketFilter): Promise<number> {
  const { sinceCreated, sinceUpdated, ...others } = filter;
  const [created, updated] = [firstPeriod(sinceCreated), firstPeriod(sinceUpdated)];
  const parts = [tallied(reader, accountId, others, { created, updated })];
  if (updated !== undefined) parts.push(walked(reader, accountId, filter, "sinceUpdated", updated));
  if (created !== undefined) {
    const rest = { ...filter, ...(updated !== undefined && { sinceUpdated: updated * PERIOD }) };
    parts.push(walked(reader, accountId, rest, "sinceCreated", created));
  }
  const { rows } = await sql<{ total: number }>`select ${sql.join(parts, sql` `)} as total`.execute(reader.query);
  return rows[0]?.total ?? 0;
}

/** From which period on the tallies are summed up: the one that a moment is in, or the next, as there is less to walk through. */
function firstPeriod(since: number | undefined): number | undefined {
  if (since === undefined) return undefined;
  const own = Math.floor(since / PERIOD);
  // Of the time to come there is hardly anything.
  const ahead = Math.min((own + 1) * PERIOD, now()) - since;
  return since - own * PERIOD < ahead ? own : own + 1;
}

/** Labels are compared in full: a tally is of no one ticket. */
const LABELS_PASSIVE: Passive = new Set(["labelIds"]);

type Periods = Record<"created" | "updated", number | undefined>;

function tallied(reader: Reader, accountId: string, filter: TicketFilter, since: Periods): RawBuilder<number> {
  const { from, count } = alikeTickets(reader);
  const narrowing = { filter, passive: LABELS_PASSIVE };
  const found = reader.query
    .selectFrom(from)
    .select(count.as("total"))
    .where("tickets.account_id", "=", accountId)
    .where((row) => row.and(conditions(reader.engine, narrowedBy(accountId, filter), narrowing, row)));
  const { created, updated } = since;
  return sql`${found
    .$if(created !== undefined, (some) => some.where(sql<SqlBool>`created_period >= ${created}`))
    .$if(updated !== undefined, (some) => some.where(sql<SqlBool>`updated_period >= ${updated}`))}`;
}

/**
 * Those between a moment and the beginning of a period, with the sign that makes up for where the sum over tallies begins: of half a
 * period at most, some 25,000 of a million in two years, at 0.05 to 0.3 microseconds each.
 */
function walked(
  { query, engine }: Reader,
  accountId: string,
  filter: TicketFilter,
  by: "sinceCreated" | "sinceUpdated",
  first: number,
): RawBuilder<number> {
  const column = by === "sinceCreated" ? "tickets.created_at" : "tickets.updated_at";
  const [since, edge] = [filter[by] ?? 0, first * PERIOD];
  const asked = { ...filter, [by]: Math.min(since, edge) };
  // PostgreSQL chooses by what it knows of them, but rather than look at a ticket's list of labels it reads those of all tickets.
  const passive = engine === "sqlite" ? new Set(NARROWING.filter((name) => name !== by)) : LABELS_PASSIVE;
  const found = query
    .selectFrom("tickets")
    .select((row) => row.fn.countAll<number>().as("total"))
    .where("tickets.account_id", "=", accountId)
    .where(column, "<", Math.max(since, edge))
    .where((row) => row.and(conditions(engine, narrowedBy(accountId, asked), { filter: asked, passive }, row)));
  return sql<number>`${sql.raw(since < edge ? "+" : "-")} ${found}`;
}
