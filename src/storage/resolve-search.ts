import type { OperatorPart, SearchOperator, SearchQuery } from "../domain/search-query.ts";
import { parseMoment, phraseTerms } from "../domain/search-query.ts";
import { searchTerms } from "../domain/search-words.ts";
import { TICKET_STATES, type TicketState } from "../domain/states.ts";
import { now } from "../domain/time.ts";
import type { Reader } from "./database.ts";
import { listInboxes } from "./inboxes.ts";
import { listLabels } from "./labels.ts";
import type { UserRow } from "./schema.ts";
import type { TicketCondition, TicketTrait } from "./ticket-conditions.ts";
import type { TicketFilter } from "./ticket-filter.ts";
import { findUser, listUsers, userName } from "./users.ts";

/** Who searches: `is:mine` and `assignee:me` are theirs. Null for a token, to which they match nothing. */
export type Searcher = Pick<UserRow, "id" | "created_at"> | null;

interface Asked {
  reader: Reader;
  accountId: string;
  searcher: Searcher;
}

const NOTHING: TicketTrait = { kind: "nothing" };

/**
 * The conditions that a search puts on tickets besides its words: names resolved to ids, by lower-case name or by the id
 * itself. A value that names nothing matches nothing. Of inboxes, assignees and states, of which a ticket has one only,
 * several are alternatives; everything else must hold together.
 */
export async function resolveSearch(
  reader: Reader,
  accountId: string,
  searcher: Searcher,
  query: Pick<SearchQuery, "operators" | "without">,
): Promise<TicketCondition[]> {
  const conditions: TicketCondition[] = query.without.map((terms) => ({
    trait: { kind: "words", terms },
    negated: true,
  }));
  for (const part of query.operators) {
    const trait = await RESOLVERS[part.operator]({ reader, accountId, searcher }, part);
    conditions.push({ trait, negated: part.negated });
  }
  return joinAlternatives(conditions);
}

/** Filters that mean something for who is signed in only; to a token no ticket has any of these. */
export const PERSONAL_FILTERS = ["unread", "mentioned", "draft"] as const;
export type PersonalFilter = (typeof PERSONAL_FILTERS)[number];

/** A filter as it was asked for, in which names are not resolved yet: see `resolveFilter`. */
export interface AskedFilter extends TicketFilter {
  search: Pick<SearchQuery, "operators" | "without">;
  personal: readonly (readonly [PersonalFilter, boolean])[];
}

/** A filter with every name resolved, for the user who asks; null for a token. */
export async function resolveFilter(
  reader: Reader,
  accountId: string,
  userId: string | null,
  { search, personal: flags, ...filter }: AskedFilter,
): Promise<TicketFilter> {
  if (search.operators.length + search.without.length + flags.length === 0) return filter;
  const searcher = userId === null ? null : ((await findUser(reader, accountId, userId)) ?? null);
  const resolved = await resolveSearch(reader, accountId, searcher, search);
  const own = flags.map(([kind, wanted]) => ({ trait: personal(kind, searcher), negated: !wanted }));
  return { ...filter, conditions: [...resolved, ...own] };
}

type Resolver = (asked: Asked, part: OperatorPart) => TicketTrait | Promise<TicketTrait>;

const RESOLVERS: Record<SearchOperator, Resolver> = {
  from: (_, { value }) => ({ kind: "from", terms: searchTerms(value) }),
  to: (_, { value }) => ({ kind: "to", terms: searchTerms(value) }),
  subject: (_, { value }) => ({ kind: "subject", terms: phraseTerms(value) }),
  label: async ({ reader, accountId }, { value }) => {
    const labels = await listLabels(reader, accountId);
    return { kind: "label", ids: idsNamed(labels, value, ({ name }) => [name]) };
  },
  inbox: async ({ reader, accountId }, { value }) => {
    const inboxes = await listInboxes(reader, accountId);
    return { kind: "inbox", ids: idsNamed(inboxes, value, ({ name, address }) => [name, address]) };
  },
  assignee: async ({ reader, accountId, searcher }, { value }) => {
    const word = key(value);
    if (word === "me") return mine(searcher);
    if (word === "none" || word === "nobody") return { kind: "assignee", ids: [null] };
    const users = await listUsers(reader, accountId);
    return {
      kind: "assignee",
      ids: idsNamed(users, value, (user) => [userName(user), user.first_name, user.last_name, user.email]),
    };
  },
  is: ({ searcher }, { value }) => TRAITS_BY_WORD.get(key(value))?.(searcher) ?? NOTHING,
  has: (_, { value }) => (/^(attachment|file)s?$/.test(key(value)) ? { kind: "attachment" } : NOTHING),
  before: (_, { value }) => moment("before", value),
  after: (_, { value }) => moment("since", value),
  number: (_, { value }) =>
    /^#?\d{1,9}$/.test(value) ? { kind: "number", number: Number(value.replace("#", "")) } : NOTHING,
};

const TRAITS_BY_WORD: ReadonlyMap<string, (searcher: Searcher) => TicketTrait> = new Map([
  ...TICKET_STATES.map((name) => [name, (): TicketTrait => ({ kind: "state", states: [name] })] as const),
  ["unassigned", (): TicketTrait => ({ kind: "assignee", ids: [null] })],
  ["mine", mine],
  ["spam", (): TicketTrait => ({ kind: "spam" })],
  ["trash", (): TicketTrait => ({ kind: "trash" })],
  ["unread", (searcher: Searcher) => personal("unread", searcher)],
]);

function personal(kind: PersonalFilter, searcher: Searcher): TicketTrait {
  if (searcher === null) return NOTHING;
  return kind === "unread"
    ? { kind, userId: searcher.id, userSince: searcher.created_at }
    : { kind, userId: searcher.id };
}

function mine(searcher: Searcher): TicketTrait {
  return searcher === null ? NOTHING : { kind: "assignee", ids: [searcher.id] };
}

function moment(kind: "before" | "since", value: string): TicketTrait {
  const at = parseMoment(value, now());
  return at === null ? NOTHING : { kind, at };
}

function key(text: string): string {
  return text.trim().normalize("NFKC").toLowerCase();
}

function idsNamed<T extends { id: string }>(
  things: readonly T[],
  value: string,
  names: (thing: T) => (string | null)[],
): string[] {
  const wanted = key(value);
  const named = things.filter(
    (thing) => thing.id === wanted || names(thing).some((name) => name !== null && key(name) === wanted),
  );
  return named.map(({ id }) => id);
}

function joinAlternatives(conditions: readonly TicketCondition[]): TicketCondition[] {
  const inboxes: string[][] = [];
  const assignees: (string | null)[][] = [];
  const states: TicketState[][] = [];
  const others = conditions.filter(({ trait, negated }) => {
    if (negated) return true;
    if (trait.kind === "inbox") inboxes.push([...trait.ids]);
    else if (trait.kind === "assignee") assignees.push([...trait.ids]);
    else if (trait.kind === "state") states.push([...trait.states]);
    else return true;
    return false;
  });
  const joined: TicketTrait[] = [
    ...(inboxes.length > 0 ? [{ kind: "inbox", ids: inboxes.flat() } as const] : []),
    ...(assignees.length > 0 ? [{ kind: "assignee", ids: assignees.flat() } as const] : []),
    ...(states.length > 0 ? [{ kind: "state", states: states.flat() } as const] : []),
  ];
  return [...others, ...joined.map((trait) => ({ trait, negated: false }))];
}
