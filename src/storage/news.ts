/** What readers wait for, by account: events that were recorded, or who looks at which ticket. */
export type News = "events" | "presences";

/** Who in this process waits for news of an account. It only wakes them: what happened is read from the database. */
const waiting: Record<News, Map<string, Set<() => void>>> = { events: new Map(), presences: new Map() };

/** Calls `wake` whenever there may be news of the account: after a commit here, and as others tell. Returns how to stop that. */
export function onNews(news: News, accountId: string, wake: () => void): () => void {
  const accounts = waiting[news];
  const known = accounts.get(accountId) ?? new Set();
  known.add(wake);
  accounts.set(accountId, known);
  return () => {
    known.delete(wake);
    if (known.size === 0 && accounts.get(accountId) === known) accounts.delete(accountId);
  };
}

/** Wakes who waits. Never throws: it runs after a commit. */
export function signalNews(news: News, accountId: string): void {
  for (const wake of waiting[news].get(accountId) ?? []) wake();
}

/** Wakes everybody: something may have been missed. */
export function signalAll(): void {
  for (const accounts of Object.values(waiting)) {
    for (const wakes of accounts.values()) for (const wake of wakes) wake();
  }
}

/** What processes that share a database say to each other; absent where one process serves. */
export interface Others {
  /**
   * After a commit: tells other processes that there is news of these accounts, and keeps lists of theirs from a replica
   * until that has it too. Resolves once the second is sure; never rejects.
   */
  announce(news: News, accountIds: readonly string[]): Promise<void>;
  /** Wakes this process's readers for what others announce, until stopped. `onError` is told once when it cannot. */
  listen(onError: (error: unknown) => void): Hearing;
}

export interface Hearing {
  /** Whether others are heard at the moment; while not, the database has to be looked at again and again. */
  readonly works: boolean;
  stop(): Promise<void>;
}
