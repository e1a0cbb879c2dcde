import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { newId } from "../../src/domain/ids.ts";
import { searchTerms } from "../../src/domain/search-words.ts";
import { placeOf } from "../../src/storage/search-place.ts";
import { findFewTickets, indexNewEntry } from "../../src/storage/search.ts";
import { findMatchingMessages } from "../../src/storage/search-hits.ts";
import { listTickets } from "../../src/storage/ticket-list.ts";
import { ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";
import { makeAccount } from "./storage-account.ts";

/** As many as make SQLite ask the tickets one by one for a list of up to five: see `ticket-list-way.ts`. */
const MANY = 11_500;
const LIMIT = 4;

const NEWEST = [{ column: "created_at", direction: "desc" }] as const;

describe.skipIf(ENGINE_MISSING !== null)("a search for words that stand in very many messages", () => {
  let storage: TestStorage;
  let accountId: string;
  /** With the words in a message, in the subject alone, in different messages, not at all, in a later message. */
  const ids: string[] = [];

  beforeAll(async () => {
    storage = await openTestStorage();
    const { account, inbox } = await makeAccount(storage.db);
    accountId = account.id;
    const texts = [["parcel order"], [], ["parcel", "order"], ["nothing"], ["nothing", "an order of a parcel"]];
    for (const [index, bodies] of texts.entries()) {
      const from = "ruby@example.com";
      const messages = bodies.map(
        (body) => ({ type: "reply", direction: "in", from, to: inbox.address, body }) as const,
      );
      const input = {
        type: "email",
        subject: index === 1 ? "Parcel, order" : "Hello",
        customer: {},
        messages,
      } as const;
      const ticket = await storage.db.transact(
        async (tx) => await createTicket(tx, accountId, SYSTEM, input, new Faults()),
      );
      ids.push(ticket.id);
    }
    await storage.db.transact(async (tx) => {
      for (let count = 0; count < MANY; count += 1) {
        await indexNewEntry(tx, accountId, { id: newId(), ticketId: ids[0] ?? "", text: "parcel order" });
      }
    });
  });
  afterAll(async () => await storage.remove());

  const find = async (words: string, offset = 0): Promise<(number | undefined)[]> => {
    const filter = { within: null, terms: searchTerms(words) };
    const found = await listTickets(storage.db, accountId, filter, NEWEST, { limit: LIMIT, offset });
    return found.map(({ id }) => ids.indexOf(id));
  };

  test("finds the same tickets in the same order as for rare ones", async () => {
    expect(await find("parcel order")).toEqual([4, 1, 0]);
    expect(await find("parcel order", 1)).toEqual([1, 0]);
    expect(await find("parcel")).toEqual([4, 2, 1, 0]);
    expect(await find("nothing")).toEqual([4, 3]);
    expect(await find("missing")).toEqual([]);
  });

  test("tells in which messages of a page of tickets they stand", async () => {
    const found = await findMatchingMessages(storage.db, accountId, ids, searchTerms("parcel order"));
    expect(found.map(({ ticket_id, body }) => [ids.indexOf(ticket_id), body])).toEqual([
      [0, "parcel order"],
      [4, "an order of a parcel"],
    ]);
  });

  test("stops counting where it knows enough", async ({ skip }) => {
    if (storage.db.engine === "postgres") skip("PostgreSQL plans by what it knows of the words");
    const place = (await placeOf(storage.db, accountId)) ?? expect.fail("there are messages");
    const few = async (most: number) =>
      await findFewTickets(storage.db, accountId, place, searchTerms("parcel order"), most);
    expect(await few(MANY / 2)).toBe(null);
    const tickets = JSON.parse((await few(MANY * 2)) ?? "[]") as string[];
    expect(new Set(tickets)).toEqual(new Set([ids[0], ids[1], ids[4]]));
  });
});
