import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { newId } from "../../src/domain/ids.ts";
import { searchTerms } from "../../src/domain/search-words.ts";
import { listRankedTickets } from "../../src/storage/ranked-list.ts";
import { indexNewEntry } from "../../src/storage/search.ts";
import { RANKED_MESSAGES, findRankedHits } from "../../src/storage/search-window.ts";
import { findTicket } from "../../src/storage/tickets.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

/** The first two have a message among the newest, the others do not. */
const ORDER = [0, 4, 3, 2, 1];

/** Enough entries of others that the account is a small one: see `search-window.ts`. */
const SMALL_AMONG = 12_000;

describe.skipIf(ENGINE_MISSING !== null)("a ranked search that finds more messages than are ranked", () => {
  let storage: TestStorage;
  let accountId: string;
  const ids: string[] = [];

  beforeAll(async () => {
    storage = await openTestStorage();
    const { account } = await makeAccount(storage.db);
    accountId = account.id;
    for (const subject of ["Parcel order", "Order, parcel", "An order for a parcel", "Parcel order", "Nothing"]) {
      const input = { type: "email", subject, customer: {} } as const;
      const made = await storage.db.transact(
        async (tx) => await createTicket(tx, accountId, SYSTEM, input, new Faults()),
      );
      ids.push(made.id);
    }
    await storage.db.transact(async (tx) => {
      for (let count = 0; count < RANKED_MESSAGES - 1; count += 1) {
        await indexNewEntry(tx, accountId, { id: newId(), ticketId: ids[0] ?? "", text: "parcel order" });
      }
      await indexNewEntry(tx, accountId, { id: newId(), ticketId: ids[4] ?? "", text: "the order, a parcel" });
    });
  });
  afterAll(async () => await storage.remove());

  const terms = searchTerms("parcel order");
  const find = async (limit: number, offset = 0, after?: number, within: string[] | null = null): Promise<number[]> => {
    const start = after === undefined ? undefined : await findTicket(storage.db, accountId, ids[after] ?? "");
    const filter = { within, terms };
    const found = await listRankedTickets(storage.db, accountId, filter, { limit, offset }, start);
    return found.map(({ id }) => ids.indexOf(id));
  };

  async function allPages(): Promise<number[][]> {
    const pages = [];
    for (let offset = 0; offset < 6; offset += 1) pages.push(await find(2, offset));
    return pages;
  }

  test("the newest messages are ranked, and the rest follows, newest first, without a gap or a double", async () => {
    expect(await findRankedHits(storage.db, accountId, terms)).toHaveLength(RANKED_MESSAGES);
    expect(await find(10)).toEqual(ORDER);
    expect(await allPages()).toEqual(ORDER.map((_, at) => ORDER.slice(at, at + 2)).concat([[]]));
    expect(await find(10, 0, undefined, []), "nothing that one may not see").toEqual([]);
  });

  test("behind a ticket that is ranked, and behind one that is not, is what follows it", async () => {
    expect(await find(10, 0, 0)).toEqual(ORDER.slice(1));
    expect(await find(10, 0, 4)).toEqual(ORDER.slice(2));
    expect(await find(10, 0, 3)).toEqual(ORDER.slice(3));
    expect(await find(1, 1, 3)).toEqual(ORDER.slice(4));
  });

  test("how the words stand in a message is told alike by both engines", async () => {
    const hits = await findRankedHits(storage.db, accountId, terms);
    const of = (id?: string): object | undefined => hits.find(({ ticket_id }) => ticket_id === id);
    expect(of(ids[0])).toEqual({ ticket_id: ids[0], phrase: true, near: true, exact: false });
    expect(of(ids[4])).toEqual({ ticket_id: ids[4], phrase: false, near: true, exact: false });
  });

  test.each([
    ["a 1 2 3 4 b", true],
    ["b 1 2 3 4 a", true],
    ["a 1 2 3 4 5 b", false],
  ])("%j has a near b: %j", async (text, near) => {
    const { account } = await makeAccount(storage.db);
    const entry = { id: newId(), ticketId: newId(), text };
    await storage.db.transact(async (tx) => await indexNewEntry(tx, account.id, entry));
    const found = await findRankedHits(storage.db, account.id, searchTerms("a b"));
    expect(found).toEqual([{ ticket_id: entry.ticketId, phrase: false, near, exact: false }]);
  });

  test("it is the same for an account that is one of many", async () => {
    const { account } = await makeAccount(storage.db);
    await storage.db.transact(async (tx) => {
      for (let count = 0; count < SMALL_AMONG; count += 1) {
        await indexNewEntry(tx, account.id, { id: newId(), ticketId: newId(), text: "parcel order" });
      }
    });
    expect(await allPages()).toEqual(ORDER.map((_, at) => ORDER.slice(at, at + 2)).concat([[]]));
  });
});
