import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

// OWASP's first choice for scrypt: 128 MiB, one lane.
const COST = 2 ** 17;
const BLOCK_SIZE = 8;
const PARALLELISM = 1;
const KEY_LENGTH = 32;

/** `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST, BLOCK_SIZE, PARALLELISM);
  return ["scrypt", COST, BLOCK_SIZE, PARALLELISM, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

const SHORTEST = 10;
const LONGEST = 1024;

/** What is wrong with a new password, as the end of a sentence that starts with the field's name; null when nothing is. */
export function passwordFault(password: string, email: string): string | null {
  const { length } = Array.from(password);
  if (length < SHORTEST) return `must have at least ${SHORTEST} characters`;
  if (length > LONGEST) return `must have at most ${LONGEST} characters`;
  if (password.trim().toLowerCase() === email.trim().toLowerCase()) return "must not be the email address";
  if (new Set(password).size < 4) return "must not be one or two characters again and again";
  return null;
}

/** Stands for the password of somebody who has none: no password is this one. */
const NOBODYS = ["scrypt", COST, BLOCK_SIZE, PARALLELISM, "AAAAAAAAAAAAAAAAAAAAAA", "A".repeat(43)].join("$");

/** Whether a password is the one that was hashed. Takes as long for a wrong one, and when there is none to compare with. */
export async function checkPassword(password: string, known: string | null): Promise<boolean> {
  const stored = known ?? NOBODYS;
  const [scheme, cost, blockSize, parallelism, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64url");
  const found = await derive(
    password,
    Buffer.from(salt, "base64url"),
    Number(cost),
    Number(blockSize),
    Number(parallelism),
  );
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** A password to hand out: 100 bits, no characters that look alike. */
export function generatePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const digits = Array.from({ length: 20 }, () => alphabet[randomBytes(4).readUInt32BE() % alphabet.length]);
  return [0, 5, 10, 15].map((start) => digits.slice(start, start + 5).join("")).join("-");
}

/** Each takes 128 MiB and a core: however many want to sign in, the others wait. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function derive(
  password: string,
  salt: Buffer,
  cost: number,
  blockSize: number,
  parallelism: number,
): Promise<Buffer> {
  const options = { N: cost, r: blockSize, p: parallelism, maxmem: 256 * cost * blockSize };
  return await inTurn(
    async () =>
      await new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize("NFKC"), salt, KEY_LENGTH, options, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      }),
  );
}
