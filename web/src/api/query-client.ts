import { type InvalidateQueryFilters, MutationCache, type Query, QueryCache, QueryClient } from "@tanstack/react-query";
import { statusOf } from "./errors.ts";

/** What happens when the session has ended: `app/` sends the reader to the sign-in page. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

function noteError(error: unknown): void {
  if (statusOf(error) === 401) onSignedOut();
}

/**
 * One cache for the whole client. What is shown counts as fresh until the live stream says otherwise (`live.ts`); without
 * the stream it is asked for again when the window gets the focus.
 */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noteError }),
  mutationCache: new MutationCache({ onError: noteError }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => failures < 2 && isPassing(error),
      // A browser can be wrong about being offline; the request says what is true.
      networkMode: "always",
    },
    mutations: { networkMode: "always", retry: false },
  },
});

/** Those that are asked for again when their first answer is there. */
const late = new WeakSet<Query>();

/**
 * Something has changed that these show: they are asked for again. So are those that are only just being asked for the first time, once that is
 * answered: the answer may be from before the change, and until it is there the cache takes a second question for the first.
 */
export function askAgain(filters: InvalidateQueryFilters): void {
  for (const query of queryClient.getQueryCache().findAll(filters)) {
    if (query.state.data !== undefined || query.state.fetchStatus === "idle" || late.has(query)) continue;
    late.add(query);
    const again = (): void => {
      late.delete(query);
      void queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    };
    query.fetch().then(again, again);
  }
  void queryClient.invalidateQueries(filters);
}

/** Failures that asking again may mend. */
function isPassing(error: unknown): boolean {
  const status = statusOf(error);
  return status === 0 || status === 429 || (status !== null && status >= 500);
}
