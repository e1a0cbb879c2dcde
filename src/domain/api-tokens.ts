import { createHash, randomBytes } from "node:crypto";
import { isId } from "./ids.ts";

/** A new API token: its account's id, `_`, 256 random bits (A2). Shown once, stored as its hash only. */
export function generateToken(accountId: string): string {
  return `${accountId}_${randomBytes(32).toString("base64url")}`;
}

/** The account that a token claims to open; null when it has not the form of a token. */
export function accountOfToken(token: string): string | null {
  const accountId = token.slice(0, 24);
  return token.length <= 200 && token[24] === "_" && isId(accountId) ? accountId : null;
}

/** Lower-case hex SHA-256: what is stored and compared. The token is random, so it needs no salt. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
