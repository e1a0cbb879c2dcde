import { setImmediate as nextTurn } from "node:timers/promises";
import type { ReceivedMessageRow } from "../storage/schema.ts";
import { type Keep, type Received, storeReceivedMessages } from "./store-received.ts";

/** So many messages and bytes are made durable with one commit. */
const MOST_TOGETHER = 64;
const BYTES_TOGETHER = 4 * 1024 * 1024;

/** How long one waits for others that are being brought, in milliseconds: a commit costs more than that. */
const LONGEST_WAIT = 3;

interface Waiting {
  received: Received;
  resolve: (row: ReceivedMessageRow) => void;
  reject: (error: unknown) => void;
}

/** Mail on its way to the disk. */
export interface Intake {
  /** Resolves with the message's row once it is durable. */
  take(received: Received): Promise<ReceivedMessageRow>;
  /** Whether any waits for that now. */
  isBusy(): boolean;
}

/**
 * Stores what many connections bring at the same time: those that wait for each other anyway are durable with one commit, and
 * none is told before that. `coming` says how many are being brought, those that wait included. If a commit fails, each is stored alone, so that the one at fault takes nothing of the others with it.
 */
export function openIntake(
  keep: Keep,
  { coming = () => 0, longestWait = LONGEST_WAIT }: { coming?: () => number; longestWait?: number } = {},
): Intake {
  const waiting: Waiting[] = [];
  let draining = false;
  const drain = async (): Promise<void> => {
    draining = true;
    while (waiting.length > 0) {
      // What other connections bring comes along: each commit less is a wait for the disk less, for all of them.
      const until = performance.now() + longestWait;
      do await nextTurn();
      while (waiting.length < Math.min(coming(), MOST_TOGETHER) && performance.now() < until);
      // Each help desk's in a transaction of its own; on SQLite those that wait for each other share the commit all the same.
      const byAccount = Map.groupBy(takeFrom(waiting), ({ received }) => received.accountId);
      await Promise.all([...byAccount.values()].map(async (own) => await storeTogether(keep, own)));
    }
    draining = false;
  };
  return {
    async take(received) {
      const { promise, resolve, reject } = Promise.withResolvers<ReceivedMessageRow>();
      waiting.push({ received, resolve, reject });
      if (!draining) void drain();
      return await promise;
    },
    isBusy: () => draining,
  };
}

function takeFrom(waiting: Waiting[]): Waiting[] {
  let count = 1;
  let bytes = waiting[0]?.received.raw.byteLength ?? 0;
  for (; count < Math.min(waiting.length, MOST_TOGETHER); count += 1) {
    bytes += waiting[count]?.received.raw.byteLength ?? 0;
    if (bytes > BYTES_TOGETHER) break;
  }
  return waiting.splice(0, count);
}

/** Settles each; never rejects. */
async function storeTogether(keep: Keep, all: readonly Waiting[]): Promise<void> {
  try {
    const rows = await storeReceivedMessages(
      keep,
      all.map(({ received }) => received),
    );
    for (const [index, { resolve, reject }] of all.entries()) {
      const row = rows[index];
      if (row === undefined) reject(new Error("what was stored has a row"));
      else resolve(row);
    }
  } catch (error) {
    if (all.length === 1) all[0]?.reject(error);
    else for (const each of all) await storeTogether(keep, [each]);
  }
}
