import type { Reach } from "../../domain/fail-points.ts";
import { type OAuthGrant, fetchAccessToken } from "../../mail/access-token.ts";
import { type HostPolicy, resolveSafely } from "../../mail/host-guard.ts";
import { IMAP_LIMITS, type ImapLimits, ImapSession } from "../../mail/imap.ts";
import type { MailboxRow } from "../../storage/schema.ts";
import { Unsealable, type Vault } from "../../storage/secrets.ts";
import type { RenewedTokens } from "./renewed-tokens.ts";

/** What is sealed in a mailbox's `secret`, as JSON. */
export type MailboxSecret = { password: string } | OAuthGrant;

/** What a connection needs that no row has. */
export interface MailboxMeans {
  vault: Vault;
  /** Absent where no settings are tried out before they are kept. */
  renewed?: RenewedTokens;
  /** Hosts of the operator's own network that any help desk may name. */
  allowPrivateHosts: readonly string[];
  /** The largest message that is taken, in bytes. */
  mailLimit: number;
  /** Other limits than usual (tests). */
  limits?: Partial<ImapLimits>;
  /** Told of each step of a fetch (crash tests). */
  reach?: Reach;
}

/** Keeps a secret, sealed, in place of the one that is used up: the authorization server gave another refresh token. */
export type KeepSecret = (sealed: string) => Promise<void>;

/** Opens a session with a mailbox. Throws `MailError`, or `Unsealable` when its secret is lost. */
export async function openMailbox(
  mailbox: MailboxRow,
  means: MailboxMeans,
  keepSecret: KeepSecret,
): Promise<ImapSession> {
  const policy: HostPolicy = { allowPrivate: mailbox.allow_private === 1 ? true : means.allowPrivateHosts };
  const secret = openSecret(mailbox, means.vault);
  const { address } = await resolveSafely(mailbox.host, policy);
  const { credentials, newSecret } = await credentialsOf(mailbox, secret, policy, means);
  const { host, port, security, username, folder } = mailbox;
  const writable = mailbox.after_import !== "leave";
  // Before anything that may fail: the old one is good for nothing now.
  if (newSecret !== null) await keepSecret(newSecret);
  return await ImapSession.open(
    { host, address, port, security, username, credentials, folder, writable },
    { ...IMAP_LIMITS, messageBytes: means.mailLimit, ...means.limits },
  );
}

function openSecret({ secret, username, host }: MailboxRow, vault: Vault): MailboxSecret {
  try {
    return JSON.parse(vault.unseal(secret)) as MailboxSecret;
  } catch (error) {
    if (!(error instanceof Unsealable)) throw error;
    const mend = 'set it again with "cantrip mailbox password"';
    const message = `the password of ${username} on ${host} cannot be read (${error.message}): ${mend}`;
    throw new Unsealable(message, { cause: error });
  }
}

async function credentialsOf(
  { account_id }: MailboxRow,
  secret: MailboxSecret,
  policy: HostPolicy,
  { vault, renewed }: MailboxMeans,
): Promise<{ credentials: { password: string } | { accessToken: string }; newSecret: string | null }> {
  if ("password" in secret) return { credentials: secret, newSecret: null };
  const { accessToken, refreshToken } =
    renewed === undefined ? await fetchAccessToken(secret, policy) : await renewed.fetch(account_id, secret, policy);
  const newSecret = refreshToken === null ? null : vault.seal(JSON.stringify({ ...secret, refreshToken }));
  return { credentials: { accessToken }, newSecret };
}
