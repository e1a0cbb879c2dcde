import { sql } from "kysely";
import { breathe } from "../domain/breathe.ts";
import type { Tx, WriteQueries } from "./database.ts";
import { preparedWrite } from "./prepared.ts";

/** Pages of the index that are merged in one go: a millisecond. */
const PIECE = 16;

/** A commit merges no more of them than this: what is left, those that follow do. */
const MOST_PIECES = 8;

/**
 * SQLite's full text keeps what each commit adds in a segment of its own and merges segments as they become many. Left to itself
 * (`automerge`, which a migration turned off) it does so for every 64 pages written, through all levels at once: 40 to 60 milliseconds of a
 * commit at 3,000,000 messages. Here it happens in pieces, at the end of every commit that writes to the index, and everything
 * else has its turn between them. Until nothing is to be merged, or for `MOST_PIECES`.
 */
export async function mergeSegments(tx: Tx, most = MOST_PIECES): Promise<void> {
  const began = await changesSince(tx, 0);
  for (let piece = 0, changes = 0; piece < most; piece += 1) {
    const before = changes;
    await mergePiece.run(tx, { pages: PIECE });
    changes = await changesSince(tx, began);
    // The statement itself counts as one (https://sqlite.org/fts5.html, the merge command).
    if (changes - before < 2) return;
    await breathe();
  }
}

/** The name of the step that merges, once for all transactions of a commit. */
export const MERGE = "merge the full text";

const mergePiece = preparedWrite(
  (_: WriteQueries, { pages }: { pages: number }) =>
    sql`insert into search_index (search_index, rank) values ('merge', cast(${pages} as integer))`,
);

/** Rows that the connection has changed, those of the index's own tables too. */
async function changesSince(tx: Tx, since: number): Promise<number> {
  return (await countChanges.first(tx, { since }))?.changes ?? 0;
}

const countChanges = preparedWrite(
  (_: WriteQueries, { since }: { since: number }) =>
    sql<{ changes: number }>`select total_changes() - ${since} as changes`,
);
