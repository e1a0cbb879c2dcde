import { accountOfToken, hashToken } from "../domain/api-tokens.ts";
import { accessChanges } from "../storage/access-changes.ts";
import { type TokenHolder, findTokenHolder } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";

const MOST_TOKENS = 10_000;

interface Known {
  holder: TokenHolder;
  /** The database's mark and this process's changes when it was read; either tells that something may be different. */
  mark: number;
  changes: number;
}

/**
 * Whose a token is. What the database said is believed for as long as nothing was committed since: SQLite has a mark that any
 * commit of any process changes. PostgreSQL has none and is asked each time, so that a revoked token opens nothing from the
 * next request on, whichever process revoked it (A2).
 */
export class KnownTokens {
  readonly #db: Db;
  readonly #known = new Map<string, Known>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Undefined when no account has such a token, or it is revoked. */
  async find(token: string): Promise<TokenHolder | undefined> {
    const mark = this.#db.changeMark();
    const changes = accessChanges();
    const known = this.#known.get(token);
    if (known !== undefined && known.changes === changes && known.mark === mark) return known.holder;
    const accountId = accountOfToken(token);
    const holder = accountId === null ? undefined : await findTokenHolder(this.#db, accountId, hashToken(token));
    this.#known.delete(token);
    if (holder === undefined || mark === null) return holder;
    // The one that was asked for longest ago makes room.
    if (this.#known.size >= MOST_TOKENS) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(token, { holder, mark, changes });
    return holder;
  }
}
