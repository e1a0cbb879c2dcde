import { createHash } from "node:crypto";
import { HOUR, now } from "../../domain/time.ts";
import { type AccessToken, type OAuthGrant, fetchAccessToken } from "../../mail/access-token.ts";
import type { HostPolicy } from "../../mail/host-guard.ts";

/** Long enough to try settings out, and then to keep them. */
const REMEMBERED = HOUR;
const MOST = 10_000;

/**
 * What this process saw of refresh tokens that took another's place. Settings that were tried out are kept with the token
 * that a person typed in, and some authorization servers take a token once: it is then good for nothing.
 */
export class RenewedTokens {
  /** By a hash of the account and the one that is used up. */
  readonly #next = new Map<string, { refreshToken: string; until: number }>();

  /** As `fetchAccessToken`, with the token that took the given one's place. */
  async fetch(accountId: string, grant: OAuthGrant, policy: HostPolicy): Promise<AccessToken> {
    const current = this.#follow(accountId, grant);
    const token = await fetchAccessToken(current, policy);
    if (token.refreshToken !== null) this.#remember(keyOf(accountId, current), token.refreshToken);
    // Whoever has the one that was typed in has to keep the one that is good now.
    const isOther = current.refreshToken !== grant.refreshToken;
    return { ...token, refreshToken: token.refreshToken ?? (isOther ? current.refreshToken : null) };
  }

  #follow(accountId: string, grant: OAuthGrant): OAuthGrant {
    let current = grant;
    for (let steps = 0; steps < MOST; steps += 1) {
      const next = this.#next.get(keyOf(accountId, current));
      if (next === undefined || next.until <= now()) break;
      current = { ...current, refreshToken: next.refreshToken };
    }
    return current;
  }

  #remember(key: string, refreshToken: string): void {
    const oldest = this.#next.size < MOST ? undefined : this.#next.keys().next().value;
    if (oldest !== undefined) this.#next.delete(oldest);
    this.#next.set(key, { refreshToken, until: now() + REMEMBERED });
  }
}

function keyOf(accountId: string, { tokenUrl, clientId, refreshToken }: OAuthGrant): string {
  return createHash("sha256")
    .update(JSON.stringify([accountId, tokenUrl, clientId, refreshToken]))
    .digest("base64");
}
