import type { OAuthGrant } from "../../mail/access-token.ts";
import type { SmtpAuth, SmtpServer } from "../../mail/smtp-connection.ts";
import type { TransportRow } from "../../storage/schema.ts";
import { type Vault, Unsealable } from "../../storage/secrets.ts";
import type { AccessTokens } from "./access-tokens.ts";

/** The port that goes with the way a connection is secured (RFC 8314, RFC 6409, RFC 5321). */
export const DEFAULT_PORTS = { tls: 465, starttls: 587, none: 25 } as const;

/** A transport's secret cannot be opened: the message is what to do. */
export class SecretLost extends Error {
  override readonly name = "SecretLost";
}

/** What turns a transport into a server that can be used. */
export interface RelayMeans {
  vault: Vault;
  accessTokens: AccessTokens;
  /** Hosts of this network that a help desk may name. */
  allowPrivateHosts: readonly string[];
}

/** The mail server of a transport, its secret opened. */
export function relayOf(transport: TransportRow, means: RelayMeans): SmtpServer {
  const { account_id, id, version, host, port, security } = transport;
  const allowPrivate = transport.allow_private === 1 || means.allowPrivateHosts;
  return {
    key: `${account_id}/${id}/${version}`,
    host,
    port,
    security,
    auth: authOf(transport, means, allowPrivate),
    allowPrivate,
  };
}

function authOf(
  transport: TransportRow,
  { vault, accessTokens }: RelayMeans,
  allowPrivate: SmtpServer["allowPrivate"],
): SmtpAuth {
  const { auth, username, secret, host } = transport;
  if (auth === "none" || username === null || secret === null) return { kind: "none" };
  let opened: string;
  try {
    opened = vault.unseal(secret);
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    const mend = 'set it again with "cantrip transport set"';
    throw new SecretLost(`the password for ${host} cannot be read (${error.message}): ${mend}`, { cause: error });
  }
  if (auth === "password") return { kind: "password", user: username, password: opened };
  const grant = JSON.parse(opened) as OAuthGrant;
  return {
    kind: "xoauth2",
    user: username,
    accessToken: async () => await accessTokens(transport, grant, { allowPrivate }),
  };
}

/** The operator's own mail server, from a URL that `config.ts` has checked. It may be anywhere. */
export function relayOfUrl(text: string): SmtpServer {
  const url = new URL(text);
  const plain = url.searchParams.get("tls") === "none";
  const security = url.protocol === "smtps:" ? "tls" : plain ? "none" : "starttls";
  return {
    key: "CANTRIP_SMTP_URL",
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? DEFAULT_PORTS[security] : Number(url.port),
    security,
    auth:
      url.username === ""
        ? { kind: "none" }
        : { kind: "password", user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) },
    allowPrivate: true,
  };
}
