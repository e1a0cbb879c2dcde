import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { newId } from "../domain/ids.ts";
import { MINUTE, now } from "../domain/time.ts";
import type { Db, Tx } from "../storage/database.ts";
import { insertOneTimeKey } from "../storage/one-time-keys.ts";
import { ensureProperty } from "../storage/properties.ts";

const LIFETIME = 5 * MINUTE;
const RANDOM_BYTES = 16;
const TIME_BYTES = 6;

/**
 * A challenge for a passkey that says itself whether it is ours, for what, and until when: nothing is stored for somebody who
 * only asks, and any process knows what another one gave out. Answered, it is used up: see `useChallenge`.
 */
export async function makeChallenge(db: Db, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const until = Buffer.alloc(TIME_BYTES);
  until.writeUIntBE(now() + LIFETIME, 0, TIME_BYTES);
  const head = Buffer.concat([randomBytes(RANDOM_BYTES), until]);
  return new Uint8Array(Buffer.concat([head, await mark(db, purpose, head)]));
}

/** Whether a challenge (in base64url, as browsers send it back) is ours for this purpose, and still good. */
export async function isOurChallenge(db: Db, purpose: string, challenge: string): Promise<boolean> {
  const bytes = Buffer.from(challenge, "base64url");
  const head = bytes.subarray(0, RANDOM_BYTES + TIME_BYTES);
  const given = bytes.subarray(RANDOM_BYTES + TIME_BYTES);
  const expected = await mark(db, purpose, head);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return head.readUIntBE(RANDOM_BYTES, TIME_BYTES) > now();
}

/** Uses a challenge up; returns false when it was before. */
export async function useChallenge(tx: Tx, accountId: string, userId: string, challenge: string): Promise<boolean> {
  const at = now();
  return await insertOneTimeKey(tx, {
    account_id: accountId,
    id: newId(),
    kind: "challenge",
    user_id: userId,
    key_hash: createHash("sha256").update(challenge).digest("hex"),
    created_at: at,
    expires_at: at + LIFETIME,
    used_at: at,
  });
}

async function mark(db: Db, purpose: string, head: Uint8Array): Promise<Buffer> {
  const secret = await ensureProperty(db, "challenge_secret", () => randomBytes(32).toString("hex"));
  return createHmac("sha256", secret).update(`${purpose}\n`).update(head).digest().subarray(0, 16);
}
