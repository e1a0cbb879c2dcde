import { Readable } from "node:stream";
import { acrossAccounts } from "./across-accounts.ts";
import type { BlobStore } from "./blobs.ts";
import type { Db, Tx, WriteQueries } from "./database.ts";
import { prepared, preparedWrite } from "./prepared.ts";

/**
 * Bytes of mail up to this many are kept in their row. A file costs two syncs, of itself and of its folder, and none is shared
 * with another message's; a row costs a part of a commit that many share.
 */
const MOST_IN_ROW = 64 * 1024;

export function fitsRow(bytes: Uint8Array): boolean {
  return bytes.byteLength <= MOST_IN_ROW;
}

interface NewRow {
  account_id: string;
  hash: string;
  size: number;
  created_at: number;
  bytes: Uint8Array;
}

const insert = preparedWrite((db: WriteQueries, { rows }: { rows: readonly NewRow[] }) =>
  db
    .insertInto("blobs")
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(["account_id", "hash"]).doUpdateSet((row) => ({
        created_at: row.ref("excluded.created_at"),
        // It may be a file that is here already: then there is one copy more, and no question which of them holds.
        bytes: row.ref("excluded.bytes"),
      })),
    ),
);

interface SmallBlob {
  accountId: string;
  hash: string;
  bytes: Uint8Array;
  at: number;
}

/** As `recordInRow` of each; those of one account that are alike are one row. */
export async function recordInRows(tx: Tx, blobs: readonly SmallBlob[]): Promise<void> {
  const rows = blobs.map(({ accountId, hash, bytes, at }) => ({
    account_id: accountId,
    hash,
    size: bytes.byteLength,
    created_at: at,
    bytes,
  }));
  // A row is changed once by a statement, PostgreSQL insists.
  await insert.run(tx, { rows: [...new Map(rows.map((row) => [`${row.account_id} ${row.hash}`, row])).values()] });
}

/** As `recordBlob`, for bytes that fit: they are durable with the transaction, and nothing had to be stored before it. */
export async function recordInRow(tx: Tx, blob: SmallBlob): Promise<void> {
  await recordInRows(tx, [blob]);
}

const bytesOf = prepared((db, { accountId, hash }: { accountId: string; hash: string }) =>
  db.selectFrom("blobs").select("bytes").where("account_id", "=", accountId).where("hash", "=", hash),
);

/** The bytes of a store, and those that are in their rows. What is put goes into the store; `has` knows the store only. */
export function withRows(db: Db, store: BlobStore): BlobStore {
  return {
    put: async (accountId, hash, bytes) => await store.put(accountId, hash, bytes),
    has: async (accountId, hash) => await store.has(accountId, hash),
    async read(accountId, hash) {
      const row = await bytesOf.first(db, { accountId, hash });
      if (row?.bytes == null) return await store.read(accountId, hash);
      return Readable.from([Buffer.from(row.bytes)], { objectMode: false });
    },
    remove: async (accountId, hash) => await store.remove(accountId, hash),
  };
}

/** So many rows are moved at once. */
const BATCH = 100;

/**
 * Moves bytes out of their rows into a store, where they are older than `before`: a bucket holds what a database should not
 * grow by. Each stays in its row until the store has it. Returns how many.
 */
export async function moveRowsOut(db: Db, store: BlobStore, before: number): Promise<number> {
  let moved = 0;
  for (;;) {
    const rows = await acrossAccounts(db)
      .selectFrom("blobs")
      .select(["account_id", "hash", "bytes"])
      .where("bytes", "is not", null)
      .where("created_at", "<", before)
      .limit(BATCH)
      .execute();
    for (const { account_id, hash, bytes } of rows) {
      if (bytes === null) continue;
      await store.put(account_id, hash, bytes);
      await db.transact(
        async (tx) =>
          await tx.query
            .updateTable("blobs")
            .set({ bytes: null })
            .where("account_id", "=", account_id)
            .where("hash", "=", hash)
            // Not a copy that came meanwhile, which a reader may hold on to.
            .where("created_at", "<", before)
            .execute(),
      );
      moved += 1;
    }
    if (rows.length < BATCH) return moved;
  }
}
