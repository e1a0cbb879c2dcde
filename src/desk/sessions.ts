import { generateToken, hashToken } from "../domain/api-tokens.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { insertSession } from "../storage/sessions.ts";

/** Where somebody signs in from, as they are shown it in the list of their sessions. */
export interface SignInPlace {
  address: string | null;
  userAgent: string | null;
}

const LONGEST_AGENT = 400;

/**
 * Begins a session. Returns what the cookie holds, which is in the answer and nowhere else, ever. While it is `pending` it
 * opens nothing but the second factor.
 */
export async function openSession(
  tx: Tx,
  accountId: string,
  userId: string,
  { address, userAgent }: SignInPlace,
  pending = false,
): Promise<string> {
  const token = generateToken(accountId);
  const at = now();
  await insertSession(tx, {
    account_id: accountId,
    id: newId(),
    user_id: userId,
    token_hash: hashToken(token),
    pending: pending ? 1 : 0,
    failures: 0,
    address,
    user_agent: userAgent?.slice(0, LONGEST_AGENT) ?? null,
    created_at: at,
    last_seen_at: at,
  });
  return token;
}
