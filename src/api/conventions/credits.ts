import { type CreditLimits, secondsUntilReset } from "../../domain/credits.ts";
import type { AskedAccount } from "../../storage/api-tokens.ts";
import type { Charge, CreditMeter } from "../../storage/credit-windows.ts";
import { HttpError } from "../errors.ts";
import type { HeaderList } from "./envelope.ts";

/** What an unlimited account is shown as its limit (C2). */
const UNLIMITED = 1_000_000;
const UNLIMITED_RESET = 60;

/** A request's price as taken, until its outcome settles what it costs. */
export interface Charged {
  price: number;
  limit: number;
  remaining: number;
  reset: number;
  unlimited: boolean;
}

/** Takes the price of a request before anything is done for it; 429 when it is not all there (C1, C3). */
export async function charge(meter: CreditMeter, account: AskedAccount, price: number): Promise<Charged> {
  const limits = limitsOf(account);
  if (isUnlimited(limits)) return chargedOf(limits, price);
  const taken = await meter.charge(account.id, limits, price);
  const charged = chargedOf(limits, price, taken);
  if (taken.admission === "admitted") return charged;
  const burst = taken.admission === "burst";
  throw new RateLimited({ ...charged, price: 0, reset: burst ? 1 : charged.reset }, burst);
}

/** As `charge`, at once; undefined, and nothing is taken, where that must be waited for or the price is not all there. */
export function chargeAtOnce(meter: CreditMeter, account: AskedAccount, price: number): Charged | undefined {
  const limits = limitsOf(account);
  if (isUnlimited(limits)) return chargedOf(limits, price);
  const taken = meter.chargeAtOnce?.(account.id, limits, price);
  return taken?.admission === "admitted" ? chargedOf(limits, price, taken) : undefined;
}

function limitsOf({ credits_per_minute, requests_per_second }: AskedAccount): CreditLimits {
  return { creditsPerMinute: credits_per_minute, requestsPerSecond: requests_per_second };
}

function isUnlimited({ creditsPerMinute, requestsPerSecond }: CreditLimits): boolean {
  return creditsPerMinute === 0 && requestsPerSecond === 0;
}

function chargedOf({ creditsPerMinute }: CreditLimits, price: number, taken?: Charge): Charged {
  if (taken === undefined || creditsPerMinute === 0) {
    return { price, limit: UNLIMITED, remaining: UNLIMITED, reset: UNLIMITED_RESET, unlimited: true };
  }
  const { windows, at } = taken;
  const remaining = Math.max(0, creditsPerMinute - windows.creditsUsed);
  return { price, limit: creditsPerMinute, remaining, reset: secondsUntilReset(windows, at), unlimited: false };
}

/** Carries the state of the limits to where the headers are written. */
export class RateLimited extends HttpError {
  readonly charged: Charged;

  constructor(charged: Charged, burst: boolean) {
    const what = burst ? "more requests in one second than the account allows" : "the account's credits are used up";
    super(429, `Too Many Requests: ${what}; try again in ${charged.reset} s`, { "Retry-After": String(charged.reset) });
    this.charged = charged;
  }
}

/**
 * What a request costs once its status is known: nothing for a 404, 429 or 5xx, 1 for a 304 and every other 4xx, else its
 * price (C1). Gives the difference back.
 */
export async function settle(meter: CreditMeter, accountId: string, charged: Charged, status: number): Promise<number> {
  const cost = costOf(charged.price, status);
  const back = charged.price - cost;
  if (back > 0 && !charged.unlimited) {
    charged.remaining = Math.min(charged.limit, charged.remaining + back);
    await meter.refund(accountId, back);
  }
  charged.price = cost;
  return cost;
}

function costOf(price: number, status: number): number {
  if (status === 404 || status === 429 || status >= 500) return 0;
  if (status === 304 || status >= 400) return Math.min(1, price);
  return price;
}

/** The headers of C2. */
export function rateHeaders({ limit, remaining, price, reset }: Charged): HeaderList {
  return [
    "Rate-Limit-Limit",
    limit,
    "Rate-Limit-Remaining",
    remaining,
    "Rate-Limit-Used",
    price,
    "Rate-Limit-Reset",
    reset,
  ];
}
