import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Db, Reader, Tx } from "../storage/database.ts";
import type { PasskeyRow, UserRow } from "../storage/schema.ts";
import { findPasskey, insertPasskey, listPasskeys, notePasskeyUse } from "../storage/second-factors.ts";
import { userName } from "../storage/users.ts";
import { isOurChallenge, makeChallenge, useChallenge } from "./passkey-challenges.ts";
import { ensureRecoveryCodes } from "./second-factors.ts";

/** As whom this server asks for passkeys: they work for one host name and those below it (WebAuthn 5.1.2). */
export interface RelyingParty {
  /** A host name; browsers take no addresses. */
  id: string;
  origin: string;
  name: string;
}

/** The library brings readers of every attestation format along: loaded when the first passkey is. */
const webAuthn = async () => await import("@simplewebauthn/server");

/** What the browser needs to make a passkey for a user, who must prove who they are to it each time. */
export async function registrationOptions(db: Db, party: RelyingParty, user: UserRow): Promise<object> {
  const { generateRegistrationOptions } = await webAuthn();
  const known = await listPasskeys(db, user.account_id, user.id);
  return await generateRegistrationOptions({
    rpName: party.name,
    rpID: party.id,
    userID: new Uint8Array(Buffer.from(handleOf(user), "hex")),
    userName: user.email,
    userDisplayName: userName(user),
    challenge: await makeChallenge(db, registering(user)),
    attestationType: "none",
    excludeCredentials: known.map(({ credential_id, transports }) => ({
      id: credential_id,
      transports: JSON.parse(transports) as string[],
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
}

/** A passkey that the browser has made, checked. Null when it answers no challenge of ours, or is not sound. */
export async function readRegistration(
  db: Db,
  party: RelyingParty,
  user: UserRow,
  response: RegistrationResponseJSON,
): Promise<NewPasskey | null> {
  const { verifyRegistrationResponse } = await webAuthn();
  let challenge = "";
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: async (given) => {
      challenge = given;
      return await isOurChallenge(db, registering(user), given);
    },
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
  }).catch(() => null);
  if (verified?.verified !== true) return null;
  const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
  return {
    challenge,
    credential_id: id,
    public_key: Buffer.from(publicKey).toString("base64url"),
    sign_count: counter,
    transports: JSON.stringify(transports ?? []),
  };
}

export type NewPasskey = Pick<PasskeyRow, "credential_id" | "public_key" | "sign_count" | "transports"> & {
  challenge: string;
};

/** Keeps a passkey. Returns it, and recovery codes when the user has none yet. */
export async function addPasskey(
  tx: Tx,
  user: UserRow,
  name: string,
  { challenge, ...credential }: NewPasskey,
  faults: Faults,
): Promise<{ passkey: PasskeyRow; recoveryCodes: string[] | null }> {
  const { account_id, id } = user;
  const passkey: PasskeyRow = {
    account_id,
    id: newId(),
    user_id: id,
    name,
    ...credential,
    created_at: now(),
    last_used_at: null,
  };
  const fresh = await useChallenge(tx, account_id, id, challenge);
  if (!fresh || !(await insertPasskey(tx, passkey))) faults.add("response is already used: begin again");
  faults.throwIfAny();
  return { passkey, recoveryCodes: await ensureRecoveryCodes(tx, user) };
}

/**
 * What the browser needs to sign in with a passkey: any that it has for this server, or one of a user who has given their
 * password already. `purpose` ties the answer to what it is asked for.
 */
export async function authenticationOptions(
  db: Db,
  party: RelyingParty,
  purpose: string,
  user: UserRow | null,
): Promise<object> {
  const { generateAuthenticationOptions } = await webAuthn();
  const known = user === null ? [] : await listPasskeys(db, user.account_id, user.id);
  return await generateAuthenticationOptions({
    rpID: party.id,
    challenge: await makeChallenge(db, purpose),
    userVerification: user === null ? "required" : "preferred",
    ...(user !== null && {
      allowCredentials: known.map(({ credential_id, transports }) => ({
        id: credential_id,
        transports: JSON.parse(transports) as string[],
      })),
    }),
  });
}

/** The account that a passkey without a password says it belongs to; null when it says none. */
export function accountOfPasskey(response: AuthenticationResponseJSON): string | null {
  const handle = Buffer.from(response.response.userHandle ?? "", "base64url").toString("hex");
  return handle.length === 48 ? handle.slice(0, 24) : null;
}

export interface AnsweredPasskey {
  passkey: PasskeyRow;
  challenge: string;
  signCount: number;
}

/**
 * A passkey's answer, checked: it is known in the account, signs a challenge of ours for this purpose, and its count of uses
 * goes up if it counts at all. With `verified` it must have made sure who its user is. Null when anything of that is not so.
 */
export async function readAuthentication(
  db: Db,
  party: RelyingParty,
  { accountId, purpose, verified }: { accountId: string; purpose: string; verified: boolean },
  response: AuthenticationResponseJSON,
): Promise<AnsweredPasskey | null> {
  const passkey = await knownPasskey(db, accountId, response);
  if (passkey === undefined) return null;
  const { verifyAuthenticationResponse } = await webAuthn();
  let challenge = "";
  const result = await verifyAuthenticationResponse({
    response,
    expectedChallenge: async (given) => {
      challenge = given;
      return await isOurChallenge(db, purpose, given);
    },
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: verified,
    credential: {
      id: passkey.credential_id,
      publicKey: new Uint8Array(Buffer.from(passkey.public_key, "base64url")),
      counter: passkey.sign_count,
      transports: JSON.parse(passkey.transports) as string[],
    },
  }).catch(() => null);
  if (result?.verified !== true) return null;
  return { passkey, challenge, signCount: result.authenticationInfo.newCounter };
}

/** Uses up what a passkey answered; returns false when it was used before. */
export async function useAnswer(tx: Tx, { passkey, challenge, signCount }: AnsweredPasskey): Promise<boolean> {
  const fresh = await useChallenge(tx, passkey.account_id, passkey.user_id, challenge);
  return fresh && (await notePasskeyUse(tx, passkey, signCount, now()));
}

async function knownPasskey(
  reader: Reader,
  accountId: string,
  response: AuthenticationResponseJSON,
): Promise<PasskeyRow | undefined> {
  return await findPasskey(reader, accountId, response.id);
}

function registering({ account_id, id }: UserRow): string {
  return `register ${account_id} ${id}`;
}

/** What a passkey carries to say whose it is: account and user, 24 bytes. */
function handleOf({ account_id, id }: UserRow): string {
  return account_id + id;
}
