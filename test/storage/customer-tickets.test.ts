import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Db } from "../../src/storage/database.ts";
import { countTickets } from "../../src/storage/ticket-count.ts";
import type { TicketFilter } from "../../src/storage/ticket-filter.ts";
import { listTickets } from "../../src/storage/ticket-list.ts";
import { ENGINE, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

beforeEach(({ skip }) => skip(ENGINE !== "sqlite", "the other engine knows how its rows are spread"));

let storage: TestStorage;
let accountId: string;

beforeAll(async () => {
  if (ENGINE !== "sqlite") return;
  storage = await openTestStorage();
  accountId = (await makeAccount(storage.db)).account.id;
});
afterAll(async () => await storage?.remove());

/** How SQLite goes about the last query that `ask` makes. */
async function planOf(ask: (db: Db) => Promise<unknown>): Promise<string> {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  try {
    await ask(storage.db);
    const [text = ""] = prepare.mock.calls.at(-1) ?? [];
    const { rows } = await sql<{ detail: string }>`${sql.raw(`explain query plan ${text}`)}`.execute(storage.db.query);
    return rows.map(({ detail }) => detail).join("; ");
  } finally {
    prepare.mockRestore();
  }
}

/** What the customer pane asks for, and a list narrowed further by everything else. */
const FILTERS: readonly TicketFilter[] = [
  { within: null, customerIds: ["a".repeat(24)], trash: [0] },
  { within: ["b".repeat(24)], customerIds: ["a".repeat(24)], trash: [0], states: ["open"], userIds: [null] },
];

test("a customer's tickets are found by the customer, in whatever order and however narrowed", async () => {
  for (const filter of FILTERS) {
    for (const column of ["created_at", "updated_at", "user_id"] as const) {
      const plan = await planOf(
        async (db) =>
          await listTickets(db, accountId, filter, [{ column, direction: "desc" }], { limit: 50, offset: 0 }),
      );
      expect(plan).toContain("tickets_by_customer (account_id=? AND customer_id=?)");
    }
  }
});

test("and are counted so", async () => {
  for (const filter of FILTERS) {
    const plan = await planOf(async (db) => await countTickets(db, accountId, filter));
    expect(plan).toContain("tickets_by_customer (account_id=? AND customer_id=?)");
  }
});

test("tickets that are named are counted by their names, however narrowed", async () => {
  const ids = ["c".repeat(24), "d".repeat(24)];
  for (const filter of [{ ids }, { ids, trash: [0] }, { ids, sinceCreated: 1, labelIds: ids }] as const) {
    const plan = await planOf(async (db) => await countTickets(db, accountId, { within: null, ...filter }));
    expect(plan).toContain("(account_id=? AND id=?)");
  }
});
