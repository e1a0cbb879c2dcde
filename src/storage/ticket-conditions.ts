import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from "kysely";
import type { SearchTerm } from "../domain/search-words.ts";
import type { TicketState } from "../domain/states.ts";
import type { Reader } from "./database.ts";
import type { Schema } from "./schema.ts";
import { holdsWords, matchingMessages, matchingTickets } from "./search.ts";
import { unreadBy } from "./seen-tickets.ts";

/** What a search may ask of a ticket, with every name resolved. */
export type TicketTrait =
  | { kind: "words"; terms: readonly SearchTerm[] }
  /** A message whose sender, or whose recipients, hold all these words. */
  | { kind: "from"; terms: readonly SearchTerm[] }
  | { kind: "to"; terms: readonly SearchTerm[] }
  | { kind: "subject"; terms: readonly SearchTerm[] }
  | { kind: "label"; ids: readonly string[] }
  | { kind: "inbox"; ids: readonly string[] }
  /** `null` is nobody. */
  | { kind: "assignee"; ids: readonly (string | null)[] }
  | { kind: "state"; states: readonly TicketState[] }
  | { kind: "spam" }
  | { kind: "trash" }
  | { kind: "attachment" }
  | { kind: "number"; number: number }
  | { kind: "before"; at: number }
  | { kind: "since"; at: number }
  /** `userSince` is when the user was added: see `isUnread`. */
  | { kind: "unread"; userId: string; userSince: number }
  | { kind: "mentioned"; userId: string }
  | { kind: "draft"; userId: string }
  /** A value that names nothing. */
  | { kind: "nothing" };

export interface TicketCondition {
  trait: TicketTrait;
  negated: boolean;
}

type Row = ExpressionBuilder<Schema, "tickets">;

interface Asked {
  reader: Pick<Reader, "engine">;
  accountId: string;
  row: Row;
}

type Writers = {
  [K in TicketTrait["kind"]]: (asked: Asked, trait: Extract<TicketTrait, { kind: K }>) => RawBuilder<SqlBool>;
};

const NOTHING = sql<SqlBool>`1 = 0`;

/** Each trait as SQL. None is null for any ticket, so that `not` turns it round. */
const WRITERS: Writers = {
  words: ({ reader, accountId }, { terms }) => sql`tickets.id in ${matchingTickets(reader, accountId, terms)}`,
  // The index knows the sender's words among others: it narrows down, and the column decides.
  from: ({ reader, accountId }, { terms }) =>
    terms.length === 0
      ? NOTHING
      : sql`tickets.id in (select ticket_id from messages where account_id = ${accountId}
          and id in ${matchingMessages(reader, accountId, terms)}
          and ${holdsWords(reader, sql`from_name || ' ' || coalesce("from", '')`, terms)})`,
  to: ({ reader, accountId }, { terms }) =>
    terms.length === 0
      ? NOTHING
      : sql`tickets.id in (select ticket_id from messages where account_id = ${accountId} and "to" is not null
          and ${holdsWords(reader, sql`"to" || ' ' || coalesce(cc, '') || ' ' || coalesce(bcc, '')`, terms)})`,
  subject: ({ reader, accountId }, { terms }) =>
    terms.length === 0
      ? NOTHING
      : sql`(tickets.id in ${matchingTickets(reader, accountId, terms)}
          and ${holdsWords(reader, sql`coalesce(tickets.subject, '')`, terms)})`,
  label: ({ accountId }, { ids }) =>
    isAmong(
      ids,
      (list) => sql`tickets.id in (select ticket_id from ticket_labels
      where account_id = ${accountId} and label_id in ${list})`,
    ),
  inbox: (_, { ids }) => isAmong(ids, (list) => sql`tickets.inbox_id in ${list}`),
  assignee: (_, { ids }) => {
    const named = isAmong(
      ids.filter((id) => id !== null),
      (list) => sql`(tickets.user_id is not null and tickets.user_id in ${list})`,
    );
    return ids.includes(null) ? sql`(tickets.user_id is null or ${named})` : named;
  },
  state: (_, { states }) => isAmong(states, (list) => sql`tickets.state in ${list}`),
  spam: () => sql`tickets.spam = 1`,
  trash: () => sql`tickets.trash = 1`,
  attachment: ({ accountId }) => sql`tickets.id in (select messages.ticket_id from attachments
    join messages on messages.account_id = attachments.account_id and messages.id = attachments.message_id
    where attachments.account_id = ${accountId} and attachments.inline = 0)`,
  number: (_, { number }) => sql`tickets.number = ${number}`,
  before: (_, { at }) => sql`tickets.created_at < ${at}`,
  since: (_, { at }) => sql`tickets.created_at >= ${at}`,
  unread: ({ row, accountId }, { userId, userSince }) => unreadBy(row, accountId, userId, userSince),
  mentioned: ({ accountId }, { userId }) => sql`tickets.id in (select ticket_id from mentions
    where account_id = ${accountId} and user_id = ${userId})`,
  draft: ({ accountId }, { userId }) => sql`tickets.id in (select ticket_id from drafts
    where account_id = ${accountId} and user_id = ${userId} and ticket_id is not null)`,
  nothing: () => NOTHING,
};

/** Conditions of a query of tickets, all of which must hold. */
export function writeConditions(
  asked: Asked,
  conditions: readonly TicketCondition[] | undefined,
): RawBuilder<SqlBool>[] {
  return (conditions ?? []).map(({ trait, negated }) => {
    const write = WRITERS[trait.kind] as (asked: Asked, trait: TicketTrait) => RawBuilder<SqlBool>;
    const held = write(asked, trait);
    return negated ? sql<SqlBool>`not (${held})` : held;
  });
}

/** What an index finds as quickly as the filters that are no search. */
const QUICK: readonly TicketTrait["kind"][] = ["inbox", "assignee", "state", "spam", "trash", "number", "nothing"];

/** Whether finding what matches may take more than a few milliseconds. */
export function takesLong(conditions: readonly TicketCondition[] | undefined): boolean {
  return conditions?.some(({ trait, negated }) => negated || !QUICK.includes(trait.kind)) === true;
}

/** A condition on a list of values, of which an empty one matches nothing. */
function isAmong(
  values: readonly unknown[],
  write: (list: RawBuilder<unknown>) => RawBuilder<SqlBool>,
): RawBuilder<SqlBool> {
  return values.length === 0 ? NOTHING : write(sql`(${sql.join([...values])})`);
}
