import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from "kysely";
import { SYSTEM } from "../domain/events.ts";
import { DAY } from "../domain/time.ts";
import { cleanEach } from "./across-accounts.ts";
import type { Db, Reader, Tx } from "./database.ts";
import type { AskedAccount } from "./api-tokens.ts";
import { recordChange } from "./events.ts";
import { prepared } from "./prepared.ts";
import type { Schema, SessionRow, UserRow } from "./schema.ts";

/** A session that is not used ends after this time, and any after the longer one. */
export const SESSION_IDLE = 30 * DAY;
export const SESSION_LIFETIME = 90 * DAY;

export async function insertSession(tx: Tx, session: SessionRow): Promise<void> {
  await tx.query.insertInto("sessions").values(session).execute();
}

/** Whose session it is, and in which account. */
export interface SessionHolder {
  account: AskedAccount;
  session: SessionRow;
  user: Pick<UserRow, "role" | "inbox_ids">;
}

interface AskedSession {
  accountId: string;
  hash: string;
  seenSince: number;
  begunSince: number;
}

const holderByHash = prepared((db, { accountId, hash, seenSince, begunSince }: AskedSession) =>
  db
    .selectFrom("sessions")
    .innerJoin("accounts", "accounts.id", "sessions.account_id")
    .innerJoin("users", (join) =>
      join.onRef("users.account_id", "=", "sessions.account_id").onRef("users.id", "=", "sessions.user_id"),
    )
    .selectAll("sessions")
    .select(["accounts.site", "accounts.credits_per_minute", "accounts.requests_per_second"])
    .select(["users.role", "users.inbox_ids"])
    .where("sessions.account_id", "=", accountId)
    .where("sessions.token_hash", "=", hash)
    .where("sessions.last_seen_at", ">", seenSince)
    .where("sessions.created_at", ">", begunSince)
    .where("users.disabled_at", "is", null),
);

/**
 * The session of a token, by its account and SHA-256. Undefined when it is unknown or over, or when its user may not
 * sign in any more; one that waits for its second factor (`pending`) is found all the same.
 */
export async function findSessionHolder(
  reader: Reader,
  accountId: string,
  hash: string,
  at: number,
): Promise<SessionHolder | undefined> {
  const times = { seenSince: at - SESSION_IDLE, begunSince: at - SESSION_LIFETIME };
  const row = await holderByHash.first(reader, { accountId, hash, ...times });
  if (row === undefined) return undefined;
  const { site, credits_per_minute, requests_per_second, role, inbox_ids, ...session } = row;
  return {
    account: { id: accountId, site, credits_per_minute, requests_per_second },
    session,
    user: { role, inbox_ids },
  };
}

/** A user's sessions that are signed in and not over, newest first. */
export async function listSessions(
  reader: Reader,
  accountId: string,
  userId: string,
  at: number,
): Promise<SessionRow[]> {
  return await reader.query
    .selectFrom("sessions")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("pending", "=", 0)
    .where("last_seen_at", ">", at - SESSION_IDLE)
    .where("created_at", ">", at - SESSION_LIFETIME)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
}

/** Notes that a session is used, which keeps it from ending; an older note never replaces a newer one. */
export async function noteSessionUse(tx: Tx, accountId: string, id: string, at: number): Promise<void> {
  await tx.query
    .updateTable("sessions")
    .set({ last_seen_at: at })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where("last_seen_at", "<", at)
    .execute();
}

/** Counts a wrong second factor; returns how many there were. */
export async function noteSessionFailure(tx: Tx, accountId: string, id: string): Promise<number> {
  const row = await tx.query
    .updateTable("sessions")
    .set((session) => ({ failures: session("failures", "+", 1) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .returning("failures")
    .executeTakeFirst();
  return row?.failures ?? Number.MAX_SAFE_INTEGER;
}

/** Ends one session of a user; returns whether there was one. */
export async function deleteSession(tx: Tx, accountId: string, userId: string, id: string): Promise<boolean> {
  const deleted = await tx.query
    .deleteFrom("sessions")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  if (deleted !== undefined) await recordEnd(tx, accountId, userId, id);
  return deleted !== undefined;
}

/** So that what the session holds open ends too, in every process. */
async function recordEnd(tx: Tx, accountId: string, userId: string, id: string): Promise<void> {
  await recordChange(tx, accountId, SYSTEM, { kind: "session.ended", resource: "session", id, audienceId: userId });
}

/** Ends all sessions of a user, but for `except`. */
export async function deleteSessionsOf(
  tx: Tx,
  accountId: string,
  userId: string,
  except: string | null,
): Promise<void> {
  const deleted = await tx.query
    .deleteFrom("sessions")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .$if(except !== null, (query) => query.where("id", "!=", except ?? ""))
    .returning("id")
    .execute();
  for (const { id } of deleted) await recordEnd(tx, accountId, userId, id);
}

/** Forgets sessions that are over, of all accounts. */
export async function deleteEndedSessions(db: Db, at: number): Promise<void> {
  const isOver = (session: ExpressionBuilder<Schema, "sessions">): ExpressionWrapper<Schema, "sessions", SqlBool> =>
    session.or([
      session("last_seen_at", "<=", at - SESSION_IDLE),
      session("created_at", "<=", at - SESSION_LIFETIME),
      session.and([session("pending", "=", 1), session("created_at", "<=", at - DAY)]),
    ]);
  await cleanEach(
    db,
    async (queries) => await queries.selectFrom("sessions").select("account_id").distinct().where(isOver).execute(),
    async (tx, accountId) =>
      await tx.query.deleteFrom("sessions").where("account_id", "=", accountId).where(isOver).execute(),
  );
}

/** When each user was last seen, of those who have a session. */
export async function listLastSeen(reader: Reader, accountId: string): Promise<Map<string, number>> {
  const rows = await reader.query
    .selectFrom("sessions")
    .select((session) => ["user_id", session.fn.max("last_seen_at").as("last_seen_at")])
    .where("account_id", "=", accountId)
    .where("pending", "=", 0)
    .groupBy("user_id")
    .execute();
  return new Map(rows.map(({ user_id, last_seen_at }) => [user_id, last_seen_at]));
}
