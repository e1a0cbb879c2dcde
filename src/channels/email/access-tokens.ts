import { type AccessToken, type OAuthGrant, fetchAccessToken } from "../../mail/access-token.ts";
import type { HostPolicy } from "../../mail/host-guard.ts";
import { now } from "../../domain/time.ts";
import type { Db } from "../../storage/database.ts";
import type { TransportRow } from "../../storage/schema.ts";
import type { Vault } from "../../storage/secrets.ts";
import { replaceTransportSecret } from "../../storage/transports.ts";

/** Gives the access token that a transport signs in with now. */
export type AccessTokens = (transport: TransportRow, grant: OAuthGrant, policy: HostPolicy) => Promise<string>;

/** Access tokens, fetched when they are needed and kept for as long as they are valid; in memory only. */
export function openAccessTokens(db: Db, vault: Vault): AccessTokens {
  const known = new Map<string, AccessToken>();
  return async (transport, grant, policy) => {
    const { account_id, id, version, secret } = transport;
    const key = `${account_id}/${id}/${version}`;
    const kept = known.get(key);
    if (kept !== undefined && kept.expiresAt > now()) return kept.accessToken;
    const token = await fetchAccessToken(grant, policy);
    known.set(key, token);
    if (token.refreshToken !== null && secret !== null) {
      const sealed = vault.seal(JSON.stringify({ ...grant, refreshToken: token.refreshToken }));
      await db.transact(async (tx) => await replaceTransportSecret(tx, transport, sealed));
    }
    return token.accessToken;
  };
}
