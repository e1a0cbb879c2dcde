import { type Stored, type Stores, processReceivedMessages } from "../desk/receive-message.ts";
import { judgeMailboxes } from "../desk/judge-sender.ts";
import { SECOND } from "../domain/time.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { findReceivedMessage } from "../storage/received-messages.ts";
import type { ReceivedMessageRow } from "../storage/schema.ts";

/** How long those behind wait for a message that is still being judged: its sender's DNS is slow, or there is none. */
const PATIENCE = 2 * SECOND;

/** What the judge says of a message. */
type Judged = Awaited<NonNullable<Stored["judging"]>>;

/** What is not durable yet goes before what is, but for no longer than this, in milliseconds: filing never stands still. */
const LONGEST_BREAK = 500;

/** How often it is looked whether that is over, in milliseconds. */
const LOOK = 5;

/** So many messages and bytes are filed with one commit, when they wait for each other anyway. */
const MOST_TOGETHER = 64;
const BYTES_TOGETHER = 2 * 1024 * 1024;

interface Waiting extends Stored {
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
  /** Whether mail waits to be stored now: it has been promised to nobody yet, and its sender waits. */
  isBusy?: () => boolean;
}

/**
 * Files messages one after the other in the order in which they came, so that an answer finds what it answers, and with no
 * more memory than a large one takes. Those that wait are filed with one commit. All are judged from the moment they come, side by side; one that takes long steps out of the
 * line, and is filed when it is judged.
 */
export function openMailLine(
  stores: Stores,
  onError: (error: unknown) => void,
  { patience = PATIENCE, isBusy = () => false }: MailLineOptions = {},
): MailLine {
  const { db, judge = judgeMailboxes } = stores;
  const stopping = new AbortController();
  let line: Promise<void> = Promise.resolve();
  const inLine = (work: () => Promise<unknown>): void => {
    line = line.then(async () => (stopping.signal.aborted ? undefined : await work())).then(() => undefined, onError);
  };
  const waiting: Waiting[] = [];
  const judgeOne = async ({
    accountId,
    receivedId,
    row: known,
  }: Stored): Promise<{ size: number; verdicts: Judged }> => {
    const row = known ?? (await findReceivedMessage(db, accountId, receivedId));
    if (row === undefined) return { size: 0, verdicts: null };
    return { size: row.size, verdicts: await judge(stores, row) };
  };
  /** Those behind it that are judged too and small enough to be filed with it. */
  const withNext = (first: Waiting): Waiting[] => {
    const together = [first];
    let bytes = first.size ?? BYTES_TOGETHER;
    while (together.length < MOST_TOGETHER) {
      bytes += waiting[0]?.size ?? BYTES_TOGETHER;
      if (bytes > BYTES_TOGETHER) break;
      together.push(...waiting.splice(0, 1));
    }
    return together;
  };
  return {
    add(accountId, receivedId, row) {
      const asked = judgeOne({ accountId, receivedId, row });
      const judging = asked.then(({ verdicts }) => verdicts);
      const own: Waiting = { accountId, receivedId, row, judging, size: null };
      const judged = asked.then(
        ({ size }) => {
          own.size = size;
          return true;
        },
        () => true,
      );
      judging.catch(() => undefined);
      const late = afterwards(patience, stopping.signal);
      waiting.push(own);
      inLine(async () => {
        // Filed by now with one before it?
        if (waiting[0] !== own) return;
        for (const until = performance.now() + LONGEST_BREAK; isBusy() && performance.now() < until;) await sleep(LOOK);
        waiting.shift();
        if (await Promise.race([judged, late])) await processReceivedMessages(stores, withNext(own));
        else void judged.then(() => inLine(async () => await processReceivedMessages(stores, [own])));
      });
    },
    async stop() {
      stopping.abort();
      await line;
    },
  };
}

async function afterwards(milliseconds: number, signal: AbortSignal): Promise<false> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const end = (): void => resolve(false);
  const timer = setTimeout(end, milliseconds);
  timer.unref();
  signal.addEventListener("abort", end, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
