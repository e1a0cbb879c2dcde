import { buffer } from "node:stream/consumers";
import { acrossAccounts } from "./across-accounts.ts";
import { type BlobStore, hashBytes } from "./blobs.ts";
import type { Db } from "./database.ts";

export interface Moved {
  /** Copied, compared and removed from where they were. */
  moved: number;
  bytes: number;
  /** Were there already, from an earlier run or because they are new. */
  there: number;
  /** In neither place, or not what their name says: `<account>/<hash>`. They stay as they are. */
  missing: string[];
  damaged: string[];
}

const BATCH = 500;

/** Each is in memory as a whole, and may be as large as a mail. */
const AT_ONCE = 4;

interface Address {
  account_id: string;
  hash: string;
}

/**
 * Moves every blob that a row names from one store to another. It may be stopped at any moment and run again: each blob is
 * removed from its old place only once the new one has given it back, byte for byte. `onMoved` is told of each.
 */
export async function moveBlobs(
  db: Db,
  { from, to }: { from: BlobStore; to: BlobStore },
  onMoved: () => void = () => undefined,
): Promise<Moved> {
  const result: Moved = { moved: 0, bytes: 0, there: 0, missing: [], damaged: [] };
  let after: Address = { account_id: "", hash: "" };
  for (;;) {
    const batch = await listBlobs(db, after);
    const last = batch.at(-1);
    if (last === undefined) return result;
    after = last;
    for (let start = 0; start < batch.length; start += AT_ONCE) {
      await Promise.all(
        batch.slice(start, start + AT_ONCE).map(async (each) => {
          await moveOne(from, to, each, result);
          onMoved();
        }),
      );
    }
  }
}

async function listBlobs(db: Db, { account_id, hash }: Address): Promise<Address[]> {
  return await acrossAccounts(db)
    .selectFrom("blobs")
    .select(["account_id", "hash"])
    // Those in their row are where everybody finds them.
    .where("bytes", "is", null)
    .where((row) =>
      row.or([row("account_id", ">", account_id), row("account_id", "=", account_id).and("hash", ">", hash)]),
    )
    .orderBy("account_id")
    .orderBy("hash")
    .limit(BATCH)
    .execute();
}

async function moveOne(from: BlobStore, to: BlobStore, { account_id, hash }: Address, result: Moved): Promise<void> {
  const path = `${account_id}/${hash}`;
  if (!(await from.has(account_id, hash))) {
    if (await to.has(account_id, hash)) result.there += 1;
    else result.missing.push(path);
    return;
  }
  const bytes = await buffer(await from.read(account_id, hash));
  const isWhole = async (): Promise<boolean> => hashBytes(await buffer(await to.read(account_id, hash))) === hash;
  if (hashBytes(bytes) !== hash) {
    // It may be whole in the new place, from a run before it was damaged here.
    if ((await to.has(account_id, hash)) && (await isWhole())) result.there += 1;
    else result.damaged.push(path);
    return;
  }
  await to.put(account_id, hash, bytes);
  if (!(await isWhole())) {
    // What was there under this name was something else.
    await to.remove(account_id, hash);
    await to.put(account_id, hash, bytes);
    if (!(await isWhole())) throw new Error(`the new place does not give ${path} back as it was put`);
  }
  await from.remove(account_id, hash);
  result.moved += 1;
  result.bytes += bytes.byteLength;
}
