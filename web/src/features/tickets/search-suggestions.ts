/** What can stand before a colon in a search; `docs/search.md` says what each finds. */
export const OPERATORS = [
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
] as const;
export type Operator = (typeof OPERATORS)[number];

/** What each operator takes, as far as it is known here. */
export type Values = Readonly<Record<Operator, readonly { value: string; label?: string }[]>>;

export interface Suggestion {
  kind: "operator" | "value" | "recent";
  operator?: Operator;
  /** The whole text of the field once it is chosen, and where the caret is then. */
  text: string;
  caret: number;
  /** What is shown: the part that it adds. */
  label: string;
  /** An operator alone is to be gone on with; the others are complete. */
  complete: boolean;
}

export const IS_WORDS = ["open", "hold", "closed", "snoozed", "unassigned", "mine", "unread", "spam", "trash"] as const;

/** Spans that are asked for often: since today, in the last week, in the last month. */
export const MOMENTS = ["today", "yesterday", "7d", "1m", "1y"] as const;

/** Of what there may be many of; the words of `is:` are all offered. */
const MOST = 8;

/** The part of a search that the caret is in: its bounds, and what it is so far. */
export interface Part {
  from: number;
  to: number;
  minus: string;
  operator: Operator | null;
  /** Without its operator and quotes. */
  words: string;
}

export function partAt(text: string, caret: number): Part {
  let from = 0;
  let quoted = false;
  for (let at = 0; at < caret; at += 1) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(text[at] ?? "")) from = at + 1;
  }
  let to = caret;
  while (to < text.length && (quoted ? text[to] !== '"' : !/\s/.test(text[to] ?? ""))) to += 1;
  if (quoted && text[to] === '"') to += 1;
  const [, minus = "", name, words = ""] = /^(-?)(?:([a-z]+):)?(.*)$/is.exec(text.slice(from, caret)) ?? [];
  const operator = OPERATORS.find((each) => each === name?.toLowerCase()) ?? null;
  const whole = operator === null && name !== undefined ? `${name}:${words}` : words;
  return { from, to, minus, operator, words: whole.replaceAll('"', "") };
}

/** What may be meant by what is typed so far: earlier searches, operators, and the values that they take. */
export function suggest(text: string, caret: number, values: Values, recent: readonly string[]): Suggestion[] {
  const part = partAt(text, caret);
  const blank = text.trim() === "";
  if (blank) return [...recent.slice(0, 5).map(again), ...OPERATORS.map((each) => begin(text, part, each))];
  const { operator, words } = part;
  if (operator !== null) {
    return matching(values[operator], words)
      .slice(0, operator === "is" ? IS_WORDS.length : MOST)
      .map(({ value, label }) => complete(text, part, operator, value, label));
  }
  if (words === "") return [];
  const operators = OPERATORS.filter((each) => fold(each).startsWith(fold(words)));
  const named = (["label", "assignee", "inbox", "is"] as const).flatMap((each) =>
    words.length < 2
      ? []
      : matching(values[each], words).map(({ value, label }) => complete(text, part, each, value, label)),
  );
  return [...operators.map((each) => begin(text, part, each)), ...named].slice(0, MOST);
}

/** `value` as the search wants it: in quotes when it has blanks. */
export function spell(operator: Operator, value: string): string {
  return `${operator}:${/\s/.test(value) ? `"${value.replaceAll('"', "")}"` : value}`;
}

function again(text: string): Suggestion {
  return { kind: "recent", text, caret: text.length, label: text, complete: true };
}

function begin(text: string, part: Part, operator: Operator): Suggestion {
  const typed = `${part.minus}${operator}:`;
  const [whole, caret] = put(text, part, typed);
  return { kind: "operator", operator, text: whole, caret, label: typed, complete: false };
}

function complete(text: string, part: Part, operator: Operator, value: string, label?: string): Suggestion {
  const [whole, caret] = put(text, part, `${part.minus}${spell(operator, value)} `);
  return { kind: "value", operator, text: whole, caret, label: label ?? value, complete: true };
}

function put(text: string, { from, to }: Part, typed: string): [string, number] {
  const rest = text.slice(to).trimStart();
  return [text.slice(0, from) + typed + rest, from + typed.length];
}

/** Values of which a word begins with what is typed, those that begin so first. */
function matching<T extends { value: string; label?: string }>(values: readonly T[], words: string): T[] {
  const wanted = fold(words);
  const textOf = ({ value, label = "" }: T): string => fold(`${value} ${label}`);
  const found = values.filter((each) => ` ${textOf(each)}`.includes(` ${wanted}`) || textOf(each).startsWith(wanted));
  const exact = found.length === 1 && fold(found[0]?.value ?? "") === wanted;
  return exact ? [] : found.toSorted((one, other) => rank(one) - rank(other));
  function rank(each: T): number {
    return textOf(each).startsWith(wanted) ? 0 : 1;
  }
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
