import { describe, expect, test } from "vitest";
import { searchWords } from "../../src/domain/search-words.ts";

describe("the words that search compares", () => {
  test("are lower case and without accents, and pairs of neighbours where a script has no spaces", () => {
    expect(searchWords("Köln, 10 Straßen! 漢字テ")).toEqual(["koln", "10", "straßen", "漢字", "字テ"]);
  });

  test("of a text of megabytes without a space are found as of any other", () => {
    expect(searchWords(`${"x".repeat(20_000_000)} end`)).toEqual(["x".repeat(64), "end"]);
    const han = searchWords(`${"\u{20000}".repeat(2_000_000)} end`);
    expect([han[0], han.at(-1), han.length]).toEqual(["\u{20000}\u{20000}", "end", 10_000]);
  });
});
