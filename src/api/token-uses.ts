import { MINUTE, now } from "../domain/time.ts";
import { noteTokenUse } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";

/** Fewer than a pool has connections: requests go on beside it. */
const BATCH = 8;

/** Remembers when tokens were used and writes it in batches, at most once a minute (A2). */
export class TokenUses {
  readonly #db: Db;
  /** By account, of each token. */
  readonly #uses = new Map<string, Map<string, number>>();
  readonly #timer: NodeJS.Timeout;

  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db;
    this.#timer = setInterval(() => {
      this.flush().catch(onError);
    }, MINUTE);
    this.#timer.unref();
  }

  note(accountId: string, tokenId: string): void {
    const known = this.#uses.get(accountId);
    if (known === undefined) this.#uses.set(accountId, new Map([[tokenId, now()]]));
    else known.set(tokenId, now());
  }

  /** Each account in a transaction of its own: on Citus one over all would span the nodes. Those of a batch share a commit on SQLite. */
  async flush(): Promise<void> {
    const uses = [...this.#uses];
    this.#uses.clear();
    for (let from = 0; from < uses.length; from += BATCH) {
      await Promise.all(
        uses.slice(from, from + BATCH).map(async ([accountId, tokens]) => {
          await this.#db.transact(async (tx) => {
            for (const [tokenId, at] of tokens) await noteTokenUse(tx, accountId, tokenId, at);
          });
        }),
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
