import { accountOfToken, hashToken } from "../domain/api-tokens.ts";
import { SharedRuns } from "../domain/shared-runs.ts";
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
 * commit of any process changes. PostgreSQL has none and is asked each time, after the request came, so that a revoked token opens
 * nothing from the next request on, whichever process revoked it (A2); those that come at the same moment share the answer.
 */
export class KnownTokens {
  readonly #db: Db;
  readonly #known = new Map<string, Known>();
  readonly #asked = new SharedRuns<TokenHolder | undefined>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Undefined when no account has such a token, or it is revoked. */
  async find(token: string): Promise<TokenHolder | undefined> {
    const mark = this.#db.changeMark();
    const changes = accessChanges();
    const known = this.#known.get(token);
    if (known !== undefined && known.changes === changes && known.mark === mark) return known.holder;
    if (mark === null) return await this.#asked.ask(token, async () => await this.#ask(token));
    const holder = await this.#ask(token);
    this.#known.delete(token);
    if (holder === undefined) return undefined;
    // The one that was asked for longest ago makes room.
    if (this.#known.size >= MOST_TOKENS) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(token, { holder, mark, changes });
    return holder;
  }

  async #ask(token: string): Promise<TokenHolder | undefined> {
    const accountId = accountOfToken(token);
    return accountId === null ? undefined : await findTokenHolder(this.#db, accountId, hashToken(token));
  }
}
