import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SECOND } from "../domain/time.ts";
import { type Hearing, type News, signalAll, signalNews } from "./news.ts";

/**
 * News between processes by NOTIFY. It is sent after the commit, never in the transaction: PostgreSQL lets one transaction
 * that notifies commit at a time, its write to the disk included. What is lost when a process dies in between, its readers
 * elsewhere find by looking (`realtime/account-feed.ts`).
 */
const CHANNEL = "cantrip_news";

/** A notification holds less than 8000 bytes; an id is 24. */
const MOST_IDS = 250;

/** This process, which does not have to be told what it said itself. */
const ME = randomBytes(8).toString("hex");

export interface Announcer {
  announce(news: News, accountIds: readonly string[]): Promise<void>;
  /** Sends a word to every listener, this process's too. */
  ping(word: string): Promise<void>;
  /** Resolves when what was announced is sent: a command that ends would take it along. */
  sent(): Promise<void>;
}

type Batch = Record<News, Set<string>>;

/**
 * Sends what is announced, one statement at a time: what comes while one is under way goes with the next. `mark` is what
 * has to be done for the accounts with events before others hear of them; only then does `announce` wait.
 */
export function openAnnouncer(pool: pg.Pool, mark: ((accountIds: string[]) => Promise<void>) | null): Announcer {
  let next: { batch: Batch; sent: Promise<void> } | null = null;
  let last: Promise<void> = Promise.resolve();
  const send = async (batch: Batch, before: Promise<void>): Promise<void> => {
    await before;
    next = null;
    const accounts = [...batch.events].toSorted();
    try {
      if (accounts.length > 0) await mark?.(accounts);
      await notify(pool, payloadsOf(batch));
    } catch {
      // Readers find by looking what could not be told.
    }
  };
  return {
    announce: async (news, accountIds) => {
      if (next === null) {
        const batch: Batch = { events: new Set(), presences: new Set() };
        last = send(batch, last);
        next = { batch, sent: last };
      }
      for (const id of accountIds) next.batch[news].add(id);
      if (mark !== null && news === "events") await next.sent;
    },
    ping: async (word) => await notify(pool, [`ping ${word}`]),
    sent: async () => await last,
  };
}

function payloadsOf(batch: Batch): string[] {
  return Object.entries(batch).flatMap(([news, accounts]) => {
    const ids = [...accounts];
    const parts = Math.ceil(ids.length / MOST_IDS);
    return Array.from(
      { length: parts },
      (_, part) => `${ME} ${news} ${ids.slice(part * MOST_IDS, (part + 1) * MOST_IDS).join(",")}`,
    );
  });
}

async function notify(pool: pg.Pool, payloads: string[]): Promise<void> {
  await pool.query("select pg_notify($1, said) from unnest($2::text[]) as said", [CHANNEL, payloads]);
}

const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = 30 * SECOND;
/** How often a connection is asked whether it still hears, and how long that may take. */
const PROBE_EVERY = 15 * SECOND;
const PROBE_PATIENCE = 5 * SECOND;

const DEAF =
  "LISTEN does not get through: live updates from other processes come once a second. " +
  "Behind a pooler, name the database itself in DATABASE_LISTEN_URL";

/**
 * Holds a connection that hears what other processes announce, and replaces it when it is lost or has gone deaf: it must
 * be the database itself and no pooler of transactions, which takes LISTEN and passes nothing on.
 */
export function listenForNews(url: string, announcer: Announcer, onError: (error: unknown) => void): Hearing {
  const stopping = new AbortController();
  let works = false;
  let told = false;
  const loop = async (): Promise<void> => {
    for (let pause = FIRST_PAUSE; !stopping.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      await hear(url, announcer, stopping.signal, () => {
        works = true;
        told = false;
        pause = FIRST_PAUSE / 2;
        signalAll();
      }).catch((error: unknown) => {
        if (!told && !stopping.signal.aborted) onError(error);
        told = true;
      });
      works = false;
      await sleep(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    get works() {
      return works;
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Listens with one connection until that ends, does not hear any more, or the signal comes. Calls `heard` once it works. */
async function hear(url: string, announcer: Announcer, signal: AbortSignal, heard: () => void): Promise<void> {
  const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: PROBE_PATIENCE });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  lost.catch(() => undefined);
  client.on("error", reject).on("end", () => reject(new Error("the connection that listens was closed")));
  signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true });
  const words = new Set<string>();
  client.on("notification", ({ payload = "" }) => take(payload, words));
  try {
    await Promise.race([client.connect(), lost]);
    await Promise.race([client.query(`listen ${CHANNEL}`), lost]);
    for (let first = true; ; first = false) {
      if (!(await Promise.race([hearsItself(announcer, words), lost]))) throw new Error(DEAF);
      if (first) heard();
      await Promise.race([sleep(PROBE_EVERY, undefined, { ref: false, signal }), lost]);
    }
  } finally {
    // A pooler keeps the connection, and would go on hearing for whoever gets it next.
    const end = client.query(`unlisten ${CHANNEL}`).then(async () => await client.end());
    await Promise.race([end, sleep(SECOND, undefined, { ref: false })]).catch(() => undefined);
    client.end().catch(() => undefined);
  }
}

function take(payload: string, words: Set<string>): void {
  const [from = "", what = "", ids = ""] = payload.split(" ");
  if (from === "ping") words.add(what);
  else if (from !== ME && (what === "events" || what === "presences")) {
    for (const id of ids.split(",")) signalNews(what, id);
  }
}

async function hearsItself(announcer: Announcer, words: Set<string>): Promise<boolean> {
  const word = randomBytes(8).toString("hex");
  words.clear();
  await announcer.ping(word);
  for (let waited = 0; waited < PROBE_PATIENCE && !words.has(word); waited += 50) await sleep(50);
  return words.has(word);
}
