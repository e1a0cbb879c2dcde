import { isDeepStrictEqual } from "node:util";
import { type PresentUser, presentUsers } from "../domain/presence.ts";
import { SECOND } from "../domain/time.ts";
import type { Db } from "../storage/database.ts";
import {
  BEGINNING,
  type EventCursor,
  FIRST_EVENT,
  findEventCursor,
  findNewestEvent,
  listEvents,
} from "../storage/events.ts";
import { onNews } from "../storage/news.ts";
import type { Presences } from "../storage/presences.ts";
import type { EventRow } from "../storage/schema.ts";
import { findInboxesOfTickets } from "../storage/tickets.ts";
import type { EventStream } from "./event-stream.ts";
import { type Viewer, itemsFor } from "./stream-items.ts";

/** How often it looks for what other processes have written while they are not heard, or were just now. */
const POLL = SECOND;
/** How long it looks that often after it was woken (an event may be behind somebody's long transaction), and how often else. */
const ALERT = 30 * SECOND;
const SELDOM = 15 * SECOND;
const HEARTBEAT = 15 * SECOND;
const BATCH = 500;

/** Who was away for longer fetches everything again: that costs less than to hear it all. */
const REPLAY_LIMIT = 5000;

/** PostgreSQL shows an event once every older transaction is over: how often, and after how long, it is looked for again. */
const SHORT_WAITS = [10, 30, 60, 120, 250];

/** One reader's stream. */
export interface Subscriber extends Viewer {
  stream: EventStream;
  sessionId: string | null;
  tokenId: string | null;
  /** The last event that it was told, or passed over. */
  cursor: EventCursor;
  isAllowed: () => Promise<boolean>;
}

/**
 * An account's events, read once for all its streams: after each commit of this process or, as they announce it, of
 * others, and every second while those are not heard. What is read, and who comes in between, takes its turn, so that each stream hears everything once and in order.
 */
export class AccountFeed {
  readonly #db: Db;
  readonly #presences: Presences;
  readonly #accountId: string;
  readonly #onError: (error: unknown) => void;
  readonly #subscribers = new Set<Subscriber>();
  #cursor: EventCursor = FIRST_EVENT;
  #present = new Map<string, PresentUser[]>();
  #turn: Promise<unknown> = Promise.resolve();
  #reading = false;
  #unsubscribe: (() => void)[] = [];
  #woken = 0;
  #looked = 0;
  readonly #timers: NodeJS.Timeout[] = [];
  #shortWait: NodeJS.Timeout | undefined;

  constructor(db: Db, presences: Presences, accountId: string, onError: (error: unknown) => void) {
    this.#db = db;
    this.#presences = presences;
    this.#accountId = accountId;
    this.#onError = onError;
  }

  get subscribers(): ReadonlySet<Subscriber> {
    return this.#subscribers;
  }

