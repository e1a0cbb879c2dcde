import { type SearchTerm, searchWords } from "./search-words.ts";

/** A piece of a text, and where in it the words are that were searched: from, up to and without, in UTF-16 units. */
export interface Snippet {
  text: string;
  marks: [from: number, to: number][];
}

/** Characters of a snippet, and how much of it stands before the first mark. */
const LENGTH = 200;
const BEFORE = 60;

/** So much of a text is looked through; a word behind it is found by the search and not shown. */
const READ = 200_000;

const WORDS = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * The piece of a text around the first place where words of a search stand, with all that stand in it marked. Null when
 * none does. A phrase is marked word by word; in scripts without spaces a run of characters is marked where the searched
 * characters are.
 */
export function makeSnippet(text: string, terms: readonly SearchTerm[]): Snippet | null {
  const line = text.slice(0, READ).replace(/\s+/g, " ").trim();
  const isWanted = wantedWords(terms);
  const found: [number, number][] = [];
  for (const match of line.matchAll(WORDS)) {
    if (found[0] !== undefined && match.index > startOf(line, found[0][0]) + LENGTH) break;
    found.push(...placesIn(match[0], match.index, isWanted));
  }
  const [first] = found;
  if (first === undefined) return null;
  const start = startOf(line, first[0]);
  const most = Math.max(start + LENGTH, first[1]);
  while ((found.at(-1)?.[1] ?? 0) > most) found.pop();
  const end = endOf(line, most, found.at(-1)?.[1] ?? 0);
  return { text: line.slice(start, end), marks: found.map(([from, to]) => [from - start, to - start]) };
}

/** Where wanted words are in a run of letters: all of it, or, where it is searched by pairs of characters, those pairs. */
function placesIn(run: string, at: number, isWanted: (word: string) => boolean): [number, number][] {
  const words = searchWords(run);
  if (words.length <= 1) return words.some(isWanted) ? [[at, at + run.length]] : [];
  const places: [number, number][] = [];
  const characters = Array.from(run);
  let from = at;
  for (const [index, character] of characters.entries()) {
    const pair = character + (characters[index + 1] ?? "");
    const last = places.at(-1);
    if (searchWords(pair).some(isWanted)) {
      if (last !== undefined && last[1] >= from) last[1] = from + pair.length;
      else places.push([from, from + pair.length]);
    }
    from += character.length;
  }
  return places;
}

function wantedWords(terms: readonly SearchTerm[]): (word: string) => boolean {
  const whole = new Set<string>();
  const beginnings: string[] = [];
  for (const { word, prefix, next = [] } of terms) {
    const words = [word, ...next];
    for (const each of prefix ? words.slice(0, -1) : words) whole.add(each);
    const last = words.at(-1);
    if (prefix && last !== undefined) beginnings.push(last);
  }
  return (word) => whole.has(word) || beginnings.some((begin) => word.startsWith(begin));
}

/** Begins with a word, as far before the first mark as there is room. */
function startOf(line: string, mark: number): number {
  if (mark <= BEFORE) return 0;
  const space = line.indexOf(" ", mark - BEFORE);
  return space === -1 || space >= mark ? mark : space + 1;
}

/** Ends between two words where one is near, never before the last mark has ended, and never inside a character. */
function endOf(line: string, wanted: number, least: number): number {
  if (wanted >= line.length) return line.length;
  const space = line.lastIndexOf(" ", wanted);
  if (space > wanted - 30 && space >= least) return space;
  return /[\ud800-\udbff]/.test(line[wanted - 1] ?? "") ? wanted - 1 : wanted;
}
