import type { AnyRouter } from "@tanstack/react-router";

/** Enough for the rows, folders and menus on the screen several times over. */
const MOST = 200;

/**
 * The router keeps what it made of the last thousand addresses, a kilobyte each, and every row that is drawn has one: it
 * begins anew after two hundred.
 */
export function forgetAddresses({ processedTree, resolvePathCache }: AnyRouter): void {
  const { matchCache, singleCache } = processedTree;
  keepFew(matchCache);
  keepFew(singleCache);
  keepFew(resolvePathCache);
}

interface Cache<Key, Value> {
  set(key: Key, value: Value): void;
  clear(): void;
}

function keepFew<Key, Value>(cache: Cache<Key, Value>): void {
  const set = cache.set.bind(cache);
  let added = 0;
  cache.set = (key, value) => {
    if (added === MOST) {
      cache.clear();
      added = 0;
    }
    added += 1;
    set(key, value);
  };
}