  /** Adds a stream: first what happened since `after`, then what happens. */
  async join(subscriber: Subscriber, after: string | null): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#subscribers.size === 0) await this.#begin();
      await this.#catchUp(subscriber, after);
      if (subscriber.stream.isOver) return;
      this.#subscribers.add(subscriber);
      this.#wake();
      await this.#tellPresences(this.#present, [subscriber]);
    });
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) this.#sleep();
  }

  /** Tells who came or went, now and not with the next poll. */
  async refreshPresences(): Promise<void> {
    await this.#inTurn(async () => await this.#readPresences());
  }

  async #begin(): Promise<void> {
    this.#cursor = (await findNewestEvent(this.#db, this.#accountId)) ?? FIRST_EVENT;
    this.#present = presentUsers(await this.#presences.list(this.#accountId));
  }

  /** From now on it hears of what happens, and looks for what happened until now. */
  #wake(): void {
    if (this.#timers.length > 0) return;
    this.#unsubscribe = [
      onNews("events", this.#accountId, () => {
        this.#woken = performance.now();
        this.#readSoon(0);
      }),
      onNews("presences", this.#accountId, () => void this.refreshPresences().catch(this.#onError)),
    ];
    this.#woken = performance.now();
    this.#timers.push(
      setInterval(() => this.#poll(), POLL).unref(),
      setInterval(() => this.#beat(), HEARTBEAT).unref(),
    );
    this.#readSoon(0);
  }

  #sleep(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    clearTimeout(this.#shortWait);
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #poll(): void {
    const at = performance.now();
    if (this.#db.hearsOthers && at - this.#woken > ALERT && at - this.#looked < SELDOM) return;
    this.#looked = at;
    this.#read().catch(this.#onError);
    this.refreshPresences().catch(this.#onError);
  }

  /** After a commit of this process; on PostgreSQL its event may still be behind somebody else's transaction. */
  #readSoon(attempt: number): void {
    clearTimeout(this.#shortWait);
    const before = this.#cursor;
    const again = (): void => {
      const wait = SHORT_WAITS[attempt];
      if (this.#cursor !== before || wait === undefined || this.#subscribers.size === 0) return;
      this.#shortWait = setTimeout(() => this.#readSoon(attempt + 1), wait).unref();
    };
    this.#read().then(again, this.#onError);
  }

  /** Reads on and tells everybody. While a reading waits for its turn, another one would find nothing. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    await this.#inTurn(async () => {
      this.#reading = false;
      for (;;) {
        const events = await listEvents(this.#db, this.#accountId, this.#cursor, BATCH);
        const last = events.at(-1);
        if (last === undefined) return;
        this.#cursor = { position: last.position, id: last.id };
        await this.#tell(events, [...this.#subscribers]);
        if (events.length < BATCH) return;
      }
    });
  }

  async #catchUp(subscriber: Subscriber, after: string | null): Promise<void> {
    const { stream } = subscriber;
    const newest = (await findNewestEvent(this.#db, this.#accountId)) ?? FIRST_EVENT;
    const known = after === null ? newest : await findEventCursor(this.#db, this.#accountId, after);
    const placed = after === BEGINNING ? FIRST_EVENT : known;
    const missed = placed === undefined ? undefined : await this.#listMissed(placed);
    if (placed === undefined || missed === undefined) {
      subscriber.cursor = newest;
      stream.send("reset", {}, idOf(newest));
      return;
    }
    subscriber.cursor = placed;
    stream.send("ready", {}, idOf(placed));
    for (let start = 0; start < missed.length; start += BATCH) {
      await this.#tell(missed.slice(start, start + BATCH), [subscriber]);
    }
  }

  /** Everything after a cursor; undefined when that is too much. */
  async #listMissed(after: EventCursor): Promise<EventRow[] | undefined> {
    const missed = await listEvents(this.#db, this.#accountId, after, REPLAY_LIMIT + 1);
    return missed.length > REPLAY_LIMIT ? undefined : missed;
  }

  async #tell(events: readonly EventRow[], subscribers: readonly Subscriber[]): Promise<void> {
    const inboxes = await this.#inboxesOf(
      events.map(({ ticket_id }) => ticket_id),
      subscribers,
    );
    for (const subscriber of subscribers) {
      const news = events.filter((event) => isAfter(event, subscriber.cursor));
      const last = news.at(-1);
      if (last === undefined) continue;
      subscriber.cursor = { position: last.position, id: last.id };
      const items = itemsFor(subscriber, news, inboxes);
      if (items.length > 0) subscriber.stream.send("change", { items }, last.id);
      if (news.some((event) => endsAccess(event, subscriber))) subscriber.stream.end();
    }
  }

  async #readPresences(): Promise<void> {
    const before = this.#present;
    const after = presentUsers(await this.#presences.list(this.#accountId));
    this.#present = after;
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (id) => !isDeepStrictEqual(before.get(id), after.get(id)),
    );
    await this.#tellPresences(new Map(changed.map((id) => [id, after.get(id) ?? []])), [...this.#subscribers]);
  }

  async #tellPresences(
    present: ReadonlyMap<string, readonly PresentUser[]>,
    subscribers: readonly Subscriber[],
  ): Promise<void> {
    if (present.size === 0) return;
    const inboxes = await this.#inboxesOf([...present.keys()], subscribers);
    for (const { stream, inboxIds } of subscribers) {
      for (const [ticket_id, users] of present) {
        const inbox = inboxes.get(ticket_id);
        const isSeen = inboxIds === null || (inbox !== undefined && inboxIds.includes(inbox));
        if (isSeen) stream.send("presence", { ticket_id, users }, null);
      }
    }
  }

  /** Where tickets are now; asked only when somebody does not see all inboxes. */
  async #inboxesOf(ids: readonly string[], subscribers: readonly Subscriber[]): Promise<Map<string, string>> {
    const wanted = new Set(ids.filter((id) => id !== ""));
    if (wanted.size === 0 || subscribers.every(({ inboxIds }) => inboxIds === null)) return new Map();
    return await findInboxesOfTickets(this.#db, this.#accountId, [...wanted]);
  }

  #beat(): void {
    for (const subscriber of this.#subscribers) {
      subscriber.stream.beat(idOf(subscriber.cursor));
      // Nobody says so when a session runs out, or when the command line takes a token back.
      this.#recheck(subscriber).catch(this.#onError);
    }
  }

  async #recheck({ stream, isAllowed }: Subscriber): Promise<void> {
    if (!(await isAllowed())) stream.end();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return await turn;
  }
}

function idOf({ id }: EventCursor): string {
  return id === "" ? BEGINNING : id;
}

function isAfter(event: EventCursor, cursor: EventCursor): boolean {
  return event.position > cursor.position || (event.position === cursor.position && event.id > cursor.id);
}

/** Whether a reader must come again, with the rights that it has now. */
function endsAccess({ kind, resource, resource_id }: EventRow, { userId, sessionId, tokenId }: Subscriber): boolean {
  if (kind === "session.ended") return resource_id !== null && resource_id === sessionId;
  if (resource === "user") return resource_id !== null && resource_id === userId;
  return resource === "api_token" && resource_id !== null && resource_id === tokenId;
}
