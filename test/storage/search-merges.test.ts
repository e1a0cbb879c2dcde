import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { bulkIndex } from "../../src/storage/bulk-index.ts";
import { DATABASE_FILE } from "../../src/storage/open.ts";
import { indexNewEntry } from "../../src/storage/search.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";

let storage: TestStorage;
beforeEach(async ({ skip }) => {
  skip(ENGINE !== "sqlite", "of the embedded engine only");
  storage = await openTestStorage();
});
afterEach(async () => await storage?.remove());

/** Segments that the full text consists of: each has pages in `search_index_idx`. */
function segments(): number {
  const database = new DatabaseSync(join(storage.data, DATABASE_FILE), { readOnly: true });
  try {
    const row = database.prepare("select count(distinct segid) as count from search_index_idx").get();
    return (row as { count: number }).count;
  } finally {
    database.close();
  }
}

const text = (entry: number): string => `entry ${entry} of many ${"words ".repeat(entry % 7)}`;

test("what many commits add to the full text is merged as it grows", async () => {
  const accountId = newId();
  for (let entry = 0; entry < 300; entry += 1) {
    const id = newId();
    await storage.db.transact(
      async (tx) => await indexNewEntry(tx, accountId, { id, ticketId: id, text: text(entry) }),
    );
  }
  // Three at most of each of some levels; left alone there would be a crisis at sixteen of one.
  expect(segments()).toBeLessThan(13);
});

test("what is added in bulk is merged to the end", async () => {
  const accountId = newId();
  for (let chunk = 0; chunk < 40; chunk += 1) {
    const entries = Array.from({ length: 50 }, (_, entry) => ({ id: newId(), ticketId: newId(), text: text(entry) }));
    await storage.db.transact(async (tx) => await bulkIndex(tx, accountId, entries));
  }
  expect(segments()).toBeLessThan(13);
});
