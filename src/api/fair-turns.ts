/** Milliseconds of one turn of the event loop that requests take before an account that has had its share waits. */
const SHARE = 1;

/** Milliseconds for which an account counts as one that others may keep waiting. */
const PRESENCE = 10_000;

/**
 * Whose request is next, where several accounts ask at once: one that asks as fast as it can makes itself wait, not the
 * others. In each turn of the event loop every account has one request, and more while the turn is young; what is over waits for
 * the next turn, one request an account, in the order of each. An account that is alone never waits.
 */
export class FairTurns {
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #served = new Set<string>();
  #began: number | null = null;
  #last = "";
  #togetherUntil = 0;

  /** Resolves when a request of the account may go on; undefined: it may at once. */
  take(accountId: string): Promise<void> | undefined {
    const at = performance.now();
    if (accountId !== this.#last) {
      if (this.#last !== "") this.#togetherUntil = at + PRESENCE;
      this.#last = accountId;
    }
    const queue = this.#waiting.get(accountId);
    if (queue === undefined) {
      if (at > this.#togetherUntil) return undefined;
      if (this.#began === null) this.#begin(at);
      if (!this.#served.has(accountId) || at - (this.#began ?? at) < SHARE) {
        this.#served.add(accountId);
        return undefined;
      }
    }
    return new Promise((resolve) => {
      if (queue === undefined) this.#waiting.set(accountId, [resolve]);
      else queue.push(resolve);
    });
  }

  #begin(at: number): void {
    this.#began = at;
    this.#served.clear();
    setImmediate(() => this.#next());
  }

  #next(): void {
    if (this.#waiting.size === 0) {
      this.#began = null;
      return;
    }
    this.#begin(performance.now());
    for (const [accountId, queue] of this.#waiting) {
      queue.shift()?.();
      this.#served.add(accountId);
      if (queue.length === 0) this.#waiting.delete(accountId);
    }
  }
}
