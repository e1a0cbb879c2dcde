import { MINUTE, now } from "../domain/time.ts";
import { noteTokenUse } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";

/** Remembers when tokens were used and writes it in batches, at most once a minute (A2). */
export class TokenUses {
  readonly #db: Db;
  readonly #uses = new Map<string, { accountId: string; at: number }>();
  readonly #timer: NodeJS.Timeout;

  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db;
    this.#timer = setInterval(() => {
      this.flush().catch(onError);
    }, MINUTE);
    this.#timer.unref();
  }

  note(accountId: string, tokenId: string): void {
    const known = this.#uses.get(tokenId);
    if (known === undefined) this.#uses.set(tokenId, { accountId, at: now() });
    else known.at = now();
  }

  async flush(): Promise<void> {
    if (this.#uses.size === 0) return;
    const uses = [...this.#uses];
    this.#uses.clear();
    await this.#db.transact(async (tx) => {
      for (const [tokenId, { accountId, at }] of uses) await noteTokenUse(tx, accountId, tokenId, at);
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
