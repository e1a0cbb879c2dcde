import { createStore } from "../lib/store.ts";
import { API, CLIENT_HEADERS, newKey, put, remove } from "./client.ts";
import { noteAnswer } from "./connection.ts";
import { askAgain, queryClient } from "./query-client.ts";
import { readEvents, type ServerEvent } from "./sse.ts";
import { sessionQuery } from "./queries/session.ts";
import { ticketKeys } from "./queries/tickets.ts";
import type { Id } from "./types.ts";

/** One thing that has changed. Whoever shows it asks for it again. */
export interface Change {
  /** `ticket`, `customer`, `inbox`, `label`, `user`, `saved_reply`, `draft`, `seen`…: as the server names them. */
  resource: string;
  id: Id;
  /** The ticket that it belongs to; null when there is none. */
  ticket_id: Id | null;
  message_id: Id | null;
  kind: string;
  /** Who did it; null for an app and for the product itself. */
  user_id: Id | null;
  updated_at: string;
}

export type PresenceState = "viewing" | "replying";
export type Presence = readonly { id: Id; state: PresenceState }[];

/** Who looks at which ticket, or answers it. */
export const presence = createStore<ReadonlyMap<Id, Presence>>(new Map());

const watchers = new Set<(changes: readonly Change[]) => void>();

/** Hears of every change as it happens: for notifications and the title. Returns what stops it. */
export function watchChanges(watcher: (changes: readonly Change[]) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The server says something at least every 15 s; a silence of three times that is a dead connection. */
const SILENCE = 45_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/**
 * Follows the server's stream of changes, which carries ids only: what is shown is marked stale and fetched again. Resumes
 * where it stopped, with growing waits, and at once when the window is seen again. Returns what stops it.
 */
export function followLive(): () => void {
  const stopped = new AbortController();
  void run(stopped.signal);
  return () => stopped.abort();
}

async function run(stopped: AbortSignal): Promise<void> {
  // What was read since then may be older than it by now: the stream tells what has changed.
  let cursor: string | null = queryClient.getQueryData(sessionQuery.queryKey)?.stream?.cursor ?? null;
  let wait = FIRST_WAIT;
  /* oxlint-disable no-await-in-loop -- one connection after the other */
  while (!stopped.aborted) {
    const connection = new AbortController();
    const ends = AbortSignal.any([stopped, connection.signal]);
    let silence = setTimeout(() => connection.abort(), SILENCE);
    const status = await connect(cursor, ends, (event) => {
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(), SILENCE);
      wait = FIRST_WAIT;
      cursor = event.id ?? cursor;
      take(event);
    });
    clearTimeout(silence);
    if (status === 401 || status === 403 || status === 404) return;
    await pause(wait * (0.5 + Math.random() / 2), stopped);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
  /* oxlint-enable no-await-in-loop */
}

async function connect(
  cursor: string | null,
  signal: AbortSignal,
  onEvent: (event: ServerEvent) => void,
): Promise<number> {
  try {
    const headers = {
      ...CLIENT_HEADERS,
      Accept: "text/event-stream",
      ...(cursor !== null && { "Last-Event-ID": cursor }),
    };
    const response = await fetch(`${API}/stream`, { headers, signal, credentials: "same-origin", cache: "no-store" });
    if (!response.ok || response.body === null) return response.status;
    noteAnswer(true);
    // The server tells first who is where: what was known before may be over.
    presence.set(new Map());
    for await (const event of readEvents(response.body)) {
      // Without a cursor what changed before it heard of changes is caught up by asking again.
      if (cursor === null && event.type === "ready") {
        askAgain({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      }
      onEvent(event);
    }
    return response.status;
  } catch {
    return 0;
  }
}

/** Ends early when the window is seen or the network is back: a sleeping laptop catches up at once. */
async function pause(milliseconds: number, stopped: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const woken = new AbortController();
    const wake = (): void => {
      if (document.visibilityState === "hidden") return;
      woken.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      woken.abort();
      resolve();
    }, milliseconds);
    document.addEventListener("visibilitychange", wake, { signal: woken.signal });
    addEventListener("online", wake, { signal: woken.signal });
    stopped.addEventListener("abort", wake, { signal: woken.signal });
  });
}

