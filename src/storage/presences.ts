import { sql } from "kysely";
import type { Presence } from "../domain/presence.ts";
import { SECOND, now } from "../domain/time.ts";
import type { Db } from "./database.ts";

/** How long someone is taken to be at a ticket after they last said so. */
export const PRESENCE_LIFETIME = 45 * SECOND;

/** Who looks at which ticket, for every process that shares the database. Nothing of it survives a restart. */
export interface Presences {
  /** Says that it is so for the next 45 seconds. */
  put(accountId: string, presence: Presence): Promise<void>;
  /** Nothing happens when it was not so. */
  remove(accountId: string, presence: Omit<Presence, "state">): Promise<void>;
  list(accountId: string): Promise<Presence[]>;
}

export function openPresences(db: Db): Presences {
  return db.engine === "postgres" ? sharedPresences(db) : localPresences();
}

/** One process serves an embedded database, so its memory will do. */
function localPresences(): Presences {
  const accounts = new Map<string, Map<string, Presence & { until: number }>>();
  const keyOf = ({ ticketId, userId, tab }: Omit<Presence, "state">): string => `${ticketId} ${userId} ${tab}`;
  return {
    put(accountId, presence) {
      const known = accounts.get(accountId) ?? new Map<string, Presence & { until: number }>();
      known.set(keyOf(presence), { ...presence, until: now() + PRESENCE_LIFETIME });
      accounts.set(accountId, known);
      return Promise.resolve();
    },
    remove(accountId, presence) {
      accounts.get(accountId)?.delete(keyOf(presence));
      return Promise.resolve();
    },
    list(accountId) {
      const known = accounts.get(accountId);
      for (const [key, { until }] of known ?? []) if (until <= now()) known?.delete(key);
      if (known?.size === 0) accounts.delete(accountId);
      const all = [...(known?.values() ?? [])];
      return Promise.resolve(all.map(({ ticketId, userId, tab, state }) => ({ ticketId, userId, tab, state })));
    },
  };
}

type Row = { ticket_id: string; user_id: string; tab: string; state: Presence["state"] };

/** The clock is the database's: one for all processes. As it stands for the whole statement: Citus refuses one that moves on. */
function sharedPresences(db: Db): Presences {
  const at = sql`(extract(epoch from now()) * 1000)::bigint`;
  return {
    async put(accountId, { ticketId, userId, tab, state }) {
      await sql`insert into presences (account_id, ticket_id, user_id, tab, state, expires_at)
        values (${accountId}, ${ticketId}, ${userId}, ${tab}, ${state}, ${at} + ${PRESENCE_LIFETIME}::bigint)
        on conflict (account_id, ticket_id, user_id, tab)
        do update set state = excluded.state, expires_at = excluded.expires_at`.execute(db.query);
      await db.announce("presences", [accountId]);
    },
    async remove(accountId, { ticketId, userId, tab }) {
      // With what is over: nobody else takes it away.
      await sql`delete from presences where account_id = ${accountId}
        and ((ticket_id = ${ticketId} and user_id = ${userId} and tab = ${tab}) or expires_at <= ${at})`.execute(
        db.query,
      );
      await db.announce("presences", [accountId]);
    },
    async list(accountId) {
      const { rows } = await sql<Row>`select ticket_id, user_id, tab, state from presences
        where account_id = ${accountId} and expires_at > ${at}`.execute(db.query);
      return rows.map(({ ticket_id, user_id, tab, state }) => ({ ticketId: ticket_id, userId: user_id, tab, state }));
    },
  };
}
