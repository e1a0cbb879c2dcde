import { searchWords } from "../domain/search-words.ts";
import { bulkInsert, runCompiled } from "./bulk-insert.ts";
import type { Tx } from "./database.ts";
import { scopeOf } from "./search-match.ts";
import { MERGE_ALL, mergeAllSegments } from "./search-merges.ts";
import { type SearchEntry, vectorOf } from "./search.ts";

/** As `indexEntry`, for many entries that the index does not hold yet. */
export async function bulkIndex(tx: Tx, accountId: string, entries: readonly SearchEntry[]): Promise<void> {
  if (tx.engine === "postgres") {
    const rows = entries.map(({ id, ticketId, text }) => ({
      account_id: accountId,
      id,
      ticket_id: ticketId,
      words: vectorOf(searchWords(text)),
    }));
    await bulkInsert(tx, "search_entries", rows);
    return;
  }
  const [last] = await runCompiled<{ entry: number | null }>(tx, "select max(entry) as entry from search_entries");
  const first = (last?.entry ?? 0) + 1;
  await bulkInsert(
    tx,
    "search_entries",
    entries.map(({ id, ticketId }, index) => ({
      entry: first + index,
      account_id: accountId,
      id,
      ticket_id: ticketId,
    })),
  );
  await bulkInsert(
    tx,
    "search_index",
    entries.map(({ ticketId, text }, index) => ({
      rowid: first + index,
      scope: scopeOf(accountId, ticketId !== null),
      words: searchWords(text).join(" "),
    })),
  );
  tx.lastly(async () => await mergeAllSegments(tx), MERGE_ALL);
}
