import type { Tx } from "../storage/database.ts";
import { recordAudit } from "../storage/audit-entries.ts";
import { deleteOpenKeysOf } from "../storage/one-time-keys.ts";
import type { UserRow } from "../storage/schema.ts";
import { deleteSessionsOf } from "../storage/sessions.ts";
import { updateUser } from "../storage/users.ts";
import { type FactorMethod, factorMethods } from "./second-factors.ts";
import { type SignInPlace, openSession } from "./sessions.ts";

/** A session as it begins: what the cookie holds, and what is still to be shown; nothing when somebody is signed in. */
export interface BegunSession {
  token: string;
  methods: readonly FactorMethod[];
}

/** How somebody showed who they are, for the audit log. */
export type SignInMeans = "password" | "passkey" | "invitation" | "password-reset" | "setup";

/** Begins the session of somebody who has shown who they are, but for a second factor when they have one. */
export async function beginSession(
  tx: Tx,
  user: UserRow,
  place: SignInPlace,
  means: SignInMeans,
): Promise<BegunSession> {
  const methods = means === "passkey" ? [] : await factorMethods(tx, user);
  const token = await openSession(tx, user.account_id, user.id, place, methods.length > 0);
  if (methods.length === 0) await recordSignIn(tx, user, place, { by: means });
  return { token, methods };
}

/** Records that somebody is signed in now. */
export async function recordSignIn(tx: Tx, user: UserRow, place: SignInPlace, details: object): Promise<void> {
  await recordOwn(tx, user, place.address, "session.created", { ...details });
}

/** Records that somebody tried to sign in as a user who is known, and did not succeed. */
export async function recordRefusal(tx: Tx, user: UserRow, address: string | null, details: object): Promise<void> {
  await recordOwn(tx, user, address, "session.refused", { ...details });
}

async function recordOwn(
  tx: Tx,
  { account_id, id }: UserRow,
  address: string | null,
  action: string,
  details: Record<string, unknown>,
): Promise<void> {
  const by = { account: { id: account_id }, actor: { tokenId: null, userId: id }, address };
  await recordAudit(tx, by, { action, subject: id, details });
}

/**
 * Gives a user a new password: their other sessions end, and the links they were sent open nothing any more. Returns the
 * user as they are now.
 */
export async function changePassword(
  tx: Tx,
  user: UserRow,
  passwordHash: string,
  { address, keepSession, means }: { address: string | null; keepSession: string | null; means: string },
): Promise<UserRow> {
  const { account_id, id } = user;
  const changed = await updateUser(tx, account_id, id, { password_hash: passwordHash });
  await deleteSessionsOf(tx, account_id, id, keepSession);
  await deleteOpenKeysOf(tx, account_id, id);
  await recordOwn(tx, user, address, "password.changed", { by: means });
  return changed;
}
