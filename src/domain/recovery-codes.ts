import { createHash, randomInt } from "node:crypto";

const COUNT = 10;

/** No characters that look alike. */
const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** Ten codes of 79 random bits, to be kept on paper: `k7mp-3xqa-…`. Shown once, stored as their hashes only. */
export function generateRecoveryCodes(): string[] {
  return Array.from({ length: COUNT }, () =>
    Array.from({ length: 4 }, () =>
      Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join(""),
    ).join("-"),
  );
}

/** Whether a text has the form of a recovery code, however a person types it. */
export function isRecoveryCode(text: string): boolean {
  return plain(text).length === 16 && !/^\d+$/.test(plain(text));
}

/** Lower-case hex SHA-256, of the code and whose it is. */
export function hashRecoveryCode(userId: string, code: string): string {
  return createHash("sha256")
    .update(`${userId} ${plain(code)}`)
    .digest("hex");
}

function plain(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]/g, "");
}
