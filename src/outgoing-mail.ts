import { openAccessTokens } from "./channels/email/access-tokens.ts";
import { relayOfUrl } from "./channels/email/relay.ts";
import { RenewedTokens } from "./channels/email/renewed-tokens.ts";
import type { Config } from "./config.ts";
import type { DeliveryMeans } from "./desk/deliver-message.ts";
import { failAt } from "./domain/fail-points.ts";
import { openSmtpClient } from "./mail/smtp-client.ts";
import type { Storage } from "./storage/open.ts";
import { openVault } from "./storage/secrets.ts";

/** What sending mail needs, and most of what fetching it does, as the configuration says. Whoever asks for it closes its `smtp`. */
export function deliveryMeans(
  config: Config,
  { db, blobs }: Pick<Storage, "db" | "blobs">,
): DeliveryMeans & { renewed: RenewedTokens } {
  const vault = openVault({ data: config.data, key: config.secretKey });
  return {
    db,
    blobs,
    vault,
    accessTokens: openAccessTokens(db, vault),
    renewed: new RenewedTokens(),
    smtp: openSmtpClient(),
    relay: config.smtpUrl === null ? null : relayOfUrl(config.smtpUrl),
    allowPrivateHosts: config.allowPrivateHosts,
    publicUrl: config.publicUrl,
    reach: failAt(config.failPoint),
  };
}
