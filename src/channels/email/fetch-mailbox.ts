import { setTimeout as sleep } from "node:timers/promises";
import { SECOND } from "../../domain/time.ts";
import { FetchBroken, type ImapSession } from "../../mail/imap.ts";
import type { MailboxPosition } from "../../storage/mailboxes.ts";
import type { MailboxRow } from "../../storage/schema.ts";
import { type MailboxMeans, openMailbox } from "./mailbox-connection.ts";

/** Where the messages of a mailbox go. Whatever these throw ends the fetch. */
export interface MailboxSink {
  /**
   * Resolves when the message is durable and the mailbox has moved past it. `filed` tells later whether something was made
   * of it, so that it may be moved or flagged: meanwhile the next message is read.
   */
  take(position: MailboxPosition, raw: Uint8Array): Promise<{ filed: Promise<boolean> }>;
  /** Records a message that cannot be had, with the reason, and moves past it. */
  passOver(position: MailboxPosition, reason: string): Promise<void>;
  /** Counts a failure to fetch this message, and returns how many that makes in a row. */
  stuck(uid: number): Promise<number>;
  /** Nothing is left to take. */
  fetched(): Promise<void>;
  keepSecret(sealed: string): Promise<void>;
  /** Resolves when nothing is under way any more, whatever became of it. */
  idle(): Promise<void>;
  /** Of these messages, which were left where they are, those that were taken by now and may be moved. */
  taken(uidValidity: number, uids: readonly number[]): Promise<number[]>;
}

export interface FetchOptions {
  /** Goes on until `signal` says to stop, or `restless` at a moment without mail. */
  watch: boolean;
  signal: AbortSignal;
  restless?: () => boolean;
  /** Between two attempts at a message, in milliseconds. */
  retryAfter?: number;
}

/** Fetched with one answer's room for each; what was taken is moved or flagged after each batch. */
const BATCH = 50;

/** Failures after which a message is passed over: if others come through, and if there is no telling. */
const FAILURES = 3;
const FAILURES_AT_MOST = 10;

/** How many of the messages behind a failing one are tried to tell a bad message from a bad server. */
const PROBES = 3;

interface Place {
  uidValidity: number | null;
  uid: number;
}

/**
 * Takes every message of a mailbox above the last one taken, in the order of their UIDs, once each whatever ends it in
 * between. New UIDs (another UIDVALIDITY) mean all of them again: what is known is recognised by its fingerprint. A
 * message that fails while others come through is passed over. Rejects when the mailbox cannot be had now.
 */
export async function fetchMailbox(
  mailbox: MailboxRow,
  sink: MailboxSink,
  means: MailboxMeans,
  options: FetchOptions,
): Promise<void> {
  const place: Place = { uidValidity: mailbox.uid_validity, uid: mailbox.last_uid };
  const run = { mailbox, sink, means, options, place };
  // After a failure one at a time, until it is passed: only then it is sure which message fails.
  let careful = mailbox.stuck_uid !== null;
  while (!options.signal.aborted) {
    try {
      await openAndTake(run, careful);
      return;
    } catch (error) {
      // Stopped in the middle: what was taken is safe, and the rest comes next time.
      if (options.signal.aborted) return;
      if (!(error instanceof FetchBroken)) throw error;
      if (careful && error.alone) await judge(run, error);
      careful = true;
      await sleep(options.retryAfter ?? SECOND);
    }
  }
}

interface Run {
  mailbox: MailboxRow;
  sink: MailboxSink;
  means: MailboxMeans;
  options: FetchOptions;
  place: Place;
}

