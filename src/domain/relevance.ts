import { type SearchTerm, searchWords } from "./search-words.ts";
import { DAY } from "./time.ts";

/** A message that holds all words of a search. */
export interface RankedHit {
  ticket_id: string;
  /** Whether they stand side by side in it, or at least near each other. */
  phrase: boolean;
  near: boolean;
  /** Whether it holds the very words, where the beginnings of words were searched. */
  exact: boolean;
}

export interface RankedTicket {
  id: string;
  subject: string | null;
  created_at: number;
}

/** What each sign of relevance is worth. docs/decisions/0019 says why, and what it was tried on. */
const SUBJECT = 3;
const PHRASE = 2;
const NEAR = 1.25;
const EXACT = 1;
/** For each doubling of the messages that match, up to eight. */
const MORE_MESSAGES = 0.25;
const MOST_MESSAGES = 8;
/** Taken off for each doubling of the age, in months, behind the newest that was found. */
const AGE = 0.25;
const MONTH = 30 * DAY;

/** So much of a subject is looked at: a longer one is a text. */
const SUBJECT_START = 300;

/**
 * The tickets, the most relevant first: words in the subject before words in messages, words side by side before words far from each
 * other, very words before beginnings, many messages before one, new before old. What is worth the same stands newest first, by
 * id at last. The order depends on nothing but what is given, so that pages of it fit together.
 */
export function rankTickets<T extends RankedTicket>(
  tickets: readonly T[],
  hits: readonly RankedHit[],
  terms: readonly SearchTerm[],
): T[] {
  const newest = tickets.reduce((latest, { created_at }) => Math.max(latest, created_at), 0);
  const byTicket = Map.groupBy(hits, ({ ticket_id }) => ticket_id);
  const rated = tickets.map((ticket) => {
    const age = Math.log2(1 + (newest - ticket.created_at) / MONTH);
    const found = worthOfHits(byTicket.get(ticket.id) ?? []);
    return { ticket, worth: found + SUBJECT * shareInSubject(ticket, terms) - AGE * age };
  });
  rated.sort((a, b) => b.worth - a.worth || isNewer(a.ticket, b.ticket));
  return rated.map(({ ticket }) => ticket);
}

function worthOfHits(hits: readonly RankedHit[]): number {
  const closeness = hits.some(({ phrase }) => phrase) ? PHRASE : hits.some(({ near }) => near) ? NEAR : 0;
  const exact = hits.some((hit) => hit.exact) ? EXACT : 0;
  return closeness + exact + MORE_MESSAGES * Math.log2(Math.min(Math.max(hits.length, 1), MOST_MESSAGES));
}

/** Which part of the terms a subject holds, from 0 to 1. */
function shareInSubject({ subject }: RankedTicket, terms: readonly SearchTerm[]): number {
  if (subject === null || terms.length === 0) return 0;
  const words = searchWords(subject.slice(0, SUBJECT_START));
  return terms.filter((term) => words.some((_, at) => standsAt(words, at, term))).length / terms.length;
}

function standsAt(words: readonly string[], at: number, { word, prefix, next = [] }: SearchTerm): boolean {
  return [word, ...next].every((each, index) => {
    const found = words[at + index] ?? "";
    return prefix && index === next.length ? found.startsWith(each) : found === each;
  });
}

function isNewer(a: RankedTicket, b: RankedTicket): number {
  return b.created_at - a.created_at || (a.id < b.id ? 1 : -1);
}
