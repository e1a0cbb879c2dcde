import { expect, test } from "vitest";
import { parseSearch } from "../../src/domain/search-query.ts";
import { hasWords } from "../../web/src/features/tickets/has-words.ts";

test.each([
  ["refund", true],
  ["is:open refund", true],
  ['"on its way"', true],
  ["refun*", true],
  ["robot:7", true],
  ["領収書", true],
  ["don't", true],
  ['label:"', false],
  ['label:""', true],
  ["is:open", false],
  ['IS:open -refund -"a b" label:"needs reply"', false],
  ["number:7", false],
  ["subject:refund", false],
  ["", false],
  [" * !? ", false],
  ["\u0301", false],
  ["\u037a", false],
  ["-", false],
  ['""', false],
])("whether %j has words to be found is what the server says: %j", (q, expected) => {
  expect(hasWords(q)).toBe(expected);
  expect(parseSearch(q).terms.length > 0).toBe(expected);
});
