import type { Stores } from "../desk/receive-message.ts";
import { sweepAttachments } from "../desk/sweep-attachments.ts";
import { DAY, HOUR, MINUTE, now } from "../domain/time.ts";
import type { Storage } from "../storage/open.ts";
import { deleteEndedKeys } from "../storage/one-time-keys.ts";
import { deleteEndedSessions } from "../storage/sessions.ts";
import { foldTallies } from "../storage/fold-tallies.ts";
import { deletePrivateEvents } from "../storage/events.ts";
import { deleteExpiredKeys } from "../storage/idempotency-keys.ts";
import { deleteExpiredUndos } from "../storage/undos.ts";

const EVERY = 10 * MINUTE;

/** How long an Idempotency-Key is remembered (B2). */
const KEY_LIFETIME = DAY;

/** What was filed is seldom read raw again: with a bucket, small mail stays in the database for so long. */
const ROW_LIFETIME = HOUR;

/** How long it is known what happened to somebody's drafts and the like: who was away for longer reads them again. */
const PRIVATE_EVENT_LIFETIME = DAY;
const MOST_EVENTS = 5000;

/** One round of what has to be cleaned up or caught up with, whoever left it. What fails does not keep the rest from its turn. */
export async function sweep(stores: Stores & Pick<Storage, "emptyRows">): Promise<void> {
  const { db, blobs } = stores;
  const done = await Promise.allSettled([
    sweepAttachments(db, blobs),
    stores.emptyRows(now() - ROW_LIFETIME),
    deleteExpiredKeys(db, now() - KEY_LIFETIME),
    deleteExpiredUndos(db, now()),
    deleteEndedSessions(db, now()),
    deleteEndedKeys(db, now() - DAY),
    deletePrivateEvents(db, now() - PRIVATE_EVENT_LIFETIME, MOST_EVENTS),
    foldTallies(db),
  ]);
  const failures = done.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
}

/** Sweeps at once and then every ten minutes until stopped. */
export function startSweeps(
  storage: Stores & Pick<Storage, "emptyRows">,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  let running = sweep(storage).catch(onError);
  const timer = setInterval(() => {
    running = running.then(async () => await sweep(storage)).catch(onError);
  }, EVERY);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
