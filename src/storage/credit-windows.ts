import { sql } from "kysely";
import {
  type Admission,
  type CreditLimits,
  type CreditWindows,
  CLOSED_WINDOWS,
  admit,
  windowsAt,
} from "../domain/credits.ts";
import { MINUTE, SECOND, now } from "../domain/time.ts";
import type { Db } from "./database.ts";
import { prepared } from "./prepared.ts";

export interface Charge {
  admission: Admission;
  /** The windows after the charge. */
  windows: CreditWindows;
  /** The moment of the charge by the clock that the windows go by. */
  at: number;
}

/** Takes prices out of an account's windows, one after the other, for every process that shares the database (C4). */
export interface CreditMeter {
  charge(accountId: string, limits: CreditLimits, price: number): Promise<Charge>;
  /** The same without waiting, where the windows are in this process's memory. */
  chargeAtOnce?(accountId: string, limits: CreditLimits, price: number): Charge;
  /** Gives credits back that a request did not need after all; the request still counts for the burst (C1). */
  refund(accountId: string, credits: number): Promise<void>;
}

export function openCreditMeter(db: Db): CreditMeter {
  return db.engine === "postgres" ? sharedMeter(db) : localMeter();
}

/** One process serves an embedded database, so its memory will do. */
function localMeter(): CreditMeter {
  const accounts = new Map<string, CreditWindows>();
  const chargeAtOnce = (accountId: string, limits: CreditLimits, price: number): Charge => {
    const at = now();
    const windows = windowsAt(accounts.get(accountId) ?? CLOSED_WINDOWS, at);
    const admission = admit(windows, limits, price);
    if (admission === "admitted") {
      windows.creditsUsed += price;
      windows.requestsUsed += 1;
    }
    accounts.set(accountId, windows);
    return { admission, windows: { ...windows }, at };
  };
  return {
    chargeAtOnce,
    charge: (accountId, limits, price) => Promise.resolve(chargeAtOnce(accountId, limits, price)),
    refund: (accountId, credits) => {
      const windows = accounts.get(accountId);
      if (windows !== undefined) windows.creditsUsed = Math.max(0, windows.creditsUsed - credits);
      return Promise.resolve();
    },
  };
}

interface ChargedRow {
  minute_start: number;
  credits_used: number;
  second_start: number;
  requests_used: number;
  at: number;
  admitted: boolean;
}

/** In place of a limit where there is none; PostgreSQL's largest integer. */
const UNLIMITED = 2_147_483_647;

interface Asked {
  accountId: string;
  credits: number;
  requests: number;
  price: number;
}

/**
 * One statement on an unlogged row. The clock is the database's: one for all processes. An update cannot return what it
 * decided, so whether the request was admitted is kept in the row until the next one.
 */
const chargeShared = prepared((_, { accountId, credits, requests, price }: Asked) => {
  const creditsUsed = sql`case when w.minute_start + ${MINUTE}::bigint <= excluded.at then 0 else w.credits_used end`;
  const requestsUsed = sql`case when w.second_start + ${SECOND}::bigint <= excluded.at then 0 else w.requests_used end`;
  const fits = sql`(${creditsUsed} + ${price}::integer <= ${credits}::integer
    and ${requestsUsed} + 1 <= ${requests}::integer)`;
  // One moment for the whole statement. Values and no subquery: Citus sends the first to one node as it is.
  const at = sql`(extract(epoch from now()) * 1000)::bigint`;
  const fitsAlone = sql`${price}::integer <= ${credits}::integer`;
  return sql<ChargedRow>`
    insert into credit_windows as w
      (account_id, minute_start, credits_used, second_start, requests_used, at, admitted)
    values (${accountId}::text, ${at}, case when ${fitsAlone} then ${price}::integer else 0 end,
      ${at}, case when ${fitsAlone} then 1 else 0 end, ${at}, ${fitsAlone})
    on conflict (account_id) do update set
      minute_start = case when w.minute_start + ${MINUTE}::bigint <= excluded.at then excluded.at else w.minute_start end,
      credits_used = ${creditsUsed} + case when ${fits} then ${price}::integer else 0 end,
      second_start = case when w.second_start + ${SECOND}::bigint <= excluded.at then excluded.at else w.second_start end,
      requests_used = ${requestsUsed} + case when ${fits} then 1 else 0 end,
      at = excluded.at,
      admitted = ${fits}
    returning minute_start, credits_used, second_start, requests_used, at, admitted`;
});

function sharedMeter(db: Db): CreditMeter {
  return {
    async charge(accountId, limits, price) {
      const row = await chargeShared.first(db, {
        accountId,
        credits: limits.creditsPerMinute === 0 ? UNLIMITED : limits.creditsPerMinute,
        requests: limits.requestsPerSecond === 0 ? UNLIMITED : limits.requestsPerSecond,
        price,
      });
      if (row === undefined) throw new Error("the credit window returned no row");
      const windows = {
        minuteStart: row.minute_start,
        creditsUsed: row.credits_used,
        secondStart: row.second_start,
        requestsUsed: row.requests_used,
      };
      const refusal =
        admit({ ...windows }, { ...limits, creditsPerMinute: 0 }, price) === "burst" ? "burst" : "out_of_credits";
      return { admission: row.admitted ? "admitted" : refusal, windows, at: row.at };
    },
    async refund(accountId, credits) {
      await sql`update credit_windows set credits_used = greatest(0, credits_used - ${credits}::integer)
        where account_id = ${accountId}::text`.execute(db.query);
    },
  };
}
