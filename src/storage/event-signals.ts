/** Who in this process waits for an account's next event. It only wakes them: what happened is read from the database. */
const waiting = new Map<string, Set<() => void>>();

/** Calls `wake` after each commit of this process that recorded an event of the account. Returns how to stop that. */
export function onEventsRecorded(accountId: string, wake: () => void): () => void {
  const known = waiting.get(accountId) ?? new Set();
  known.add(wake);
  waiting.set(accountId, known);
  return () => {
    known.delete(wake);
    if (known.size === 0 && waiting.get(accountId) === known) waiting.delete(accountId);
  };
}

/** Wakes who waits. Never throws: it runs after a commit. */
export function signalEvents(accountId: string): void {
  for (const wake of waiting.get(accountId) ?? []) wake();
}
