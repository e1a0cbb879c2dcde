import type { Query, QueryCache } from "@tanstack/react-query";

/** So many tickets, and pages of lists, stay at hand once they are no longer shown: a day's work is no reason to grow. */
const MOST: Readonly<Record<string, number>> = { ticket: 40, tickets: 60 };

const REST = 1000;

/** Keeps the memory flat, however many tickets are opened and however far lists are scrolled. Returns what stops it. */
export function forgetOldest(cache: QueryCache): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = cache.subscribe(({ type, query }) => {
    if (type !== "observerRemoved" && type !== "added") return;
    if (!(String(query.queryKey[0]) in MOST)) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const old of oldestOf(cache.getAll())) cache.remove(old);
    }, REST);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** What may go: of each kind those that were read longest ago. What belongs to one ticket goes together. */
export function oldestOf(queries: readonly Query[]): Query[] {
  const things = Map.groupBy(
    queries.filter(({ queryKey }) => String(queryKey[0]) in MOST),
    ({ queryKey, queryHash }) => (queryKey[0] === "ticket" ? `ticket ${String(queryKey[1])}` : queryHash),
  );
  const resting = [...things.values()].filter((each) =>
    each.every((query) => query.getObserversCount() === 0 && query.state.fetchStatus === "idle"),
  );
  return Object.entries(MOST).flatMap(([kind, most]) =>
    resting
      .filter(([first]) => first?.queryKey[0] === kind)
      .toSorted((one, other) => readAt(other) - readAt(one))
      .slice(most)
      .flat(),
  );
}

function readAt(queries: readonly Query[]): number {
  return Math.max(...queries.map(({ state }) => state.dataUpdatedAt));
}