function take({ type, data }: ServerEvent): void {
  if (type === "change") takeChanges((JSON.parse(data) as { items: Change[] }).items);
  if (type === "presence") takePresence(JSON.parse(data) as { ticket_id: Id; users: Presence });
  if (type === "reset") askAgain({});
}

function takeChanges(items: readonly Change[]): void {
  for (const queryKey of staleAfter(items)) askAgain({ queryKey });
  // Whether it is unread, and whose draft it holds, is told by the ticket alone: its messages stay as they are.
  for (const id of ticketsOf(items, ["seen", "draft"])) {
    askAgain({ queryKey: ticketKeys.one(id), exact: true });
  }
  for (const watcher of watchers) watcher(items);
}

/** What shows each resource besides tickets, by the first word of its keys. */
const SHOWN_BY: Readonly<Record<string, readonly string[]>> = {
  inbox: ["inboxes", "folders"],
  label: ["labels", "folders"],
  user: ["users", "people", "session"],
  account: ["account", "session"],
  api_token: ["apps"],
  mailbox: ["mailboxes"],
  transport: ["transports"],
  saved_reply: ["saved-replies"],
  saved_search: ["saved-searches", "folders"],
  draft: ["drafts"],
};

/** The keys of what is out of date after some changes, each once. */
export function staleAfter(items: readonly Change[]): (readonly string[])[] {
  const keys = [
    ...ticketsOf(items, ["ticket"]).map(ticketKeys.one),
    ...ticketsOf(items, ["draft"]).map((id) => [...ticketKeys.one(id), "draft"]),
    ...items.flatMap(({ resource, id }) => (resource === "customer" ? [["customer", id], ["customers"]] : [])),
    ...items.flatMap(({ resource }) => (SHOWN_BY[resource] ?? []).map((name) => [name])),
  ];
  // A customer's name stands in lists and headers.
  if (items.some(({ resource }) => resource === "customer")) keys.push(["ticket"]);
  if (items.some(({ resource }) => ["ticket", "seen", "draft", "customer"].includes(resource))) {
    keys.push([...ticketKeys.lists], ["folders"]);
  }
  return [...new Map(keys.map((key) => [key.join(" "), key])).values()];
}

function ticketsOf(items: readonly Change[], resources: readonly string[]): Id[] {
  return [
    ...new Set(items.flatMap(({ resource, ticket_id }) => (resources.includes(resource) ? (ticket_id ?? []) : []))),
  ];
}

function takePresence({ ticket_id, users }: { ticket_id: Id; users: Presence }): void {
  presence.set((current) => {
    const next = new Map(current);
    if (users.length === 0) next.delete(ticket_id);
    else next.set(ticket_id, users);
    return next;
  });
}

/** Tells this tab from the others of the same person. */
const TAB = newKey();

/** What one does here, ticket by ticket: the beat repeats it. */
const mine = new Map<Id, PresenceState>();

/** How often it is said again; the server forgets it after 45 s. */
export const PRESENCE_BEAT = 30_000;

/**
 * Tells the others what one does here, and goes on saying it with `beatPresence`; null: nothing any more. Failures do not
 * matter.
 */
export async function showPresence(ticketId: Id, state: PresenceState | null): Promise<void> {
  const path = `/tickets/${ticketId}/presence`;
  if (state === null) {
    // Who only passed by has said nothing yet.
    if (!mine.delete(ticketId)) return;
    await remove(path, { query: { tab: TAB } }).catch(() => undefined);
    return;
  }
  mine.set(ticketId, state);
  await put(path, { state, tab: TAB }).catch(() => undefined);
}

/** Says again what was said last of a ticket; at first, that one looks at it. */
export async function beatPresence(ticketId: Id): Promise<void> {
  await showPresence(ticketId, mine.get(ticketId) ?? "viewing");
}
