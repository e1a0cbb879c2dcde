import { type SearchTerm, searchTerms, searchWords } from "./search-words.ts";
import { DAY, HOUR, parseTime } from "./time.ts";

/** The operators of a search; what else stands before a colon is a word like any other. */
export const SEARCH_OPERATORS = [
  "from",
  "to",
  "subject",
  "label",
  "inbox",
  "assignee",
  "is",
  "has",
  "before",
  "after",
  "number",
] as const;
export type SearchOperator = (typeof SEARCH_OPERATORS)[number];

/** `label:"needs reply"`, or with `-` in front the opposite. */
export interface OperatorPart {
  operator: SearchOperator;
  /** As typed, without quotes; never empty. */
  value: string;
  negated: boolean;
}

/** What a person typed into the search field, taken apart. */
export interface SearchQuery {
  /** Words and phrases that one message must hold, all of them. */
  terms: SearchTerm[];
  /** Of each, no message may hold all. */
  without: SearchTerm[][];
  operators: OperatorPart[];
}

// A minus, an operator, and a value in quotes or up to the next blank; a quote that is never closed is no quote.
const PART = /(?<=^|\s)(-?)(?:([a-z]+):)?(?:"([^"]*)"(?=\s|$)|(\S+))/giu;

/**
 * Takes a search apart. Never fails: what is no operator is searched as words, as it stands, so that a text without
 * operators, quotes and minus signs gives exactly the terms of `searchTerms`.
 */
export function parseSearch(text: string): SearchQuery {
  const query: SearchQuery = { terms: [], without: [], operators: [] };
  for (const match of text.matchAll(PART)) {
    const [whole, minus = "", name = "", quoted, bare = ""] = match;
    const negated = minus === "-";
    const operator = SEARCH_OPERATORS.find((known) => known === name.toLowerCase());
    const value = (quoted ?? bare).trim();
    if (operator !== undefined && value !== "") {
      query.operators.push({ operator, value, negated });
      continue;
    }
    const terms = quoted !== undefined && name === "" ? phraseTerms(quoted) : searchTerms(whole);
    if (!negated) query.terms.push(...terms);
    else if (terms.length > 0) query.without.push(terms);
  }
  return query;
}

/** How many words a search has, those of its operators included: each costs time. */
export function countSearchWords({ terms, without, operators }: SearchQuery): number {
  const words = [terms, ...without].flat().reduce((sum, term) => sum + 1 + (term.next?.length ?? 0), 0);
  return words + operators.length;
}

/** Words that must stand next to each other, in this order; the last may be the beginning of one (`*`). */
export function phraseTerms(text: string): SearchTerm[] {
  const [word, ...next] = searchWords(text);
  if (word === undefined) return [];
  const prefix = text.trimEnd().endsWith("*");
  return [next.length === 0 ? { word, prefix } : { word, prefix, next }];
}

const SPAN = /^(\d{1,4})([hdwmy])$/;
const SPANS: Record<string, number> = { h: HOUR, d: DAY, w: 7 * DAY, m: 30 * DAY, y: 365 * DAY };

/**
 * The moment that `before:` and `after:` name, in epoch milliseconds: a day or a time in ISO 8601, `today`, `yesterday`
 * (both in UTC), or a span that ends at `present`: `12h`, `7d`, `2w`, `3m` (of 30 days), `1y`. Null for anything else.
 */
export function parseMoment(text: string, present: number): number | null {
  const word = text.trim().toLowerCase();
  const midnight = present - (present % DAY);
  if (word === "today") return midnight;
  if (word === "yesterday") return midnight - DAY;
  const [, count, unit] = SPAN.exec(word) ?? [];
  if (count !== undefined && unit !== undefined) return present - Number(count) * (SPANS[unit] ?? 0);
  return parseTime(text);
}
