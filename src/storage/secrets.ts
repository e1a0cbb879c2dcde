import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Seals what must be kept and must not be read from the database or a backup alone: passwords of mail servers. */
export interface Vault {
  seal(text: string): string;
  /** Throws `Unsealable` when the text was sealed under another key, or is damaged. */
  unseal(sealed: string): string;
}

/** A secret that this installation's key does not open: the key was lost, or the data came from elsewhere. */
export class Unsealable extends Error {
  override readonly name = "Unsealable";
  readonly code = "UNSEALABLE";
}

export const KEY_FILE = "secret.key";

const CIPHER = "aes-256-gcm";
const VERSION = "v1";

/**
 * The vault of an installation: under `key`, else under the key in the data folder's `secret.key`, which is made when
 * something is first sealed. The file is no part of a backup.
 */
export function openVault({ data, key }: { data: string; key: Uint8Array | null }): Vault {
  let known = key;
  const sealing = (): Uint8Array => (known ??= readKeyFile(data) ?? makeKeyFile(data));
  const unsealing = (): Uint8Array => {
    known ??= readKeyFile(data);
    if (known === null) throw new Unsealable(`there is no ${KEY_FILE} in ${data} to open it with`);
    return known;
  };
  return {
    seal(text) {
      // 96 random bits: NIST SP 800-38D 8.2.2 allows 2^32 messages under one key.
      const nonce = randomBytes(12);
      const cipher = createCipheriv(CIPHER, sealing(), nonce);
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return [VERSION, nonce, cipher.getAuthTag(), sealed]
        .map((part) => (typeof part === "string" ? part : part.toString("base64url")))
        .join(".");
    },
    unseal(sealed) {
      const [version, nonce = "", tag = "", text = ""] = sealed.split(".");
      if (version !== VERSION) throw new Unsealable("it is not in a form that this version knows");
      try {
        const decipher = createDecipheriv(CIPHER, unsealing(), Buffer.from(nonce, "base64url"), { authTagLength: 16 });
        decipher.setAuthTag(Buffer.from(tag, "base64url"));
        return decipher.update(Buffer.from(text, "base64url")).toString("utf8") + decipher.final("utf8");
      } catch (error) {
        if (error instanceof Unsealable) throw error;
        throw new Unsealable("it was sealed under another key, or is damaged", { cause: error });
      }
    },
  };
}

function readKeyFile(data: string): Uint8Array | null {
  let text: string;
  try {
    text = readFileSync(join(data, KEY_FILE), "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const key = Buffer.from(text, "base64");
  if (key.byteLength !== 32) throw new Unsealable(`${KEY_FILE} in ${data} holds no key of 32 bytes`);
  return key;
}

/** Made whole under another name and then linked: of two processes one wins, and both read the same key. */
function makeKeyFile(data: string): Uint8Array {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const path = join(data, KEY_FILE);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeSync(file, `${randomBytes(32).toString("base64")}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  const folder = openSync(data, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
  const key = readKeyFile(data);
  if (key === null) throw new Error(`${path} vanished while it was made`);
  return key;
}
