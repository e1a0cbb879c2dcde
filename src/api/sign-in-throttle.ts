import { isIPv6 } from "node:net";
import { MINUTE, SECOND, now } from "../domain/time.ts";
import { HttpError } from "./errors.ts";

/** After so long without a try, the tries before count no more. */
const FORGIVEN_AFTER = 15 * MINUTE;

/** What is counted at once; the longest unused makes room. */
const MOST = 10_000;

/** How many tries are free, and how long the wait after each further one may grow. */
interface Patience {
  free: number;
  longest: number;
}

const OF_ADDRESS: Patience = { free: 30, longest: 5 * MINUTE };
// Short, so that nobody can lock somebody else out for long: 60 tries an hour find no password of ten characters.
const OF_PERSON: Patience = { free: 5, longest: MINUTE };

interface Tries {
  count: number;
  last: number;
  /** Until when the next one is refused. */
  until: number;
}

/** Makes whoever tries again and again to sign in wait, longer each time: by client address, and by whom they try to be. */
export class SignInThrottle {
  readonly #tries = new Map<string, Tries>();

  /** Counts a try before it is looked at, so that many at once gain nothing; throws 429 while there is one to wait for. */
  take(address: string, person: string | null): void {
    const keys = keysOf(address, person);
    const at = now();
    const until = Math.max(0, ...keys.map(([key]) => this.#known(key, at)?.until ?? 0));
    if (until > at) {
      const wait = Math.ceil((until - at) / SECOND);
      throw new HttpError(429, `Too Many Requests: too many tries to sign in; try again in ${wait} s`, {
        "Retry-After": String(wait),
      });
    }
    for (const [key, { free, longest }] of keys) {
      const count = (this.#known(key, at)?.count ?? 0) + 1;
      const delay = count < free ? 0 : Math.min(SECOND * 2 ** Math.min(count - free, 20), longest);
      this.#tries.delete(key);
      if (this.#tries.size >= MOST) this.#tries.delete(this.#tries.keys().next().value ?? "");
      this.#tries.set(key, { count, last: at, until: delay === 0 ? 0 : at + delay });
    }
  }

  /** The try was a good one: the person starts anew, and the address has one less. */
  succeeded(address: string, person: string): void {
    const [[ofAddress] = [""], [ofPerson] = [""]] = keysOf(address, person);
    this.#tries.delete(ofPerson);
    const tries = this.#tries.get(ofAddress);
    if (tries !== undefined) this.#tries.set(ofAddress, { ...tries, count: tries.count - 1, until: 0 });
  }

  #known(key: string, at: number): Tries | undefined {
    const tries = this.#tries.get(key);
    // Either way: a clock that is set back must not make anybody wait for it.
    return tries === undefined || Math.abs(at - tries.last) > FORGIVEN_AFTER ? undefined : tries;
  }
}

function keysOf(address: string, person: string | null): [string, Patience][] {
  const ofAddress: [string, Patience] = [`address ${networkOf(address)}`, OF_ADDRESS];
  return person === null ? [ofAddress] : [ofAddress, [`person ${person}`, OF_PERSON]];
}

/** Whoever has one address of IPv6 has the 2^64 beside it too. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = "", tail] = address.split("::", 2);
  const before = head.split(":").filter(Boolean);
  const after = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const all = [
    ...before,
    ...Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0"),
    ...after,
  ];
  return all.slice(0, 4).join(":");
}
