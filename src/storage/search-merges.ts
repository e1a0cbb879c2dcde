import { sql } from "kysely";
import { breathe } from "../domain/breathe.ts";
import type { Tx, WriteQueries } from "./database.ts";
import type { SqliteThread } from "./sqlite-thread.ts";

/** Pages of the index from which on they are merged in one go by the thread: some ten milliseconds. After each the writer reads anew what it had in memory. */
const PORTION = 256;

/** No more than this in one go, however much is due: writers wait. */
const MOST = 4 * PORTION;

/** Pages that are merged in one go on the calling thread: a millisecond. */
const PIECE = 16;

/** What is written is merged once for each level of the index. */
const LEVELS = 6;

/** Characters of words that make a page of 4 KB: most words of a text are in it several times, and beginnings are shared. */
const TO_A_PAGE = 7000;

/** Characters of words that were written to the index of a database since it was last asked, by what its statements share. */
const written = new WeakMap<object, number>();

/** Says that these words are being written to the index. */
export function oweMerging({ statements: { compiled } }: Tx, words: string): void {
  written.set(compiled, (written.get(compiled) ?? 0) + words.length);
}

export interface SearchMerges {
  /** To be told of each commit. */
  committed(): void;
  /** To be awaited before a transaction begins: a merge writes too, and has the lock meanwhile. */
  idle(): Promise<void>;
}

/**
 * SQLite's full text keeps what each commit adds in a segment of its own and merges segments as they become many. Left to itself
 * (`automerge`, which a migration turned off) it does so within a commit, for every 64 pages written, through all levels at once: 40 to 60
 * milliseconds at 3,000,000 messages, in which the thread that serves everybody does nothing else. Here as much is merged by a thread with
 * a connection of its own, for which writers alone wait. A portion ends with a word: of one of the commonest it takes 0.1 s and more.
 * Nothing is told to anybody of a merge, so nobody waits for its sync: that of the next commit takes it along.
 */
export function openSearchMerges(compiled: object, thread: Pick<SqliteThread, "execute">): SearchMerges {
  let due = 0;
  let merging: Promise<void> | null = null;

  const merge = async (pages: number): Promise<void> => {
    try {
      await thread.execute("insert into search_index (search_index, rank) values ('merge', cast(? as integer))", [
        pages,
      ]);
    } catch {
      // Somebody else writes, or the thread ended: after the next commit.
      due += pages;
    }
    merging = null;
  };
  return {
    committed() {
      const characters = written.get(compiled);
      if (characters === undefined) return;
      written.delete(compiled);
      // A commit's own segment has a page at least.
      due += (characters / TO_A_PAGE + 1) * LEVELS;
      if (due < PORTION || merging !== null) return;
      const pages = Math.min(Math.floor(due), MOST);
      due -= pages;
      merging = merge(pages);
    },
    idle: async () => await (merging ?? undefined),
  };
}

/** The name of the step that merges, once for all transactions of a commit. */
export const MERGE_ALL = "merge all of the full text";

/** After much was added at once: until nothing is to be merged. */
export async function mergeAllSegments({ query }: Tx): Promise<void> {
  let before: number;
  let after = await changes(query);
  do {
    before = after;
    await sql`insert into search_index (search_index, rank) values ('merge', ${PIECE})`.execute(query);
    await breathe();
    after = await changes(query);
  } while (after - before >= CHANGED);
}

/** The statement itself counts as a change (https://sqlite.org/fts5.html, the merge command). */
const CHANGED = 2;

/** Rows that the connection has changed, those of the index's own tables too. */
async function changes(query: WriteQueries): Promise<number> {
  const { rows } = await sql<{ changes: number }>`select total_changes() as changes`.execute(query);
  return rows[0]?.changes ?? 0;
}
