import { OPERATORS } from "./search-suggestions.ts";

// As `src/domain/search-query.ts` takes a search apart; a test holds the two together.
const PART = /(?<=^|\s)(-?)(?:([a-z]+):)?(?:"([^"]*)"(?=\s|$)|(\S+))/giu;
const KNOWN: readonly string[] = [...OPERATORS, "number"];

/** Whether a search has words that are to be found, besides operators and what is left out. */
export function hasWords(q: string): boolean {
  return [...q.matchAll(PART)].some(([whole, minus, name = "", quoted, bare = ""]) => {
    const isOperator = KNOWN.includes(name.toLowerCase()) && (quoted ?? bare).trim() !== "";
    return minus === "" && !isOperator && /[\p{L}\p{N}]/u.test(withoutAccents(whole));
  });
}

function withoutAccents(text: string): string {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
}
