import type { ServerResponse } from "node:http";
import type { Presence } from "../domain/presence.ts";
import type { Db } from "../storage/database.ts";
import { FIRST_EVENT } from "../storage/events.ts";
import { openPresences } from "../storage/presences.ts";
import { AccountFeed, type Subscriber } from "./account-feed.ts";
import { EventStream } from "./event-stream.ts";

/** Open streams of one user or token: browser tabs, mostly. */
const MOST_OF_ONE = 20;
const MOST_OF_ACCOUNT = 2000;

/** How long a reader waits before it comes back, in milliseconds; up to twice that, so that not all come at once. */
const RETRY = 1000;

/** Who reads a stream; inboxes are those whose tickets they see, null for all. */
export interface Reader {
  accountId: string;
  userId: string | null;
  tokenId: string | null;
  sessionId: string | null;
  inboxIds: readonly string[] | null;
}

/** The open streams of this process, a feed for each account that has one. Does what `LiveUpdates` of the API says. */
export class LiveStreams {
  readonly #feeds = new Map<string, AccountFeed>();
  readonly #presences: ReturnType<typeof openPresences>;
  readonly #db: Db;
  readonly #onError: (error: unknown) => void;
  /** Those that are just joining too. */
  readonly #open = new Map<Reader, EventStream>();
  #closed = false;

  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db;
    this.#presences = openPresences(db);
    this.#onError = onError;
  }

  isFull({ accountId, userId, tokenId }: Reader): boolean {
    const ofAccount = [...this.#open.keys()].filter((reader) => reader.accountId === accountId);
    const ofOne = ofAccount.filter((reader) => reader.userId === userId && reader.tokenId === tokenId);
    return ofAccount.length >= MOST_OF_ACCOUNT || ofOne.length >= MOST_OF_ONE;
  }

  async open(
    response: ServerResponse,
    reader: Reader,
    after: string | null,
    isAllowed: () => Promise<boolean>,
  ): Promise<void> {
    const stream = new EventStream(response);
    const feed = this.#feedOf(reader.accountId);
    const { userId, tokenId, sessionId, inboxIds } = reader;
    const subscriber: Subscriber = { stream, userId, tokenId, sessionId, inboxIds, isAllowed, cursor: FIRST_EVENT };
    this.#open.set(reader, stream);
    response.on("close", () => {
      this.#open.delete(reader);
      feed.leave(subscriber);
      if (feed.subscribers.size === 0 && !this.#isAwaited(reader.accountId)) this.#feeds.delete(reader.accountId);
    });
    // Nothing more comes from a reader; an error of its connection closes it.
    response.on("error", () => undefined);
    stream.begin(RETRY + Math.floor(Math.random() * RETRY));
    if (this.#closed) stream.end();
    await feed.join(subscriber, after).catch((error: unknown) => {
      this.#onError(error);
      stream.end();
    });
  }

  async enter(accountId: string, presence: Presence): Promise<void> {
    await this.#presences.put(accountId, presence);
    await this.#feeds.get(accountId)?.refreshPresences();
  }

  async leave(accountId: string, presence: Omit<Presence, "state">): Promise<void> {
    await this.#presences.remove(accountId, presence);
    await this.#feeds.get(accountId)?.refreshPresences();
  }

  close(): void {
    this.#closed = true;
    for (const stream of this.#open.values()) stream.end();
  }

  #feedOf(accountId: string): AccountFeed {
    const known = this.#feeds.get(accountId);
    if (known !== undefined) return known;
    const feed = new AccountFeed(this.#db, this.#presences, accountId, this.#onError);
    this.#feeds.set(accountId, feed);
    return feed;
  }

  /** Whether another stream is about to join the account's feed. */
  #isAwaited(accountId: string): boolean {
    return [...this.#open.keys()].some((reader) => reader.accountId === accountId);
  }
}
