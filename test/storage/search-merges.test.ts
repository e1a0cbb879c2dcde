import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { bulkIndex } from "../../src/storage/bulk-index.ts";
import { DATABASE_FILE } from "../../src/storage/open.ts";
import { indexNewEntry } from "../../src/storage/search.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";

const accountId = newId();
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

async function write(words: string): Promise<void> {
  const id = newId();
  await storage.db.transact(async (tx) => await indexNewEntry(tx, accountId, { id, ticketId: id, text: words }));
}

/** Left alone there are fifteen segments of one commit: SQLite itself merges sixteen. */
async function writeMany(commits: number): Promise<void> {
  for (let entry = 0; entry < commits; entry += 1) await write(text(entry));
}

test("what many commits add to the full text is merged as it grows", async () => {
  await writeMany(45);
  await vi.waitFor(() => expect(segments()).toBeLessThan(8), 5_000);
});

test("what another writer keeps from being merged is merged after the next commit", async () => {
  await writeMany(12);
  // Enough to be merged at once, which begins some milliseconds after the commit.
  const long = Array.from({ length: 20_000 }, (_, word) => `word${word}`).join(" ");
  await write(long);
  await write(long);
  const other = new DatabaseSync(join(storage.data, DATABASE_FILE));
  try {
    other.exec("begin immediate");
    await sleep(1_500);
    expect(segments()).toBe(14);
    other.exec("commit");
  } finally {
    other.close();
  }
  await write("one more");
  await vi.waitFor(() => expect(segments()).toBeLessThan(8), 5_000);
});

test("what is added in bulk is merged to the end", async () => {
  for (let chunk = 0; chunk < 40; chunk += 1) {
    const entries = Array.from({ length: 50 }, (_, entry) => ({ id: newId(), ticketId: newId(), text: text(entry) }));
    await storage.db.transact(async (tx) => await bulkIndex(tx, accountId, entries));
  }
  expect(segments()).toBeLessThan(13);
});
