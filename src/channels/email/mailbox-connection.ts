import type { Reach } from "../../domain/fail-points.ts";
import { type OAuthGrant, fetchAccessToken } from "../../mail/access-token.ts";
import { type HostPolicy, resolveSafely } from "../../mail/host-guard.ts";
import { IMAP_LIMITS, type ImapLimits, ImapSession } from "../../mail/imap.ts";
import type { MailboxRow } from "../../storage/schema.ts";
import { Unsealable, type Vault } from "../../storage/secrets.ts";

/** What is sealed in a mailbox's `secret`, as JSON. */
export type MailboxSecret = { password: string } | OAuthGrant;

/** What a connection needs that no row has. */
export interface MailboxMeans {
  vault: Vault;
  /** Hosts of the operator's own network that any help desk may name. */
  allowPrivateHosts: readonly string[];
  /** The largest message that is taken, in bytes. */
  mailLimit: number;
  /** Other limits than usual (tests). */
  limits?: Partial<ImapLimits>;
  /** Told of each step of a fetch (crash tests). */
  reach?: Reach;
}

export interface OpenedMailbox {
  session: ImapSession;
  /** The secret to keep in place of the old one, sealed, when the authorization server gave another refresh token. */
  newSecret: string | null;
}

/** Opens a session with a mailbox. Throws `MailError`, or `Unsealable` when its secret is lost. */
export async function openMailbox(mailbox: MailboxRow, means: MailboxMeans): Promise<OpenedMailbox> {
  const policy: HostPolicy = { allowPrivate: mailbox.allow_private === 1 ? true : means.allowPrivateHosts };
  const secret = openSecret(mailbox, means.vault);
  const { address } = await resolveSafely(mailbox.host, policy);
  const { credentials, newSecret } = await credentialsOf(secret, policy, means.vault);
  const { host, port, security, username, folder } = mailbox;
  const writable = mailbox.after_import !== "leave";
  const session = await ImapSession.open(
    { host, address, port, security, username, credentials, folder, writable },
    { ...IMAP_LIMITS, messageBytes: means.mailLimit, ...means.limits },
  );
  return { session, newSecret };
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
  secret: MailboxSecret,
  policy: HostPolicy,
  vault: Vault,
): Promise<{ credentials: { password: string } | { accessToken: string }; newSecret: string | null }> {
  if ("password" in secret) return { credentials: secret, newSecret: null };
  const { accessToken, refreshToken } = await fetchAccessToken(secret, policy);
  const newSecret = refreshToken === null ? null : vault.seal(JSON.stringify({ ...secret, refreshToken }));
  return { credentials: { accessToken }, newSecret };
}
