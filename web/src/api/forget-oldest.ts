import type { Query, QueryCache } from "@tanstack/react-query";

/** So much of each kind stays at hand once it is no longer shown: a day's work is no reason to grow. */
const MOST: Readonly<Record<string, number>> = {
  ticket: 20,
  customer: 20,
  // Pages of lists, fifty rows each: what is further back is read again when one scrolls there.
  tickets: 6,
  customers: 10,
  "search-hits": 10,
  "search-people": 10,
  "attachment-text": 10,
};

/** Of these everything that belongs to one of them goes together. */
const WHOLE: ReadonlySet<unknown> = new Set(["ticket", "customer"]);

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

/** What may go: of each kind those that were read longest ago. */
export function oldestOf(queries: readonly Query[]): Query[] {
  const things = Map.groupBy(
    queries.filter(({ queryKey }) => String(queryKey[0]) in MOST),
    ({ queryKey, queryHash }) => (WHOLE.has(queryKey[0]) ? `${String(queryKey[0])} ${String(queryKey[1])}` : queryHash),
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
