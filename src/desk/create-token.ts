import { generateToken, hashToken } from "../domain/api-tokens.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import { insertApiToken } from "../storage/api-tokens.ts";
import type { Tx } from "../storage/database.ts";

/** Installs the API app once more: a token of its own (A2). The token is in the answer and nowhere else, ever. */
export async function createToken(
  tx: Tx,
  accountId: string,
  name: string,
  faults: Faults,
): Promise<{ id: string; name: string; token: string }> {
  if (name.trim() === "") faults.add("name must not be empty");
  faults.throwIfAny();
  const token = generateToken(accountId);
  const id = newId();
  await insertApiToken(tx, {
    account_id: accountId,
    id,
    name,
    token_hash: hashToken(token),
    created_at: now(),
    last_used_at: null,
    revoked_at: null,
  });
  return { id, name, token };
}
