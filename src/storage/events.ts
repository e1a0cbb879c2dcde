import { sql } from "kysely";
import type { Actor, ChangeKind, Changes, EventKind, EventResource } from "../domain/events.ts";
import { isId, newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { acrossAccounts } from "./across-accounts.ts";
import type { Db, Reader, Tx, WriteQueries } from "./database.ts";
import { preparedWrite } from "./prepared.ts";
import { signalNews } from "./news.ts";
import type { Slice, SortDirection } from "./paging.ts";
import { type EventRow, OF_TICKET } from "./schema.ts";

export interface NewEvent {
  kind: EventKind;
  ticketId: string;
  messageId?: string;
  changes?: Changes;
}

/**
 * Records what happened to a ticket, in the transaction that makes it happen.
 *
 * `position` orders an account's events by commit. SQLite has one writer at a time, so the account's last position plus
 * one will do. On PostgreSQL it is the transaction's own id: no writer waits for another, and a reader stops short
 * of the oldest transaction that is still open (see `listEvents`), so that no event can appear before one already read.
 */
export async function recordEvent(tx: Tx, accountId: string, actor: Actor, event: NewEvent): Promise<void> {
  await insertEvent(tx, accountId, actor, {
    kind: event.kind,
    ticket_id: event.ticketId,
    message_id: event.messageId ?? null,
    changes: event.changes === undefined ? null : JSON.stringify(event.changes),
    ...OF_TICKET,
  });
}

/** A change of something that is no ticket: a customer, a setting, a draft. */
export interface NewChange {
  kind: ChangeKind;
  resource: Exclude<EventResource, "ticket">;
  id: string;
  /** The ticket that it belongs to: of a draft, of what someone has seen. */
  ticketId?: string;
  /** The user whom alone it concerns. */
  audienceId?: string;
  changes?: Changes;
}

/** Records, as `recordEvent` does, that something besides tickets changed, for those who show it. No part of any history. */
export async function recordChange(tx: Tx, accountId: string, actor: Actor, change: NewChange): Promise<void> {
  await insertEvent(tx, accountId, actor, {
    kind: change.kind,
    ticket_id: change.ticketId ?? "",
    message_id: null,
    changes: change.changes === undefined ? null : JSON.stringify(change.changes),
    resource: change.resource,
    resource_id: change.id,
    audience_id: change.audienceId ?? null,
  });
}

type EventContent = Omit<EventRow, "account_id" | "id" | "position" | "token_id" | "user_id" | "created_at">;

async function insertEvent(tx: Tx, accountId: string, actor: Actor, content: EventContent): Promise<void> {
  await insert.run(tx, {
    account_id: accountId,
    id: newId(),
    token_id: actor.tokenId,
    user_id: actor.userId,
    created_at: now(),
    ...content,
  });
  tx.touch(accountId);
  tx.onCommit(() => signalNews("events", accountId));
}

const insert = preparedWrite((db: WriteQueries, event: Omit<EventRow, "position">, engine) => {
  const position =
    engine === "postgres"
      ? sql<number>`pg_current_xact_id()::text::bigint`
      : sql<number>`(select coalesce(max(position), 0) + 1 from events where account_id = ${event.account_id})`;
  return db.insertInto("events").values({ ...event, position });
});

/** Where a reader of an account's events has got to. */
export interface EventCursor {
  position: number;
  id: string;
}

export const FIRST_EVENT: EventCursor = { position: -(2 ** 52), id: "" };

/**
 * On PostgreSQL the oldest transaction that is open: the events of all before it are there to be read. Asked for by itself,
 * before the events, and not in one query with them: on Citus that would run where the rows are, and the transactions whose
 * ids the events have are the coordinator's.
 */
async function oldestOpen(reader: Reader): Promise<number | null> {
  if (reader.engine === "sqlite") return null;
  const { rows } = await sql<{
    id: number;
  }>`select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as id`.execute(reader.query);
  return rows[0]?.id ?? null;
}

/** The account's events after a cursor, in the one order that every reader sees; without gaps. */
export async function listEvents(
  reader: Reader,
  accountId: string,
  after: EventCursor,
  limit: number,
): Promise<EventRow[]> {
  const before = await oldestOpen(reader);
  return await reader.query
    .selectFrom("events")
    .selectAll()
    .where("account_id", "=", accountId)
    .where((event) =>
      event.or([
        event("position", ">", after.position),
        event.and([event("position", "=", after.position), event("id", ">", after.id)]),
      ]),
    )
    .$if(before !== null, (query) => query.where("position", "<", before))
    .orderBy("position")
    .orderBy("id")
    .limit(limit)
    .execute();
}

/** In place of an event's id: the place before the first one, where an account without any begins. */
export const BEGINNING = "0".repeat(24);

/** The newest event that every reader sees; undefined when there is none. */
export async function findNewestEvent(reader: Reader, accountId: string): Promise<EventCursor | undefined> {
  const before = await oldestOpen(reader);
  return await reader.query
    .selectFrom("events")
    .select(["position", "id"])
    .where("account_id", "=", accountId)
    .$if(before !== null, (query) => query.where("position", "<", before))
    .orderBy("position", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Where an event stands; undefined when there is none of that id, or no more. */
export async function findEventCursor(reader: Reader, accountId: string, id: string): Promise<EventCursor | undefined> {
  if (!isId(id)) return undefined;
  return await reader.query
    .selectFrom("events")
    .select(["position", "id"])
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** What happened to a ticket, by time. */
export async function listEventsOfTicket(
  reader: Reader,
  accountId: string,
  ticketId: string,
  direction: SortDirection,
  { limit, offset }: Slice,
): Promise<EventRow[]> {
  if (limit === 0) return [];
  return await reader.query
    .selectFrom("events")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("resource", "=", "ticket")
    .orderBy("id", direction)
    .limit(limit)
    .offset(offset)
    .execute();
}

export async function countEventsOfTicket(reader: Reader, accountId: string, ticketId: string): Promise<number> {
  const { total } = await reader.query
    .selectFrom("events")
    .select((event) => event.fn.countAll<number>().as("total"))
    .where("account_id", "=", accountId)
    .where("ticket_id", "=", ticketId)
    .where("resource", "=", "ticket")
    .executeTakeFirstOrThrow();
  return total;
}

/**
 * Deletes events that concerned one user only and are older than `before`, of all accounts, at most `limit`; returns how
 * many. The newest of an account stays, whatever it is: on SQLite the next position is counted from it.
 */
export async function deletePrivateEvents(db: Db, before: number, limit: number): Promise<number> {
  const old = await acrossAccounts(db)
    .selectFrom("events")
    .select(["account_id", "id", "position"])
    .where("audience_id", "is not", null)
    .where("created_at", "<", before)
    .where((event) =>
      event.exists(
        event
          .selectFrom("events as later")
          .select("later.id")
          .whereRef("later.account_id", "=", "events.account_id")
          .whereRef("later.position", ">", "events.position"),
      ),
    )
    .orderBy("created_at")
    .limit(limit)
    .execute();
  for (const [accountId, events] of Map.groupBy(old, ({ account_id }) => account_id)) {
    const ids = events.map(({ id }) => id);
    await db.transact(
      async (tx) =>
        await tx.query.deleteFrom("events").where("account_id", "=", accountId).where("id", "in", ids).execute(),
    );
  }
  return old.length;
}

/**
 * The position of the first event that this transaction records in bulk, and how much each further one adds to it:
 * see `recordEvent`.
 */
export async function bulkPositions(tx: Tx, accountId: string): Promise<{ first: number; step: 0 | 1 }> {
  if (tx.engine === "postgres") {
    const { rows } = await sql<{ position: number }>`select pg_current_xact_id()::text::bigint as position`.execute(
      tx.query,
    );
    return { first: rows[0]?.position ?? 0, step: 0 };
  }
  const last = await tx.query
    .selectFrom("events")
    .select((event) => event.fn.max("position").as("position"))
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  return { first: (last?.position ?? 0) + 1, step: 1 };
}
