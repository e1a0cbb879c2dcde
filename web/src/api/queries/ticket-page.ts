import type { Query } from "../client.ts";
import type { Id, TicketRow } from "../types.ts";

/** A filter and sort of `GET /tickets`, as the API spells them: `{ state: "open", user_id: null }`. */
export type TicketFilter = Query;

/** A list in an order; what is shown of it is asked for page by page, wherever one scrolls to. */
export interface TicketList {
  filter: TicketFilter;
  sort: string;
}

export interface TicketPage {
  rows: TicketRow[];
  /** How many match in all. */
  total: number;
}

export const LIST_PAGE = 50;
/** page × per_page may not go further; beyond, ask with `since_created_at`. */
export const LAST_PAGE = 10_000 / LIST_PAGE;

export const FIELDS = [
  "id",
  "number",
  "user_id",
  "state",
  "snoozed_until",
  "subject",
  "label_ids",
  "customer_id",
  "type",
  "inbox_id",
  "spam",
  "trash",
  "reply_to",
  "reply_cc",
  "updated_at",
  "created_at",
  "version",
  "merged_into",
];
export const ROW_FIELDS = [
  ...FIELDS,
  "summary",
  "last_message",
  "message_count",
  "attachment_count",
  "unread",
  "draft",
  "failed_delivery",
  "mentioned",
  "customer",
];

/** What is asked for a page of a list, from 1; the first one counts all. `after`: see `ticketPageQuery`. */
export function pageOfList({ filter, sort }: TicketList, page: number, after: Id | null = null): Query {
  return {
    fields: ROW_FIELDS,
    embed: "customer",
    count: page === 1 ? true : undefined,
    per_page: LIST_PAGE,
    page: ((page - 1) % LAST_PAGE) + 1,
    sort,
    after_id: after ?? undefined,
    ...filter,
  };
}
