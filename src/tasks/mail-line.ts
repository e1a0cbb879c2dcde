import { setTimeout as sleep } from "node:timers/promises";
import { judgeMailboxes } from "../desk/judge-sender.ts";
import { type Stored, type Stores, processReceivedMessages } from "../desk/receive-message.ts";
import { SECOND } from "../domain/time.ts";
import { findReceivedMessage } from "../storage/received-messages.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";

/** How long those behind wait for a message that is still being judged: its sender's DNS is slow, or there is none. */
const PATIENCE = 2 * SECOND;

/**
 * What is not durable yet goes before what is, for so long. Then filing has its turns, and stands back after each for so many
 * times what that took: a quarter of the processor, so that what waits to be filed does not grow for ever.
 */
const LONGEST_WAIT = 10 * SECOND;
const TURNS_OF_OTHERS = 3;

/** How often it is looked whether more waits to be made durable, in milliseconds. */
const LOOK = 5;

/** So many messages and bytes are filed with one commit, when they wait for each other anyway. */
const MOST_TOGETHER = 64;
const BYTES_TOGETHER = 2 * 1024 * 1024;

/** So many are judged ahead: enough that the next to be filed are ready, few enough to leave the processor to what comes in. */
const AHEAD = 2 * MOST_TOGETHER;

interface Waiting extends Stored {
  /** When it came. */
  since: number;
  /** Resolves when it is judged, or cannot be; null until that was begun, at `askedAt`. */
  judged: Promise<void> | null;
  askedAt: number;
  /** Null until it is judged; a row that cannot be read counts as large. */
  size: number | null;
}

/** Mail that was stored, on its way to become tickets. */
export interface MailLine {
  /** With its row, where that is at hand, nothing is read again. */
  add(accountId: string, receivedId: string, row?: ReceivedMessageRow): void;
  /** Takes up nothing more and waits for what is being filed; what is not judged yet stays pending. */
  stop(): Promise<void>;
}

export interface MailLineOptions {
  patience?: number;
  longestWait?: number;
  /** Whether mail waits to be stored now: it has been promised to nobody yet, and its sender waits. */
  isBusy?: () => boolean;
}

/**
 * Files messages one after the other in the order in which they came, so that an answer finds what it answers, and with no
 * more memory than a large one takes. Those that wait are filed with one commit. The first of them are judged side by side;
 * one that takes long steps out of the line, and is filed when it is judged.
 */
export function openMailLine(
  stores: Stores,
  onError: (error: unknown) => void,
  { patience = PATIENCE, longestWait = LONGEST_WAIT, isBusy = () => false }: MailLineOptions = {},
): MailLine {
  const stopping = new AbortController();
  const { signal } = stopping;
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  const judgeFirst = (): void => {
    for (const each of waiting.slice(0, AHEAD)) if (each.judged === null) beginJudging(stores, each);
  };
  /** The first in the line, with those behind it that can be filed with it; null when it is still being judged. */
  const takeNext = async (): Promise<Waiting[] | null> => {
    judgeFirst();
    const first = waiting.shift();
    if (first?.judged == null) return null;
    const isJudged = await within(first.judged, first.askedAt + patience - performance.now(), signal);
    if (isJudged) return [first, ...spliceJudged(waiting, first.size)];
    void stepAside(first);
    return null;
  };
  const stepAside = async (late: Waiting): Promise<void> => {
    await late.judged;
    waiting.unshift(late);
    begin();
  };
  const drain = async (): Promise<void> => {
    let took = 0;
    for (let [first] = waiting; first !== undefined && !signal.aborted; [first] = waiting) {
      const until = Math.max(first.since + longestWait, performance.now() + TURNS_OF_OTHERS * took);
      while (isBusy() && performance.now() < until && !signal.aborted) await sleep(LOOK);
      const next = signal.aborted ? null : await takeNext();
      if (next === null) continue;
      const began = performance.now();
      await processReceivedMessages(stores, next).catch(onError);
      took = performance.now() - began;
    }
    running = null;
  };
  const begin = (): void => {
    if (!signal.aborted) running ??= drain();
  };
  return {
    add(accountId, receivedId, row) {
      waiting.push({ accountId, receivedId, row, since: performance.now(), judged: null, askedAt: 0, size: null });
      if (waiting.length <= AHEAD) judgeFirst();
      begin();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

function beginJudging({ db, blobs, judge = judgeMailboxes }: Stores, each: Waiting): void {
  const { accountId, receivedId, row: known } = each;
  const asked = (async () => {
    const row = known ?? (await findReceivedMessage(db, accountId, receivedId));
    const verdicts = row === undefined ? null : await judge({ db, blobs }, row);
    each.size = row?.size ?? 0;
    return verdicts;
  })();
  each.askedAt = performance.now();
  each.judging = asked;
  // What it fails with is seen when it is filed.
  each.judged = asked.then(
    () => undefined,
    () => undefined,
  );
}

/** Takes those out of the line that are judged, and small enough to be filed with one of so many bytes. */
function spliceJudged(waiting: Waiting[], size: number | null): Waiting[] {
  let bytes = size ?? BYTES_TOGETHER;
  let count = 0;
  for (; count < MOST_TOGETHER - 1; count += 1) {
    bytes += waiting[count]?.size ?? BYTES_TOGETHER;
    if (bytes > BYTES_TOGETHER) break;
  }
  return waiting.splice(0, count);
}

/** Whether it is there in so many milliseconds, and before the signal. */
async function within(there: Promise<void>, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const end = (): void => resolve(false);
  const timer = setTimeout(end, Math.max(0, milliseconds));
  timer.unref();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([there.then(() => true), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
