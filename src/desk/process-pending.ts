import { MINUTE, SECOND, now } from "../domain/time.ts";
import type { Verdicts } from "../mail/authentication.ts";
import { claimAttempt, findReceivedMessage, listLeftBehind, noteFailedAttempt } from "../storage/received-messages.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import { judgeMailboxes } from "./judge-sender.ts";
import { type Stores, processReceivedMessage, quarantine } from "./receive-message.ts";

/** Messages that are judged side by side, then filed one after the other: an answer must find what it answers. */
const BATCH = 32;

/** After so many attempts a message is put aside: it may be what ends the process. */
const MOST_ATTEMPTS = 10;

/** How long a message is left alone after its n-th attempt, whether that failed or the process ended: 10 s, doubling, at most 10 minutes. */
function attemptDelay(attempts: number): number {
  return Math.min(10 * SECOND * 2 ** (attempts - 1), 10 * MINUTE);
}

/**
 * Processes what was stored at least `age` milliseconds ago and is pending, of every account, oldest first: its process ended
 * in between, or the storage failed. Returns how many. Several processes may do so at once: each message is one's. Those
 * that fail stay pending, wait longer each time, and do not hold up the others; rejects at the end with all their errors.
 */
export async function processPendingMessages(desk: Stores, age = 0): Promise<number> {
  const { db, judge = judgeMailboxes } = desk;
  const failures: unknown[] = [];
  const tried = new Set<string>();
  let done = 0;
  for (;;) {
    const at = now();
    const rows = (await listLeftBehind(db, { at, before: at - age }, BATCH + tried.size)).filter(
      ({ id }) => !tried.has(id),
    );
    if (rows.length === 0) break;
    const judged = rows.map(async (row) => await judge(desk, row));
    // Looked at when its turn comes.
    for (const each of judged) each.catch(() => undefined);
    for (const [index, row] of rows.entries()) {
      tried.add(row.id);
      await attempt(desk, row, judged[index]).then(
        (processed) => (done += processed ? 1 : 0),
        (error: unknown) => failures.push(error),
      );
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} received messages are still pending`);
  return done;
}

/** Counted before it is made, so that a message that ends the process is counted too. False when another process has it. */
async function attempt(desk: Stores, row: ReceivedMessageRow, judged?: Promise<Verdicts | null>): Promise<boolean> {
  const { db } = desk;
  const { account_id, id } = row;
  const at = now();
  const nextTryAt = at + attemptDelay(row.attempts + 1);
  const attempts = await db.transact(async (tx) => await claimAttempt(tx, row, at, nextTryAt));
  if (attempts === undefined) return false;
  if (attempts > MOST_ATTEMPTS) {
    const { reason = null } = (await findReceivedMessage(db, account_id, id)) ?? {};
    await quarantine(desk, row, `it failed ${MOST_ATTEMPTS} times: ${reason ?? "nobody knows why"}`);
    return true;
  }
  try {
    await processReceivedMessage(desk, account_id, id, judged);
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // As far as the storage that fails can write it down.
    await db.transact(async (tx) => await noteFailedAttempt(tx, account_id, id, reason)).catch(() => undefined);
    throw error;
  }
}
