import { expect, test } from "vitest";
import { type RankedHit, rankTickets } from "../../src/domain/relevance.ts";
import { searchTerms } from "../../src/domain/search-words.ts";
import { DAY } from "../../src/domain/time.ts";

const hit = (ticket_id: string, more: Partial<RankedHit> = {}): RankedHit => ({
  ticket_id,
  phrase: false,
  near: false,
  exact: false,
  ...more,
});

function order(q: string, tickets: [id: string, subject: string | null, daysAgo: number][], hits: RankedHit[]): string {
  const given = tickets.map(([id, subject, daysAgo]) => ({ id, subject, created_at: 1000 * DAY - daysAgo * DAY }));
  const ranked = rankTickets(given, hits, searchTerms(q)).map(({ id }) => id);
  const turned = rankTickets(given.toReversed(), hits, searchTerms(q)).map(({ id }) => id);
  expect(turned, "what came in which order does not matter").toEqual(ranked);
  return ranked.join(" ");
}

test("of equal tickets the newest comes first, and of those of one moment the higher id", () => {
  expect(
    order(
      "x",
      [
        ["1", null, 1],
        ["2", "", 0],
        ["3", null, 0],
      ],
      [],
    ),
  ).toBe("3 2 1");
});

test("a subject counts by how many of the words it holds, whole ones, and phrases in a row", () => {
  const tickets: [string, string, number][] = [
    ["1", "Your INVOICE of March", 0],
    ["2", "Invoices, march", 0],
    ["3", "Nothing", 0],
    ["4", "March, invoice", 0],
  ];
  expect(order("invoice march", tickets, [])).toBe("4 1 2 3");
  expect(order("invoice* march", tickets, [])).toBe("4 2 1 3");
});

test("age is a gentle sign: a subject of two years ago is still before a message of today", () => {
  const tickets: [string, string, number][] = [
    ["1", "Lost parcel", 730],
    ["2", "Hello", 0],
  ];
  expect(order("lost parcel", tickets, [hit("1"), hit("2", { near: true })])).toBe("1 2");
  expect(
    order(
      "lost parcel",
      [
        ["1", "", 730],
        ["2", "", 0],
      ],
      [hit("1"), hit("1"), hit("2")],
    ),
  ).toBe("2 1");
});
