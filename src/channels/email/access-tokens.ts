import type { AccessToken, OAuthGrant } from "../../mail/access-token.ts";
import type { HostPolicy } from "../../mail/host-guard.ts";
import { MailError } from "../../mail/mail-error.ts";
import { now } from "../../domain/time.ts";
import type { Db } from "../../storage/database.ts";
import type { TransportRow } from "../../storage/schema.ts";
import type { Vault } from "../../storage/secrets.ts";
import { findTransportById, replaceTransportSecret } from "../../storage/transports.ts";
import { RenewedTokens } from "./renewed-tokens.ts";

/** Gives the access token that a transport signs in with now. */
export type AccessTokens = (transport: TransportRow, grant: OAuthGrant, policy: HostPolicy) => Promise<string>;

/**
 * Access tokens, fetched when they are needed and kept for as long as they are valid; in memory only. Those who ask at the
 * same moment share one request: some authorization servers take a refresh token once, and a second use for a theft.
 */
export function openAccessTokens(db: Db, vault: Vault): AccessTokens {
  const renewed = new RenewedTokens();
  const known = new Map<string, AccessToken>();
  const running = new Map<string, Promise<AccessToken>>();

  const renew = async (transport: TransportRow, grant: OAuthGrant, policy: HostPolicy): Promise<AccessToken> => {
    const token = await renewed.fetch(transport.account_id, grant, policy);
    if (token.refreshToken !== null && transport.secret !== null) {
      const sealed = vault.seal(JSON.stringify({ ...grant, refreshToken: token.refreshToken }));
      await db.transact(async (tx) => await replaceTransportSecret(tx, transport, sealed));
    }
    return token;
  };

  /** Refused, it may be another process that has used the refresh token, and stored the next one. */
  const renewOrFollow: typeof renew = async (transport, grant, policy) => {
    try {
      return await renew(transport, grant, policy);
    } catch (error) {
      if (!(error instanceof MailError) || error.code !== "oauth_refused") throw error;
      const current = await findTransportById(db, transport.account_id, transport.id);
      if (current?.secret == null || current.secret === transport.secret) throw error;
      return await renew(current, JSON.parse(vault.unseal(current.secret)) as OAuthGrant, policy);
    }
  };

  return async (transport, grant, policy) => {
    const { account_id, id, version } = transport;
    const key = `${account_id}/${id}/${version}`;
    const kept = known.get(key);
    if (kept !== undefined && kept.expiresAt > now()) return kept.accessToken;
    const asked = running.get(key) ?? renewOrFollow(transport, grant, policy).finally(() => running.delete(key));
    running.set(key, asked);
    const token = await asked;
    known.set(key, token);
    return token.accessToken;
  };
}
