import { sql } from "kysely";
import { Conflict, Invalid, Malformed } from "../../domain/errors.ts";
import { DAY, now } from "../../domain/time.ts";
import type { Db, Tx } from "../../storage/database.ts";
import { deleteExpiredKey, findIdempotencyKey, insertIdempotencyKey } from "../../storage/idempotency-keys.ts";
import type { IdempotencyKeyRow } from "../../storage/schema.ts";
import type { Vault } from "../../storage/secrets.ts";
import type { Answer } from "./answer.ts";

/** How long a key is remembered (B2). */
export const KEY_LIFETIME = DAY;
const KEY_LENGTH = 255;

/** A POST that says how it can be told from another (B2). */
export interface IdempotentRequest {
  accountId: string;
  tokenId: string;
  /** Verb, path and key. */
  request: string;
  /** Of the body's bytes; null until they are read. */
  bodyHash: string | null;
  /** Seals the answer that is kept, where it holds a secret that is kept nowhere else. */
  vault?: Vault;
}

/** Stands for the hash of a request without a body. */
const NO_BODY = "none";

/** The `Idempotency-Key` header; null when there is none. */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const key = String(header);
  if (key === "" || key.length > KEY_LENGTH) {
    throw new Malformed(`Idempotency-Key must have 1 to ${KEY_LENGTH} characters`);
  }
  return key;
}

/** Statuses that say nothing about the request itself: asked again, it may go through. */
const NOT_KEPT = new Set([401, 409, 415, 429]);

export function isKept(status: number): boolean {
  return status < 500 && !NOT_KEPT.has(status);
}

/** Requests that this process is working on. Across processes PostgreSQL's advisory locks tell. */
const running = new Set<string>();

/**
 * Runs a write in a transaction. With a key, its answer commits with it, and the same request again gets that answer
 * without running: also after a crash, and also when both arrive at once (the second is told 409).
 */
export async function runOnce(
  db: Db,
  request: IdempotentRequest | null,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  if (request === null) return await db.transact(work);
  const identity = `${request.accountId} ${request.tokenId} ${request.request}`;
  if (running.has(identity)) throw stillRunning();
  running.add(identity);
  try {
    return await db.transact(async (tx) => {
      await lockRequest(tx, identity);
      const kept = await findFresh(tx, request);
      if (kept !== undefined) return replay(kept, request);
      const answer = await work(tx);
      await insertIdempotencyKey(tx, keyRow(request, answer));
      return answer;
    });
  } finally {
    running.delete(identity);
  }
}

/**
 * As `runOnce`, for work that takes several transactions: its answer is kept after the last of them. After a crash in
 * between, the same request runs again, so the work must be of a kind that does no harm the second time.
 */
export async function runInSteps(
  db: Db,
  request: IdempotentRequest | null,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (request === null) return await work();
  const identity = `${request.accountId} ${request.tokenId} ${request.request}`;
  if (running.has(identity)) throw stillRunning();
  running.add(identity);
  try {
    const kept = await db.transact(async (tx) => await findFresh(tx, request));
    if (kept !== undefined) return replay(kept, request);
    const answer = await work();
    await db.transact(async (tx) => await insertIdempotencyKey(tx, keyRow(request, answer)));
    return answer;
  } finally {
    running.delete(identity);
  }
}

/**
 * The answer that a request had before; null for one that is new. For work that has to be done ahead of `runOnce`, and that
 * would not go through a second time.
 */
export async function answerBefore(db: Db, request: IdempotentRequest | null): Promise<Answer | null> {
  if (request === null) return null;
  const kept = await db.transact(async (tx) => await findFresh(tx, request));
  return kept === undefined ? null : replay(kept, request);
}

/** Keeps the refusal of a request, whose own transaction is rolled back. A key that is there already stays. */
export async function keepRefusal(db: Db, request: IdempotentRequest, refusal: Answer): Promise<void> {
  if (!isKept(refusal.status)) return;
  await db.transact(async (tx) => {
    await findFresh(tx, request);
    await insertIdempotencyKey(tx, keyRow(request, refusal));
  });
}

async function lockRequest(tx: Tx, identity: string): Promise<void> {
  if (tx.engine !== "postgres") return;
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${identity}, 0)) as locked`.execute(tx.query);
  if (rows[0]?.locked !== true) throw stillRunning();
}

function stillRunning(): Conflict {
  return new Conflict("running", "Conflict: a request with this Idempotency-Key is still running");
}

async function findFresh(tx: Tx, request: IdempotentRequest): Promise<IdempotencyKeyRow | undefined> {
  const kept = await findIdempotencyKey(tx, request.accountId, request.tokenId, request.request);
  if (kept === undefined || kept.created_at >= now() - KEY_LIFETIME) return kept;
  await deleteExpiredKey(tx, kept, now() - KEY_LIFETIME);
  return undefined;
}

function replay(kept: IdempotencyKeyRow, request: IdempotentRequest): Answer {
  if (kept.body_hash !== (request.bodyHash ?? NO_BODY)) {
    throw new Invalid(["Idempotency-Key is already used for another body: use a new key"]);
  }
  return {
    status: kept.status,
    ...(kept.body !== null && { body: JSON.parse(request.vault?.unseal(kept.body) ?? kept.body) as unknown }),
    ...(kept.location !== null && { location: kept.location }),
    ...(kept.version !== null && { version: kept.version }),
  };
}

function keyRow(request: IdempotentRequest, answer: Answer): IdempotencyKeyRow {
  return {
    account_id: request.accountId,
    token_id: request.tokenId,
    request: request.request,
    body_hash: request.bodyHash ?? NO_BODY,
    status: answer.status,
    location: answer.location ?? null,
    version: answer.version ?? null,
    body: answer.body === undefined ? null : sealed(request, JSON.stringify(answer.body)),
    created_at: now(),
  };
}

function sealed({ vault }: IdempotentRequest, text: string): string {
  return vault === undefined ? text : vault.seal(text);
}
