/** Longer words are cut: nobody types them, and an index has no use for a base64 line. */
const WORD_LENGTH = 64;

/** Words of one text that are indexed; beyond, a text is a log file. */
const WORD_COUNT = 20_000;

/** All the words of a text together, in bytes of UTF-8: a `tsvector` ends at 1 MiB, places of words included. */
const TEXT_BYTES = 700_000;

/**
 * Whole words, but of a longer one a piece at a time: what the expression keeps for going back has no room for a word of
 * megabytes, and it would throw.
 */
const WORDS = new RegExp(`[\\p{L}\\p{N}\\p{M}]{1,${WORD_COUNT}}`, "gu");

// Scripts written without spaces between words: found by pairs of neighbouring characters.
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * Splits a text into the words that search compares: lower case, without accents, letters and digits only.
 * Both engines index what this returns, so that they find the same.
 */
export function searchWords(text: string): string[] {
  const folded = foldText(text);
  // What most texts are: too short for any limit but that of a word, and with spaces. A third of the time of what follows.
  if (folded.length <= WORD_COUNT && !UNSPACED.test(folded)) return (folded.match(WORDS) ?? []).map(cut);
  const words: string[] = [];
  let bytes = 0;
  let end = -1;
  for (const match of folded.matchAll(WORDS)) {
    const [word] = match;
    const isRest = match.index === end;
    end = match.index + word.length;
    if (isRest) continue;
    for (const part of UNSPACED.test(word) ? pairs(word) : [cut(word)]) {
      bytes += Buffer.byteLength(part);
      if (words.length === WORD_COUNT || bytes > TEXT_BYTES) return words;
      words.push(part);
    }
  }
  return words;
}

/** A text in the letters that search compares: lower case, without accents. */
export function foldText(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
}

/** At most so many units, and no half of a character at the end. */
function cut(word: string): string {
  return word.length <= WORD_LENGTH ? word : word.slice(0, WORD_LENGTH).replace(/[\ud800-\udbff]$/, "");
}

function pairs(word: string): string[] {
  const characters = Array.from(word.slice(0, WORD_COUNT));
  if (characters.length === 1) return [word];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

export interface SearchTerm {
  word: string;
  /** Matches every word that begins so: typed with a `*` at its end. */
  prefix: boolean;
  /** Words that follow it at once, in this order; `prefix` is then of the last of them. */
  next?: readonly string[];
}

/** What a person typed, as terms of which all must match. Empty when it holds no word. */
export function searchTerms(query: string): SearchTerm[] {
  return query.split(/\s+/u).flatMap((part) => {
    const words = searchWords(part);
    return words.map((word, index) => ({ word, prefix: part.endsWith("*") && index === words.length - 1 }));
  });
}
