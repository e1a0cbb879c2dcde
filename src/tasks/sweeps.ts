import { processPendingMessages } from "../desk/receive-message.ts";
import { sweepAttachments } from "../desk/sweep-attachments.ts";
import { DAY, MINUTE, now } from "../domain/time.ts";
import { deleteExpiredKeys } from "../storage/idempotency-keys.ts";
import type { Storage } from "../storage/open.ts";

const EVERY = 10 * MINUTE;

/** How long an Idempotency-Key is remembered (B2). */
const KEY_LIFETIME = DAY;

/** One round of what has to be cleaned up or caught up with, whoever left it. What fails does not keep the rest from its turn. */
export async function sweep({ db, blobs }: Pick<Storage, "db" | "blobs">): Promise<void> {
  const done = await Promise.allSettled([
    processPendingMessages({ db, blobs }),
    sweepAttachments(db, blobs),
    db.transact(async (tx) => await deleteExpiredKeys(tx, now() - KEY_LIFETIME)),
  ]);
  const failures = done.flatMap((each): unknown[] => (each.status === "rejected" ? [each.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("; "));
}

/** Sweeps at once and then every ten minutes until stopped. */
export function startSweeps(
  storage: Pick<Storage, "db" | "blobs">,
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
