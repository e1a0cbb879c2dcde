import { accountOfToken, hashToken } from "../domain/api-tokens.ts";
import { SECOND } from "../domain/time.ts";
import { accessChanges } from "../storage/access-changes.ts";
import { type TokenHolder, findTokenHolder } from "../storage/api-tokens.ts";
import type { Db } from "../storage/database.ts";

/** For so long a process may go on taking a token that another process on the same PostgreSQL has revoked (A2). */
export const LONGEST_BELIEVED = SECOND;

const MOST_TOKENS = 10_000;

interface Known {
  holder: TokenHolder;
  /** The database's mark and this process's changes when it was read; either tells that something may be different. */
  mark: number | null;
  changes: number;
  until: number;
}

/**
 * Whose a token is. What the database said is believed for as long as nothing was committed since (SQLite, whose mark any
 * commit of any process changes), or for a second (PostgreSQL), and never longer than until this process revokes a token.
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
    if (
      known !== undefined &&
      known.changes === changes &&
      (mark === null ? performance.now() < known.until : known.mark === mark)
    ) {
      return known.holder;
    }
    const accountId = accountOfToken(token);
    // Not by the clock that people set.
    const until = performance.now() + LONGEST_BELIEVED;
    const holder = accountId === null ? undefined : await findTokenHolder(this.#db, accountId, hashToken(token));
    this.#known.delete(token);
    if (holder === undefined) return undefined;
    // The one that was asked for longest ago makes room.
    if (this.#known.size >= MOST_TOKENS) this.#known.delete(this.#known.keys().next().value ?? "");
    this.#known.set(token, { holder, mark, changes, until });
    return holder;
  }
}