async function openSession({ mailbox, sink, means, options, place }: Run): Promise<ImapSession> {
  const session = await openMailbox(mailbox, means, async (sealed) => {
    await sink.keepSecret(sealed);
    mailbox.secret = sealed;
  });
  try {
    if (place.uidValidity !== session.uidValidity) Object.assign(place, { uidValidity: session.uidValidity, uid: 0 });
    if (options.signal.aborted) throw new Error("the fetch was stopped");
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

async function openAndTake(run: Run, careful: boolean): Promise<void> {
  const { options, sink } = run;
  const session = await openSession(run);
  const stop = (): void => session.close();
  options.signal.addEventListener("abort", stop);
  try {
    run.means.reach?.("fetch.opened");
    await moveLeftBehind(run, session);
    for (;;) {
      await takeAll(run, session, careful);
      await sink.fetched();
      if (!options.watch || options.signal.aborted || options.restless?.() === true) return;
      await session.waitForMail(options.signal);
      if (options.signal.aborted) return;
    }
  } finally {
    options.signal.removeEventListener("abort", stop);
    session.close();
  }
}

async function takeAll(run: Run, session: ImapSession, careful: boolean): Promise<void> {
  const { place, sink, means, mailbox } = run;
  let single = careful ? BATCH : 0;
  for (;;) {
    const uids = await session.uidsAfter(place.uid);
    if (uids.length === 0) return;
    for (let start = 0; start < uids.length;) {
      const batch = uids.slice(start, start + (single > 0 ? 1 : BATCH));
      start += batch.length;
      single -= batch.length;
      const taken: { uid: number; filed: Promise<boolean> }[] = [];
      const at = (uid: number): MailboxPosition => ({ mailboxId: mailbox.id, uidValidity: session.uidValidity, uid });
      await session.fetch(batch, {
        onMessage: async (uid, raw) => {
          means.reach?.("fetch.taking");
          const { filed } = await sink.take(at(uid), raw);
          means.reach?.("fetch.taken");
          // Looked at below, or never when the fetch ends before that: the ledger has it.
          filed.catch(() => undefined);
          taken.push({ uid, filed });
          place.uid = uid;
        },
        onTooLarge: async (uid, size) => {
          await sink.passOver(at(uid), tooLarge(uid, size, means.mailLimit));
          place.uid = uid;
        },
      });
      place.uid = batch.at(-1) ?? place.uid;
      const done = await Promise.all(taken.map(async ({ uid, filed }) => ((await filed) ? [uid] : [])));
      await settle(run, session, done.flat());
    }
  }
}

function tooLarge(uid: number, size: number, limit: number): string {
  return `it has ${size} bytes, more than the ${limit} of CANTRIP_MAIL_LIMIT; it is in the mailbox under UID ${uid}`;
}

/** A message failed on its own. Is it the message, or the server? */
async function judge(run: Run, { uid, message }: FetchBroken): Promise<void> {
  const { sink, place, mailbox, options } = run;
  const failures = await sink.stuck(uid);
  if (failures < FAILURES) return;
  if (failures < FAILURES_AT_MOST && !(await othersComeThrough(run, uid))) {
    if (options.signal.aborted) return;
    throw new Error(message);
  }
  if (place.uidValidity === null) return;
  await sink.passOver({ mailboxId: mailbox.id, uidValidity: place.uidValidity, uid }, message);
  place.uid = uid;
}

/** Whether a message behind the failing one can be fetched; it is not taken by this. */
async function othersComeThrough(run: Run, uid: number): Promise<boolean> {
  const behind = await withSession(run, async (session) => (await session.uidsAfter(uid)).slice(0, PROBES));
  const ignore = async (): Promise<void> => await Promise.resolve();
  for (const each of behind) {
    const came = await withSession(run, async (session) => {
      await session.fetch([each], { onMessage: ignore, onTooLarge: ignore });
      return true;
    }).catch(() => false);
    if (came) return true;
  }
  return false;
}

async function withSession<T>(run: Run, work: (session: ImapSession) => Promise<T>): Promise<T> {
  const session = await openSession(run);
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** What the mailbox is told about messages that were taken. Only then: until then it is the only copy. */
async function settle({ mailbox, means }: Run, session: ImapSession, uids: readonly number[]): Promise<void> {
  const { after_import } = mailbox;
  means.reach?.("fetch.telling");
  if (after_import === "seen") await session.markSeen(uids);
  else if (after_import.startsWith("move:")) await session.move(uids, after_import.slice("move:".length));
  means.reach?.("fetch.told");
}

/** A fetch that ended between taking and moving left messages in the folder; the ledger knows them. */
async function moveLeftBehind(run: Run, session: ImapSession): Promise<void> {
  const { mailbox, sink, place } = run;
  if (!mailbox.after_import.startsWith("move:") || place.uid === 0) return;
  const before = (await session.uidsAfter(0)).filter((uid) => uid <= place.uid);
  const taken = await sink.taken(session.uidValidity, before);
  for (let start = 0; start < taken.length; start += BATCH) {
    await settle(run, session, taken.slice(start, start + BATCH));
  }
}
