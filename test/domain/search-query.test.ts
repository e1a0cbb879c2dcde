import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SEARCH_OPERATORS, parseMoment, parseSearch } from "../../src/domain/search-query.ts";
import { makeSnippet } from "../../src/domain/search-snippets.ts";
import { searchTerms } from "../../src/domain/search-words.ts";
import { DAY, HOUR } from "../../src/domain/time.ts";

const word = (text: string, prefix = false): object => ({ word: text, prefix });

describe("a search is taken apart", () => {
  test.each([
    ["refund", { terms: [word("refund")] }],
    ["Köln refu*", { terms: [word("koln"), word("refu", true)] }],
    ["label:urgent", { operators: [{ operator: "label", value: "urgent", negated: false }] }],
    ['label:"needs reply"', { operators: [{ operator: "label", value: "needs reply", negated: false }] }],
    ["-LABEL:urgent", { operators: [{ operator: "label", value: "urgent", negated: true }] }],
    [
      "order is:open paid",
      { terms: [word("order"), word("paid")], operators: [{ operator: "is", value: "open", negated: false }] },
    ],
    ['"on its way"', { terms: [{ word: "on", prefix: false, next: ["its", "way"] }] }],
    ['"refund"', { terms: [word("refund")] }],
    ['-"on its way"', { without: [[{ word: "on", prefix: false, next: ["its", "way"] }]] }],
    ["-spammy AB-2024", { terms: [word("ab"), word("2024")], without: [[word("spammy")]] }],
    ["robot:7 http://x.example", { terms: [word("robot"), word("7"), word("http"), word("x"), word("example")] }],
    ['label: from:""', { terms: [word("label"), word("from")] }],
    ['a "b c', { terms: [word("a"), word("b"), word("c")] }],
    ['say"hi there"', { terms: [word("say"), word("hi"), word("there")] }],
    ["from:ruby@x.example", { operators: [{ operator: "from", value: "ruby@x.example", negated: false }] }],
    ['- -- "" ::', {}],
    ["", {}],
  ])("%j", (text, parts) => {
    expect(parseSearch(text)).toEqual({ terms: [], without: [], operators: [], ...parts });
  });

  test("without operators, quotes and minus signs it is what it was before there were any", () => {
    const plain = fc
      .string({ unit: "grapheme" })
      .filter((text) => !/["-]/.test(text) && !/(^|\s)[a-z]+:\S/iu.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(parseSearch(text)).toEqual({ terms: searchTerms(text), without: [], operators: [] });
      }),
    );
  });

  test("nothing that is typed makes it fail", () => {
    const bits = fc.constantFrom(
      ...SEARCH_OPERATORS.map((name) => `${name}:`),
      '"',
      "-",
      " ",
      ":",
      "a",
      "ü",
      "領収",
      "*",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (parts) => {
        const { operators } = parseSearch(parts.join(""));
        expect(operators.every(({ value }) => value !== "")).toBe(true);
      }),
    );
  });
});

describe("before: and after: name a moment", () => {
  const present = Date.parse("2026-03-05T14:30:00Z");

  test.each([
    ["2026-03-01", Date.parse("2026-03-01")],
    ["2026-03-01T09:30:00+02:00", Date.parse("2026-03-01T07:30:00Z")],
    ["today", Date.parse("2026-03-05")],
    ["Yesterday", Date.parse("2026-03-04")],
    ["7d", present - 7 * DAY],
    ["12h", present - 12 * HOUR],
    ["2w", present - 14 * DAY],
    ["3m", present - 90 * DAY],
    ["1y", present - 365 * DAY],
    ["soon", null],
    ["2026-02-30", null],
    ["7", null],
    ["", null],
  ])("%j", (text, moment) => {
    expect(parseMoment(text, present)).toBe(moment);
  });
});

describe("a snippet shows where the words are", () => {
  const marked = (text: string, search: string): string[] | null => {
    const snippet = makeSnippet(text, parseSearch(search).terms);
    return snippet === null ? null : snippet.marks.map(([from, to]) => snippet.text.slice(from, to));
  };

  test.each([
    ["The REFUND is on its way, a refund.", "refund", ["REFUND", "refund"]],
    ["We ship to Köln and Koln", "koln", ["Köln", "Koln"]],
    ["refunds refunded", "refu*", ["refunds", "refunded"]],
    ["refunds refunded", "refund", null],
    ["it is on its way", '"on its way"', ["on", "its", "way"]],
    ["領収書を送ってください", "領収書", ["領収書"]],
    ["nothing", "", null],
  ])("%j, %j", (text, search, words) => {
    expect(marked(text, search)).toEqual(words);
  });

  test("in a long text it is about 200 characters, begins and ends between words, and holds every mark", () => {
    const text = `${"lorem ipsum ".repeat(100)}needle ${"dolor sit ".repeat(100)}needle`;
    const snippet = makeSnippet(text, parseSearch("needle").terms);
    expect(snippet?.text.length).toBeLessThanOrEqual(260);
    expect(snippet?.text).toMatch(/^(lorem|ipsum) .*needle dolor.* (dolor|sit)$/);
    expect(snippet?.marks).toHaveLength(1);
  });

  test("marks are inside the snippet and hold a searched word, whatever the text", () => {
    const texts = fc.array(fc.constantFrom("needle", "hay", "領収書", ",", "ü", "\u{1f600}", " ", "x".repeat(90)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(texts, (parts) => {
        const snippet = makeSnippet(parts.join(""), parseSearch("needle 領収").terms);
        for (const [from, to] of snippet?.marks ?? []) {
          expect(snippet?.text.slice(from, to)).toMatch(/needle|領収/);
          expect(to).toBeGreaterThan(from);
        }
        expect(snippet?.marks.length).not.toBe(0);
      }),
    );
  });
});
