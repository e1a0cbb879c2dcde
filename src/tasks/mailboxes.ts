import { randomUUID } from "node:crypto";
import type { MailboxMeans } from "../channels/email/mailbox-connection.ts";
import { fetchHeldMailbox } from "../desk/fetch-mailbox.ts";
import type { Stores } from "../desk/receive-message.ts";
import { SECOND, now } from "../domain/time.ts";
import { claimMailboxes, isMailboxDue, renewLeases } from "../storage/mailboxes.ts";
import type { MailboxRow } from "../storage/schema.ts";

/** A process that dies loses its mailboxes after this time. */
const LEASE = 25 * SECOND;
const RENEW = 8 * SECOND;

/** How often mailboxes that nobody fetches are looked for. */
const POLL = 2 * SECOND;

/** Connections that one process keeps open. When more mailboxes are due, those without mail make room. */
const MOST = 500;

export interface MailboxesOptions {
  means: MailboxMeans;
  onError: (error: unknown, mailbox: MailboxRow | null) => void;
  most?: number;
  poll?: number;
  lease?: number;
  /** Between two attempts at a message. */
  retryAfter?: number;
}

/**
 * Fetches the mailboxes of all accounts until stopped. Processes on one database share them: each mailbox is fetched by
 * one at a time, which holds it by a lease and renews that.
 */
export function startMailboxes(
  storage: Stores,
  { means, onError, most = MOST, poll = POLL, lease = LEASE, retryAfter }: MailboxesOptions,
): { stop(): Promise<void> } {
  const { db } = storage;
  const holder = randomUUID();
  const stopping = new AbortController();
  const running = new Map<string, { mailbox: MailboxRow; abort: AbortController; ended: Promise<void> }>();
  let crowded = false;

  const start = (mailbox: MailboxRow): void => {
    const abort = new AbortController();
    const options = {
      watch: true,
      signal: abort.signal,
      restless: () => crowded,
      ...(retryAfter !== undefined && { retryAfter }),
    };
    const ended = fetchHeldMailbox({ storage, means, holder }, mailbox, options)
      .then((failure) => failure !== null && onError(failure, mailbox))
      .catch((error: unknown) => onError(error, mailbox))
      .then(() => void running.delete(mailbox.id));
    running.set(mailbox.id, { mailbox, abort, ended });
  };

  const claim = async (): Promise<void> => {
    if (!(await isMailboxDue(db, now()))) {
      crowded = false;
      return;
    }
    const room = most - running.size;
    crowded = room <= 0;
    if (crowded) return;
    const at = now();
    const claimed = await claimMailboxes(db, at, { holder, until: at + lease }, Math.min(room, 50));
    for (const mailbox of claimed) start(mailbox);
  };

  // What is not renewed in time is another's: two connections would do no harm, and no good either.
  let held = now();
  const renew = async (): Promise<void> => {
    if (running.size === 0) {
      held = now();
      return;
    }
    const at = now();
    const before = [...running.keys()];
    const fetched = [...running.values()].map(({ mailbox }) => mailbox);
    const mine = await renewLeases(db, { holder, until: at + lease }, fetched);
    held = at;
    for (const id of before) if (!mine.has(id)) running.get(id)?.abort.abort();
  };
  const dropLost = (): void => {
    if (now() - held > lease) for (const { abort } of running.values()) abort.abort();
  };

  const looping = [
    every(poll, stopping.signal, claim, (error) => onError(error, null)),
    every(Math.min(RENEW, lease / 3), stopping.signal, renew, (error) => {
      dropLost();
      onError(error, null);
    }),
  ];
  return {
    stop: async () => {
      stopping.abort();
      await looping[0];
      for (const { abort } of running.values()) abort.abort();
      await Promise.all([...running.values()].map(async ({ ended }) => await ended));
      await Promise.all(looping);
    },
  };
}

/** Does the work at once and again after each pause, until stopped. */
async function every(
  milliseconds: number,
  signal: AbortSignal,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await work().catch(onError);
    if (!signal.aborted) await pause(milliseconds, signal);
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
