import { type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { Reader, Tx, WriteQueries } from "./database.ts";
import { preparedWrite } from "./prepared.ts";
import type { Schema } from "./schema.ts";

/** What `seen_at` is of a ticket that was marked as unread: earlier than any message, and than none. */
const NEVER = -1;

/** A ticket says something new at a moment: its newest inbound reply or note. Neither version nor `updated_at` moves by it. */
export async function raiseNews(tx: Tx, accountId: string, ticketId: string, at: number): Promise<void> {
  await raise.run(tx, { accountId, ticketId, at });
}

const raise = preparedWrite(
  (db: WriteQueries, { accountId, ticketId, at }: { accountId: string; ticketId: string; at: number }) =>
    db
      .updateTable("tickets")
      .set({ news_at: at })
      .where("account_id", "=", accountId)
      .where("id", "=", ticketId)
      .where("news_at", "<", at),
);

/** A user has seen a ticket up to a moment. Returns false when an older moment than is known changes nothing. */
export async function markSeen(
  tx: Tx,
  accountId: string,
  userId: string,
  ticketId: string,
  at: number,
): Promise<boolean> {
  const marked = await tx.query
    .insertInto("seen_tickets")
    .values({ account_id: accountId, user_id: userId, ticket_id: ticketId, seen_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "user_id", "ticket_id"])
        .doUpdateSet({ seen_at: at })
        .where("seen_tickets.seen_at", "<", at),
    )
    .returning("ticket_id")
    .executeTakeFirst();
  return marked !== undefined;
}

/** A user wants to see a ticket again, as if they never had, whatever it says. */
export async function markUnseen(tx: Tx, accountId: string, userId: string, ticketId: string): Promise<void> {
  await tx.query
    .insertInto("seen_tickets")
    .values({ account_id: accountId, user_id: userId, ticket_id: ticketId, seen_at: NEVER })
    .onConflict((conflict) => conflict.columns(["account_id", "user_id", "ticket_id"]).doUpdateSet({ seen_at: NEVER }))
    .execute();
}

/** Up to when a user has seen each of some tickets; those never seen are missing. */
export async function findSeen(
  reader: Reader,
  accountId: string,
  userId: string,
  ticketIds: readonly string[],
): Promise<Map<string, number>> {
  if (ticketIds.length === 0) return new Map();
  const rows = await reader.query
    .selectFrom("seen_tickets")
    .select(["ticket_id", "seen_at"])
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("ticket_id", "in", ticketIds)
    .execute();
  return new Map(rows.map(({ ticket_id, seen_at }) => [ticket_id, seen_at]));
}

/**
 * Whether a ticket is unread: it said something after the user has seen it, or, never seen, after the user was added.
 * What was there before somebody came is not news to them, so that nobody begins with a hundred thousand unread tickets.
 */
export function isUnread(newsAt: number, seenAt: number | undefined, userSince: number): boolean {
  return newsAt > (seenAt ?? userSince);
}

/** Whether a ticket is unread for a user, as it stands. */
export async function isUnreadTicket(
  reader: Reader,
  accountId: string,
  userId: string,
  ticketId: string,
): Promise<boolean> {
  const row = await reader.query
    .selectFrom("tickets")
    .innerJoin("users", "users.account_id", "tickets.account_id")
    .leftJoin("seen_tickets", (join) =>
      join
        .onRef("seen_tickets.account_id", "=", "users.account_id")
        .onRef("seen_tickets.user_id", "=", "users.id")
        .onRef("seen_tickets.ticket_id", "=", "tickets.id"),
    )
    .select(["tickets.news_at", "seen_tickets.seen_at", "users.created_at"])
    .where("tickets.account_id", "=", accountId)
    .where("tickets.id", "=", ticketId)
    .where("users.id", "=", userId)
    .executeTakeFirst();
  return row !== undefined && isUnread(row.news_at, row.seen_at ?? undefined, row.created_at);
}

/** The same as a condition of a query of tickets. */
export function unreadBy(
  row: ExpressionBuilder<Schema, "tickets">,
  accountId: string,
  userId: string,
  userSince: number,
): ReturnType<typeof sql<SqlBool>> {
  const seen = row
    .selectFrom("seen_tickets")
    .select("seen_tickets.seen_at")
    .where("seen_tickets.account_id", "=", accountId)
    .where("seen_tickets.user_id", "=", userId)
    .whereRef("seen_tickets.ticket_id", "=", "tickets.id");
  return sql<SqlBool>`tickets.news_at > coalesce((${seen}), ${userSince})`;
}
