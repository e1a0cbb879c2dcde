import { type CreditLimits, secondsUntilReset } from "../../domain/credits.ts";
import type { AskedAccount } from "../../storage/api-tokens.ts";
import type { CreditMeter } from "../../storage/credit-windows.ts";
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
  const limits: CreditLimits = {
    creditsPerMinute: account.credits_per_minute,
    requestsPerSecond: account.requests_per_second,
  };
  const unlimited = limits.creditsPerMinute === 0;
  const charged: Charged = { price, limit: UNLIMITED, remaining: UNLIMITED, reset: UNLIMITED_RESET, unlimited };
  if (unlimited && limits.requestsPerSecond === 0) return charged;
  const { admission, windows, at } = await meter.charge(account.id, limits, price);
  if (!unlimited) {
    charged.limit = limits.creditsPerMinute;
    charged.remaining = Math.max(0, limits.creditsPerMinute - windows.creditsUsed);
    charged.reset = secondsUntilReset(windows, at);
  }
  if (admission === "admitted") return charged;
  const refused = { ...charged, price: 0, reset: admission === "burst" ? 1 : charged.reset };
  throw new RateLimited(refused, admission === "burst");
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
