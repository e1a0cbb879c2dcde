import type { BlobStore } from "./blobs.ts";

/**
 * The blobs of two stores as one, for as long as they are moved: what is new goes to `first`, and what is not there yet is
 * read from `second`. In the second no more than a look is lost where it is empty.
 */
export function withFallback(first: BlobStore, second: BlobStore): BlobStore {
  return {
    put: async (accountId, hash, bytes) => await first.put(accountId, hash, bytes),
    has: async (accountId, hash) => (await first.has(accountId, hash)) || (await second.has(accountId, hash)),
    async read(accountId, hash) {
      // The third look is for what was moved between the first and the second.
      for (const store of [first, second]) {
        try {
          return await store.read(accountId, hash);
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      return await first.read(accountId, hash);
    },
    async remove(accountId, hash) {
      await first.remove(accountId, hash);
      await second.remove(accountId, hash);
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
