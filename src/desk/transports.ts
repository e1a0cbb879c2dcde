import { DEFAULT_PORTS } from "../channels/email/relay.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import type { OAuthGrant } from "../mail/access-token.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findInbox } from "../storage/inboxes.ts";
import type { TransportAuth, TransportRow, TransportSecurity } from "../storage/schema.ts";
import type { Vault } from "../storage/secrets.ts";
import {
  deleteTransport,
  findTransport,
  findTransportById,
  lockTransport,
  insertTransport,
  updateTransport,
} from "../storage/transports.ts";
import type { Precondition } from "./precondition.ts";

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
  const prepared = prepareTransport(vault, accountId, inboxId, input, faults);
  const known = await findTransport(tx, accountId, inboxId);
  if (known !== undefined) return await replaceTransport(tx, known, prepared);
  await insertTransport(tx, prepared);
  return prepared;
}

/** A transport as it would be: checked, and not kept yet. */
export function prepareTransport(
  vault: Vault,
  accountId: string,
  inboxId: string | null,
  input: TransportInput,
  faults: Faults,
): TransportRow {
  const { host, security, auth, username } = input;
  const secret = auth === "xoauth2" ? input.grant && JSON.stringify(input.grant) : input.password;
  checkTransport(input, faults);
  if (auth === "password" && !secret) faults.add("password is required to sign in");
  if (auth === "xoauth2" && !secret) faults.add("oauth is required to sign in with XOAUTH2");
  faults.throwIfAny();
  return {
    account_id: accountId,
    id: newId(),
    inbox_id: inboxId,
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: input.port ?? DEFAULT_PORTS[security],
    security,
    auth,
    username: auth === "none" ? null : (username ?? null),
    secret: auth === "none" || secret === undefined ? null : vault.seal(secret),
    allow_private: input.allowPrivate ? (1 as const) : (0 as const),
    version: 1,
    created_at: now(),
  };
}

function checkTransport({ host, security, auth, username }: TransportInput, faults: Faults): void {
  if (!/^[a-zA-Z0-9.:_[\]-]{1,255}$/.test(host)) faults.add("host must be a host name or an address");
  if (auth !== "none" && !username) faults.add("user is required to sign in");
  if (auth !== "none" && security === "none") {
    faults.add("security must be tls or starttls: a password is not sent over an unencrypted connection");
  }
}

/** Adds a mail server; where there is one already, that is a fault. */
export async function addTransport(
  tx: Tx,
  vault: Vault,
  accountId: string,
  inboxId: string | null,
  input: TransportInput,
  faults: Faults,
): Promise<TransportRow> {
  if (inboxId !== null && (await findInbox(tx, accountId, inboxId)) === undefined) {
    faults.add("inbox_id must be the id of an inbox, or null for all without one of their own");
  } else if ((await findTransport(tx, accountId, inboxId)) !== undefined) {
    faults.add("inbox_id has a mail server already: change that one");
  }
  const prepared = prepareTransport(vault, accountId, inboxId, input, faults);
  await insertTransport(tx, prepared);
  return prepared;
}

/** What may change; what is absent stays, a secret too, as long as it goes to the same host under the same name. */
export type TransportUpdate = Partial<Omit<TransportInput, "allowPrivate">>;

/**
 * Changes a mail server. With another host or user the secret is asked for again: else whoever may change settings could
 * have it sent to a host of their own. What the operator allowed holds for the host that was allowed.
 */
export async function changeTransport(
  tx: Tx,
  vault: Vault,
  accountId: string,
  id: string,
  input: TransportUpdate,
  faults: Faults,
  precondition: Precondition,
): Promise<TransportRow> {
  const known = await lockTransport(tx, accountId, id);
  if (known === undefined) throw new NotFound();
  precondition(known.version);
  const merged = mergeTransport(known, input);
  const hasSecret = input.password !== undefined || input.grant !== undefined;
  const isSame = merged.host === known.host && merged.username === (known.username ?? undefined);
  if (merged.auth === "none" || hasSecret || !isSame || merged.auth !== known.auth) {
    return await replaceTransport(tx, known, prepareTransport(vault, accountId, known.inbox_id, merged, faults));
  }
  checkTransport(merged, faults);
  faults.throwIfAny();
  const { port = known.port, security } = merged;
  return await replaceTransport(tx, known, { ...known, port, security });
}

function mergeTransport(known: TransportRow, input: TransportUpdate): TransportInput {
  const host = input.host ?? known.host;
  const security = input.security ?? known.security;
  const username = input.username ?? known.username ?? undefined;
  return {
    host,
    security,
    port: input.port ?? (input.security === undefined ? known.port : DEFAULT_PORTS[security]),
    auth: input.auth ?? known.auth,
    ...(username !== undefined && { username }),
    ...(input.password !== undefined && { password: input.password }),
    ...(input.grant !== undefined && { grant: input.grant }),
    allowPrivate: known.allow_private === 1 && host === known.host,
  };
}

async function replaceTransport(tx: Tx, known: TransportRow, wanted: TransportRow): Promise<TransportRow> {
  const { host, port, security, auth, username, secret, allow_private } = wanted;
  const columns = { host, port, security, auth, username, secret, allow_private };
  await updateTransport(tx, known.account_id, known.id, columns);
  return { ...known, ...columns, version: known.version + 1 };
}

/** Sends by it no more. */
export async function removeTransport(tx: Tx, accountId: string, id: string): Promise<void> {
  const known = await findTransportById(tx, accountId, id);
  if (known === undefined) throw new NotFound();
  await deleteTransport(tx, accountId, known.inbox_id);
}
