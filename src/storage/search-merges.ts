import { sql } from "kysely";
import { breathe } from "../domain/breathe.ts";
import type { Tx, WriteQueries } from "./database.ts";
import { preparedWrite } from "./prepared.ts";

/** Pages of the index that are merged in one go: a millisecond. */
const PIECE = 16;

/** What is written is merged once for each level of the index. */
const LEVELS = 6;

/** Characters of words that make a page of 4 KB: most words of a text are in it several times, and beginnings are shared. */
const TO_A_PAGE = 7000;

/** Pages that are due to be merged, by database. */
const due = new WeakMap<object, number>();

/** Says that these words are being written to the index. */
export function oweMerging({ statements }: Tx, words: string): void {
  const pages = (words.length / TO_A_PAGE) * LEVELS;
  due.set(statements.compiled, (due.get(statements.compiled) ?? 0) + pages);
}

/**
 * SQLite's full text keeps what each commit adds in a segment of its own and merges segments as they become many. Left to itself
 * (`automerge`, which a migration turned off) it does so for every 64 pages written, through all levels at once: 40 to 60 milliseconds of a
 * commit at 3,000,000 messages. Here as much is merged in pieces, at the end of every commit that writes to the index, and everything
 * else has its turn between them. A piece ends with a word: of one of the commonest in two large segments it takes 0.1 s and more.
 */
export async function mergeSegments(tx: Tx): Promise<void> {
  const { compiled } = tx.statements;
  // A commit's own segment has a page at least.
  let pages = (due.get(compiled) ?? 0) + LEVELS;
  while (pages >= PIECE) pages = (await mergePiece(tx)) ? pages - PIECE : 0;
  due.set(compiled, pages);
}

/** After much was added at once: until nothing is to be merged. */
export async function mergeAllSegments(tx: Tx): Promise<void> {
  while (await mergePiece(tx));
}

/** Whether there was anything to merge. */
async function mergePiece(tx: Tx): Promise<boolean> {
  const before = await changesSince(tx, 0);
  await mergePages.run(tx, { pages: PIECE });
  const changes = await changesSince(tx, before);
  await breathe();
  // The statement itself counts as one (https://sqlite.org/fts5.html, the merge command).
  return changes >= 2;
}

/** The name of the step that merges, once for all transactions of a commit. */
export const MERGE = "merge the full text";

const mergePages = preparedWrite(
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
