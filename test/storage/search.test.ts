import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../src/domain/ids.ts";
import { searchTerms, searchWords } from "../../src/domain/search-words.ts";
import {
  indexEntry,
  indexNewEntry,
  matchingCustomers,
  matchingTickets,
  removeEntry,
} from "../../src/storage/search.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

describe.skipIf(ENGINE_MISSING !== null)("the search index", () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(async () => await storage.remove());

  const index = async (accountId: string, id: string, text: string, ticketId: string | null = id): Promise<void> =>
    await storage.db.transact(async (tx) => await indexEntry(tx, accountId, { id, ticketId, text }));

  const find = async (accountId: string, query: string, customers = false): Promise<string[]> => {
    const matching = customers ? matchingCustomers : matchingTickets;
    const terms = searchTerms(query);
    if (terms.length === 0) return [];
    const { rows } = await sql<
      Record<string, string>
    >`select * from ${matching(storage.db, accountId, terms)} as found`.execute(storage.db.longReads.query);
    return [...new Set(rows.flatMap((row) => Object.values(row)))].toSorted();
  };

  test.each([
    ["a word", "The parcel has not arrived", "parcel", true],
    ["a word that is not in it", "The parcel has not arrived", "letter", false],
    ["every one of some words, in any order", "The parcel has not arrived", "arrived parcel", true],
    ["not if one of them is missing", "The parcel has not arrived", "parcel lost", false],
    ["whatever the letters' case", "The PARCEL has not arrived", "pArCeL", true],
    ["an accented word without its accents", "Grüße aus Köln, Señor Nuñez", "grusse koln nunez", false],
    ["an accented word without its accents, letter for letter", "Köln, Señor Nuñez", "koln senor nunez", true],
    ["a plain word with accents typed", "Senor Nunez", "Señor Núñez", true],
    ["composed and decomposed letters alike", "caf\u00e9", "cafe\u0301", true],
    ["not a part of a word", "The parcel has not arrived", "parc", false],
    ["a part of a word with a star", "The parcel has not arrived", "parc*", true],
    ["not the end of a word with a star", "The parcel has not arrived", "cel*", false],
    ["a whole address by its parts", "write to ruby.miller@example.com", "ruby.miller@example.com", true],
    ["a number", "order 2024-0815", "0815", true],
    ["Japanese by neighbouring characters", "領収書を送ってください", "領収書", true],
    ["not Japanese whose characters are not neighbours", "領収書を送ってください", "領書", false],
    ["a single Chinese character by itself only", "好", "好", true],
    ["Korean", "환불 요청", "환불", true],
    ["Greek without its accents", "Ελλάδα", "ελλαδα", true],
    ["Cyrillic", "Привет, мир", "привет", true],
    ["nothing by quotes and operators", 'say "hello" AND (goodbye)', 'hello" OR "x', false],
    ["words beside quotes and operators", 'say "hello" AND (goodbye)', '"hello" AND (goodbye)', true],
    ["letters newer than the engine", "\u{1E900}\u{1E901}\u{1E902} x", "\u{1E922}\u{1E923}\u{1E924}", true],
    ["not a part of a word of such letters", "a\u{10D50}b", "a", false],
  ])("finds %s", async (_, text, query, found) => {
    const [account, id] = [newId(), newId()];
    await index(account, id, text);
    expect(await find(account, query)).toEqual(found ? [id] : []);
  });

  test("keeps accounts apart", async () => {
    const [one, other, id] = [newId(), newId(), newId()];
    await index(one, id, "secret plans");
    await index(other, newId(), "other plans");
    expect(await find(other, "secret")).toEqual([]);
    expect(await find(one, "plans")).toEqual([id]);
    // Not even who types another's scope gets across.
    expect(await find(other, `${one}m secret`)).toEqual([]);
    expect(await find(other, `${one}m`)).toEqual([]);
  });

  test("keeps messages and customers apart", async () => {
    const [account, ticket, message, customer] = [newId(), newId(), newId(), newId()];
    await index(account, message, "ruby writes", ticket);
    await index(account, customer, "ruby miller", null);
    expect(await find(account, "ruby")).toEqual([ticket]);
    expect(await find(account, "ruby", true)).toEqual([customer]);
  });

  test("replaces an entry's words", async () => {
    const [account, id] = [newId(), newId()];
    await index(account, id, "before");
    await index(account, id, "after");
    expect(await find(account, "before")).toEqual([]);
    expect(await find(account, "after")).toEqual([id]);
  });

  test("forgets an entry that is taken out", async () => {
    const [account, id, other] = [newId(), newId(), newId()];
    await index(account, id, "first words");
    await index(account, other, "other words");
    await storage.db.transact(async (tx) => await removeEntry(tx, account, id));
    await storage.db.transact(async (tx) => await removeEntry(tx, account, id));
    expect(await find(account, "words")).toEqual([other]);
  });

  test("holds what transactions that share a commit wrote, in their order, and nothing of the one that failed", async () => {
    const account = newId();
    const [kept, failed, brief, changed, last] = [newId(), newId(), newId(), newId(), newId()];
    const entry = (id: string, text = "shared") => ({ id, ticketId: id, text });
    await index(account, last, "shared");
    const addAndChange = (): Promise<void>[] => {
      const change = async () => await storage.db.transact(async (tx) => await indexEntry(tx, account, entry(changed)));
      const adding = storage.db.transact(async (tx) => await indexNewEntry(tx, account, entry(changed, "passing")));
      // Where each has a connection of its own, nothing says which of the two comes first.
      return [adding, ENGINE === "postgres" ? adding.then(change) : change()];
    };
    const done = await Promise.allSettled([
      storage.db.transact(async (tx) => await indexNewEntry(tx, account, entry(kept))),
      storage.db.transact(async (tx) => {
        await indexNewEntry(tx, account, entry(failed));
        // The newest entry: what it leaves another takes.
        await removeEntry(tx, account, last);
        throw new Error("refused");
      }),
      storage.db.transact(async (tx) => {
        await indexNewEntry(tx, account, entry(brief, "passing"));
        await removeEntry(tx, account, brief);
      }),
      ...addAndChange(),
    ]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", ...Array<string>(3).fill("fulfilled")]);
    expect(await find(account, "shared")).toEqual([kept, changed, last].toSorted());
    expect(await find(account, "passing")).toEqual([]);
    await storage.db.transact(async (tx) => await removeEntry(tx, account, changed));
    expect(await find(account, "shared")).toEqual([kept, last].toSorted());
  });

  test("takes an entry without a word", async () => {
    const [account, id] = [newId(), newId()];
    await index(account, id, "?! …");
    expect(await find(account, "a*")).toEqual([]);
  });

  test("takes the longest text there is, of words as long as they get", async () => {
    const [account, id] = [newId(), newId()];
    const word = (place: number): string =>
      `${place.toString(36).padStart(6, "x")}${"語é".repeat(20)}${"q".repeat(60)}`;
    const latin = (place: number): string => `${place.toString(36).padStart(6, "x")}${"ø".repeat(80)}`;
    await index(account, id, Array.from({ length: 30_000 }, (_, place) => latin(place)).join(" "));
    expect(await find(account, latin(3))).toEqual([id]);
    await index(account, id, Array.from({ length: 5000 }, (_, place) => word(place)).join(" "));
    expect(await find(account, "xxxxx3*")).toEqual([]);
  });

  test("finds what the words say, whatever the texts: the same on both engines", async () => {
    const common = fc.constantFrom(
      "refund",
      "refunds",
      "Réfund",
      "parcel",
      "領収書",
      "書を送",
      "a",
      "ab",
      "abc",
      "42",
      "…",
      "o'neil",
    );
    const strange = fc.string({ unit: "grapheme", maxLength: 8 });
    const text = fc
      .array(fc.oneof({ weight: 3, arbitrary: common }, strange), { maxLength: 6 })
      .map((parts) => parts.join(" "));
    const query = fc
      .array(fc.tuple(fc.oneof({ weight: 3, arbitrary: common }, strange), fc.constantFrom("", "*")), {
        minLength: 1,
        maxLength: 2,
      })
      .map((parts) => parts.map(([word, star]) => `${word}${star}`).join(" "));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 4 }),
        fc.array(query, { minLength: 1, maxLength: 4 }),
        async (texts, queries) => {
          const account = newId();
          const entries = texts.map((words) => ({ id: newId(), words }));
          await storage.db.transact(async (tx) => {
            for (const { id, words } of entries) await indexEntry(tx, account, { id, ticketId: id, text: words });
          });
          for (const asked of queries) {
            const expected = entries.filter(({ words }) => says(words, asked)).map(({ id }) => id);
            expect([asked, await find(account, asked)]).toEqual([asked, expected.toSorted()]);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** What searching means, said without an index. */
function says(text: string, query: string): boolean {
  const words = searchWords(text);
  const terms = searchTerms(query);
  return (
    terms.length > 0 &&
    terms.every((term) => words.some((word) => (term.prefix ? word.startsWith(term.word) : word === term.word)))
  );
}
