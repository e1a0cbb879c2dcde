import type { SearchTerm } from "../domain/search-words.ts";

/** The terms of a search as each engine's full text wants to be asked. Words hold letters, digits and marks only: quoting them needs no escape. */
export interface Match {
  /** For `match` of SQLite's index. */
  readonly sqlite: string;
  /** A `tsquery`. */
  readonly postgres: string;
}

/** All of them, anywhere in a text. */
export function matchAll(terms: readonly SearchTerm[]): Match {
  return {
    sqlite: words(terms.map(sqliteTerm).join(" AND ")),
    postgres: terms.map(postgresTerm).join(" & "),
  };
}

/** All of them side by side, in the order in which they were typed. Null where there is nothing to stand beside, or no phrase of it. */
export function matchPhrase(terms: readonly SearchTerm[]): Match | null {
  const [first, ...others] = terms;
  const last = terms.at(-1);
  // The beginning of a word ends a phrase.
  if (first === undefined || last === undefined || others.length === 0) return null;
  if (terms.slice(0, -1).some(({ prefix }) => prefix)) return null;
  const next = [...(first.next ?? []), ...others.flatMap((term) => wordsOf(term))];
  return matchAll([{ word: first.word, next, prefix: last.prefix }]);
}

/** At most so many words lie between two that are near each other. */
const BETWEEN = 4;

/** Each of them near the one that was typed before it, in whichever order. Null where there is nothing to be near to. */
export function matchNear(terms: readonly SearchTerm[]): Match | null {
  const pairs = terms.slice(1).map((term, index) => [terms[index] as SearchTerm, term] as const);
  if (pairs.length === 0) return null;
  return {
    sqlite: words(
      pairs.map(([one, other]) => `NEAR(${sqliteTerm(one)} ${sqliteTerm(other)}, ${BETWEEN})`).join(" AND "),
    ),
    postgres: pairs.map(([one, other]) => `(${apart(one, other)} | ${apart(other, one)})`).join(" & "),
  };
}

function words(query: string): string {
  return `words : (${query})`;
}

function sqliteTerm(term: SearchTerm): string {
  return `"${wordsOf(term).join(" ")}"${term.prefix ? "*" : ""}`;
}

function postgresTerm(term: SearchTerm): string {
  const phrase = wordsOf(term)
    .map((each) => `'${each}'`)
    .join(" <-> ");
  return `(${phrase}${term.prefix ? ":*" : ""})`;
}

/** The one behind the other, by each distance that is near. */
function apart(one: SearchTerm, other: SearchTerm): string {
  const distances = Array.from({ length: BETWEEN + 1 }, (_, index) => index + 1);
  return distances.map((distance) => `(${postgresTerm(one)} <${distance}> ${postgresTerm(other)})`).join(" | ");
}

function wordsOf({ word, next = [] }: SearchTerm): string[] {
  return [word, ...next];
}

/** The word of SQLite's index that keeps accounts, and messages and customers, apart. */
export function scopeOf(accountId: string, message: boolean): string {
  return `${accountId}${message ? "m" : "c"}`;
}
