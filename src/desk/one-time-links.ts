import { accountOfToken, generateToken, hashToken } from "../domain/api-tokens.ts";
import { newId } from "../domain/ids.ts";
import { DAY, HOUR, now } from "../domain/time.ts";
import type { Reader, Tx } from "../storage/database.ts";
import { findOneTimeKey, insertOneTimeKey } from "../storage/one-time-keys.ts";
import type { OneTimeKeyKind, OneTimeKeyRow, UserRow } from "../storage/schema.ts";
import { findUser } from "../storage/users.ts";

export type LinkKind = Exclude<OneTimeKeyKind, "challenge">;

/** How long a link opens something; null: until it is used. */
const LIFETIMES: Record<LinkKind, number | null> = { setup: null, invitation: 7 * DAY, "password-reset": HOUR };

/** Where the web client has the page for it. */
const PATHS: Record<LinkKind, (key: string) => string> = {
  setup: (key) => `/setup?key=${key}`,
  invitation: (key) => `/invitations/${key}`,
  "password-reset": (key) => `/password-resets/${key}`,
};

/** A new key that lets a user in once. It is in the answer and nowhere else, ever; earlier ones stay good until one is used. */
export async function makeLinkKey(tx: Tx, kind: LinkKind, { account_id, id }: UserRow): Promise<string> {
  const key = generateToken(account_id);
  const at = now();
  const lifetime = LIFETIMES[kind];
  await insertOneTimeKey(tx, {
    account_id,
    id: newId(),
    kind,
    user_id: id,
    key_hash: hashToken(key),
    created_at: at,
    expires_at: lifetime === null ? null : at + lifetime,
    used_at: null,
  });
  return key;
}

/** The link of a key. `origin` is how the user reaches this server. */
export function linkOf(kind: LinkKind, origin: string, key: string): string {
  return origin + PATHS[kind](key);
}

export interface LinkHolder {
  key: OneTimeKeyRow;
  user: UserRow;
}

/** Whom a key lets in; undefined when it is none, is over or was used, or its user may not sign in any more. */
export async function findLinkHolder(reader: Reader, kind: LinkKind, key: string): Promise<LinkHolder | undefined> {
  const accountId = accountOfToken(key);
  if (accountId === null) return undefined;
  const row = await findOneTimeKey(reader, accountId, kind, hashToken(key), now());
  const user = row?.user_id == null ? undefined : await findUser(reader, accountId, row.user_id);
  return row === undefined || user === undefined || user.disabled_at !== null ? undefined : { key: row, user };
}
