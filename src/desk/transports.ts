import { DEFAULT_PORTS } from "../channels/email/relay.ts";
import type { Faults } from "../domain/faults.ts";
import type { OAuthGrant } from "../mail/access-token.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import type { TransportAuth, TransportRow, TransportSecurity } from "../storage/schema.ts";
import type { Vault } from "../storage/secrets.ts";
import { findTransport, insertTransport, updateTransport } from "../storage/transports.ts";

export interface TransportInput {
  host: string;
  port?: number;
  security: TransportSecurity;
  auth: TransportAuth;
  username?: string;
  password?: string;
  /** For XOAUTH2. */
  grant?: OAuthGrant;
  /** Only an operator may say so: the host may be one of this network. */
  allowPrivate: boolean;
}

/** Says which mail server an inbox's replies go to; null stands for all inboxes without one of their own. */
export async function setTransport(
  tx: Tx,
  vault: Vault,
  accountId: string,
  inboxId: string | null,
  input: TransportInput,
  faults: Faults,
): Promise<TransportRow> {
  const { host, security, auth, username } = input;
  const secret = auth === "xoauth2" ? input.grant && JSON.stringify(input.grant) : input.password;
  if (!/^[a-zA-Z0-9.:_[\]-]{1,255}$/.test(host)) faults.add("host must be a host name or an address");
  if (auth !== "none" && !username) faults.add("user is required to sign in");
  if (auth === "password" && !secret) faults.add("password is required to sign in");
  if (auth === "xoauth2" && !secret) faults.add("grant is required to sign in with XOAUTH2");
  if (auth !== "none" && security === "none") {
    faults.add("security must be tls or starttls: a password is not sent over an unencrypted connection");
  }
  faults.throwIfAny();
  const columns = {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: input.port ?? DEFAULT_PORTS[security],
    security,
    auth,
    username: auth === "none" ? null : (username ?? null),
    secret: auth === "none" || secret === undefined ? null : vault.seal(secret),
    allow_private: input.allowPrivate ? (1 as const) : (0 as const),
  };
  const known = await findTransport(tx, accountId, inboxId);
  if (known !== undefined) {
    await updateTransport(tx, accountId, known.id, columns);
    return { ...known, ...columns, version: known.version + 1 };
  }
  const transport = {
    account_id: accountId,
    id: newId(),
    inbox_id: inboxId,
    ...columns,
    version: 1,
    created_at: now(),
  };
  await insertTransport(tx, transport);
  return transport;
}
