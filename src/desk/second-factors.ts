import type { Faults } from "../domain/faults.ts";
import { NotFound } from "../domain/errors.ts";
import { generateRecoveryCodes, hashRecoveryCode, isRecoveryCode } from "../domain/recovery-codes.ts";
import { generateTimeSecret, stepOfTimeCode, timeCodeUri } from "../domain/time-codes.ts";
import { now } from "../domain/time.ts";
import type { Reader, Tx } from "../storage/database.ts";
import type { UserRow } from "../storage/schema.ts";
import {
  countRecoveryCodes,
  deletePasskey,
  listPasskeys,
  replaceRecoveryCodes,
  takeRecoveryCode,
  takeTimeStep,
} from "../storage/second-factors.ts";
import { Unsealable, type Vault } from "../storage/secrets.ts";
import { lockUser, updateUser } from "../storage/users.ts";

export type FactorMethod = "totp" | "passkey" | "recovery";

/** With what a user proves who they are besides the password; empty when the password is enough. */
export async function factorMethods(reader: Reader, user: UserRow): Promise<FactorMethod[]> {
  const passkeys = await listPasskeys(reader, user.account_id, user.id);
  const methods: FactorMethod[] = [
    ...(user.totp_confirmed_at === null ? [] : ["totp" as const]),
    ...(passkeys.length === 0 ? [] : ["passkey" as const]),
  ];
  return methods.length === 0 ? [] : [...methods, "recovery"];
}

/** Takes a code of the authenticator app or a recovery code, each once; returns which it was, null when it is none. */
export async function takeFactorCode(
  tx: Tx,
  vault: Vault,
  user: UserRow,
  code: string,
): Promise<"totp" | "recovery" | null> {
  const { account_id, id } = user;
  if (isRecoveryCode(code)) {
    return (await takeRecoveryCode(tx, account_id, id, hashRecoveryCode(id, code))) ? "recovery" : null;
  }
  if (user.totp_confirmed_at === null) return null;
  const secret = openSecret(vault, user);
  const step = secret === null ? null : stepOfTimeCode(secret, code, now());
  return step !== null && (await takeTimeStep(tx, account_id, id, step)) ? "totp" : null;
}

/** Begins to set up an authenticator app: a new secret, in force once `confirmTimeCodes` was given a code of it. */
export async function beginTimeCodes(
  tx: Tx,
  vault: Vault,
  { account_id, id, email }: UserRow,
  issuer: string,
  faults: Faults,
): Promise<{ secret: string; uri: string }> {
  const user = await lockUser(tx, account_id, id);
  if (user === undefined) throw new NotFound();
  if (user.totp_confirmed_at !== null) faults.add("totp is set up already: remove it first");
  faults.throwIfAny();
  const secret = generateTimeSecret();
  await updateUser(tx, account_id, id, { totp_secret: vault.seal(secret), totp_last_step: null });
  return { secret, uri: timeCodeUri(secret, issuer, email) };
}

/** Puts the authenticator app into force. Returns recovery codes, unless there are some. */
export async function confirmTimeCodes(
  tx: Tx,
  vault: Vault,
  { account_id, id }: UserRow,
  code: string,
  faults: Faults,
): Promise<string[] | null> {
  const user = await lockUser(tx, account_id, id);
  if (user === undefined) throw new NotFound();
  if (user.totp_secret === null || user.totp_confirmed_at !== null) faults.add("totp is not being set up: begin again");
  faults.throwIfAny();
  const secret = openSecret(vault, user);
  const step = secret === null ? null : stepOfTimeCode(secret, code, now());
  if (step === null) faults.add("code must be the six digits that the app shows now; check the clock of the device");
  faults.throwIfAny();
  await updateUser(tx, account_id, id, { totp_confirmed_at: now(), totp_last_step: step });
  return await ensureRecoveryCodes(tx, user);
}

/** Takes the authenticator app out of force; with the last second factor the recovery codes go too. */
export async function removeTimeCodes(tx: Tx, user: UserRow): Promise<void> {
  const changes = { totp_secret: null, totp_confirmed_at: null, totp_last_step: null };
  const without = await updateUser(tx, user.account_id, user.id, changes);
  await dropRecoveryCodes(tx, without);
}

/** Ten recovery codes for a user who has a second factor and none; null when there are some. */
export async function ensureRecoveryCodes(tx: Tx, user: UserRow): Promise<string[] | null> {
  if ((await countRecoveryCodes(tx, user.account_id, user.id)) > 0) return null;
  return await renewRecoveryCodes(tx, user);
}

/** Ten new recovery codes; those from before are worth nothing any more. */
export async function renewRecoveryCodes(tx: Tx, { account_id, id }: UserRow): Promise<string[]> {
  const codes = generateRecoveryCodes();
  const hashes = codes.map((code) => hashRecoveryCode(id, code));
  await replaceRecoveryCodes(tx, account_id, id, hashes, now());
  return codes;
}

/** Recovery codes without anything to recover would be a password of their own. */
export async function dropRecoveryCodes(tx: Tx, user: UserRow): Promise<void> {
  if ((await factorMethods(tx, user)).length > 0) return;
  await replaceRecoveryCodes(tx, user.account_id, user.id, [], now());
}

/** Null when it cannot be opened: then only a passkey or a recovery code helps, and setting it up anew. */
function openSecret(vault: Vault, { totp_secret }: UserRow): string | null {
  try {
    return totp_secret === null ? null : vault.unseal(totp_secret);
  } catch (error) {
    if (error instanceof Unsealable) return null;
    throw error;
  }
}

/** Leaves a user the password alone: for who has lost everything else. */
export async function removeSecondFactors(tx: Tx, user: UserRow): Promise<void> {
  for (const { id } of await listPasskeys(tx, user.account_id, user.id)) {
    await deletePasskey(tx, user.account_id, user.id, id);
  }
  await removeTimeCodes(tx, user);
}
