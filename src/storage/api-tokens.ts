import { noteAccessChange } from "./access-changes.ts";
import type { Reader, Tx } from "./database.ts";
import { prepared } from "./prepared.ts";
import type { AccountRow, ApiTokenRow } from "./schema.ts";

export async function insertApiToken(tx: Tx, token: ApiTokenRow): Promise<void> {
  await tx.query.insertInto("api_tokens").values(token).execute();
}

/** An account, as far as every request needs it. */
export type AskedAccount = Pick<AccountRow, "id" | "site" | "credits_per_minute" | "requests_per_second">;

export type TokenHolder = AskedAccount & { token_id: string };

const holderByHash = prepared((db, { accountId, hash }: { accountId: string; hash: string }) =>
  db
    .selectFrom("api_tokens")
    .innerJoin("accounts", "accounts.id", "api_tokens.account_id")
    .select([
      "accounts.id",
      "accounts.site",
      "accounts.credits_per_minute",
      "accounts.requests_per_second",
      "api_tokens.id as token_id",
    ])
    .where("api_tokens.account_id", "=", accountId)
    .where("api_tokens.token_hash", "=", hash)
    .where("api_tokens.revoked_at", "is", null),
);

/** The account that a token opens and the token's id; undefined when it is unknown or revoked (A2). */
export async function findTokenHolder(
  reader: Reader,
  accountId: string,
  hash: string,
): Promise<TokenHolder | undefined> {
  return await holderByHash.first(reader, { accountId, hash });
}

/** All tokens, oldest first, the revoked ones included. */
export async function listApiTokens(reader: Reader, accountId: string): Promise<ApiTokenRow[]> {
  return await reader.query
    .selectFrom("api_tokens")
    .selectAll()
    .where("account_id", "=", accountId)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
}

/** Returns false when there is no such token. A token already revoked stays as it is. */
export async function revokeApiToken(tx: Tx, accountId: string, id: string, at: number): Promise<boolean> {
  tx.onCommit(noteAccessChange);
  const row = await tx.query
    .updateTable("api_tokens")
    .set((token) => ({ revoked_at: token.fn.coalesce("revoked_at", token.val(at)) }))
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Notes when a token was last used; an older note never replaces a newer one. */
export async function noteTokenUse(tx: Tx, accountId: string, id: string, at: number): Promise<void> {
  await tx.query
    .updateTable("api_tokens")
    .set({ last_used_at: at })
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .where((token) => token.or([token("last_used_at", "is", null), token("last_used_at", "<", at)]))
    .execute();
}

export async function findApiToken(reader: Reader, accountId: string, id: string): Promise<ApiTokenRow | undefined> {
  return await reader.query
    .selectFrom("api_tokens")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("id", "=", id)
    .executeTakeFirst();
}
