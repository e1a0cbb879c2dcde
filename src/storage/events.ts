import { sql } from "kysely";
import type { Actor, Changes, EventKind } from "../domain/events.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Reader, Tx } from "./database.ts";
import type { EventRow } from "./schema.ts";

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
  const position =
    tx.engine === "postgres"
      ? sql<number>`pg_current_xact_id()::text::bigint`
      : sql<number>`(select coalesce(max(position), 0) + 1 from events where account_id = ${accountId})`;
  await tx.query
    .insertInto("events")
    .values({
      account_id: accountId,
      id: newId(),
      position,
      kind: event.kind,
      ticket_id: event.ticketId,
      message_id: event.messageId ?? null,
      token_id: actor.tokenId,
      user_id: actor.userId,
      changes: event.changes === undefined ? null : JSON.stringify(event.changes),
      created_at: now(),
    })
    .execute();
}

/** Where a reader of an account's events has got to. */
export interface EventCursor {
  position: number;
  id: string;
}

export const FIRST_EVENT: EventCursor = { position: -(2 ** 52), id: "" };

/** The account's events after a cursor, in the one order that every reader sees; without gaps. */
export async function listEvents(
  reader: Reader,
  accountId: string,
  after: EventCursor,
  limit: number,
): Promise<EventRow[]> {
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
    .$if(reader.engine === "postgres", (query) =>
      query.where("position", "<", sql<number>`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`),
    )
    .orderBy("position")
    .orderBy("id")
    .limit(limit)
    .execute();
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
