// Longer than most: every way that tickets are read and changed, because a change is shown in each of them at once.
import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post, request, urlOf } from "../client.ts";
import { takeEarly } from "../early.ts";
import { queryClient } from "../query-client.ts";
import { asBeginning } from "./search-words.ts";
import {
  FIELDS,
  LAST_PAGE,
  LIST_PAGE as PER_PAGE,
  ROW_FIELDS,
  type TicketFilter,
  type TicketList,
  type TicketPage,
  pageOfList,
} from "./ticket-page.ts";
import type { BulkChanges, BulkResult, Id, Ticket, TicketChanges, TicketRow } from "../types.ts";

const TICKET_FIELDS = [...FIELDS, "unread", "seen_at", "draft", "failed_delivery", "message_count", "customer"];

export const ticketKeys = {
  lists: ["tickets"] as const,
  list: (filter: TicketFilter) => ["tickets", filter] as const,
  page: (list: TicketList, page: number) => ["tickets", list.filter, list.sort, page] as const,
  one: (id: Id) => ["ticket", id] as const,
  events: (id: Id) => ["ticket", id, "events"] as const,
};

/** A list, page by page. `data.pages.flatMap((page) => page.rows)` are its rows. */
export function ticketsQuery(filter: TicketFilter) {
  return infiniteQueryOptions({
    queryKey: ticketKeys.list(filter),
    queryFn: async ({ pageParam, signal }): Promise<TicketPage> => {
      const query = {
        fields: ROW_FIELDS,
        embed: "customer",
        count: true,
        per_page: PER_PAGE,
        page: pageParam,
        ...filter,
      };
      const { data, total } = await request<TicketRow[]>("GET", "/tickets", { query, signal });
      return { rows: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: (last, _all, page) =>
      last.rows.length < PER_PAGE || page >= LAST_PAGE || page * PER_PAGE >= last.total ? undefined : page + 1,
  });
}

/** Page `page` of a list, from 1. `after` is the ticket before the first of `page`'s block of 10,000 (see `blockOf`). */
export function ticketPageQuery(list: TicketList, page: number, after: Id | null = null) {
  return queryOptions({
    queryKey: ticketKeys.page(list, page),
    queryFn: async ({ signal }): Promise<TicketPage> => {
      const query = pageOfList(list, page, after);
      const early = page === 1 ? await takeEarly(urlOf("/tickets", query)) : null;
      if (early !== null) return early;
      const { data, total } = await request<TicketRow[]>("GET", "/tickets", { query, signal });
      return { rows: data, total: total ?? 0 };
    },
  });
}

/** Which block of 10,000 a page is in, from 0: a page is counted from the start of its block. */
export function blockOf(page: number): number {
  return Math.floor((page - 1) / LAST_PAGE);
}

/** The last ticket of a block of 10,000, which the next block comes after. Null when the list ends before. */
export function blockEndQuery(list: TicketList, block: number, after: Id | null) {
  return queryOptions({
    queryKey: ["tickets", list.filter, list.sort, "end", block],
    queryFn: async ({ signal }): Promise<Id | null> => {
      const place = { per_page: 1, page: LAST_PAGE * PER_PAGE, after_id: after ?? undefined };
      const [last] = await get<{ id: Id }[]>(
        "/tickets",
        { fields: "id", sort: list.sort, ...place, ...list.filter },
        signal,
      );
      return last?.id ?? null;
    },
  });
}

/** How many tickets of a filter the reader has not seen. */
export function unreadCountQuery(filter: TicketFilter) {
  return queryOptions({
    queryKey: ["folders", "unread", filter],
    queryFn: async ({ signal }): Promise<number> => {
      const query = { ...filter, unread: true, count: true, per_page: 0, fields: "id" };
      return (await request<unknown[]>("GET", "/tickets", { query, signal })).total ?? 0;
    },
  });
}

export function ticketQuery(id: Id) {
  return queryOptions({
    queryKey: ticketKeys.one(id),
    queryFn: async ({ signal }) =>
      await get<TicketRow>(`/tickets/${id}`, { fields: TICKET_FIELDS, embed: "customer" }, signal),
    // The list has most of it: the header is there at once.
    placeholderData: () => findListed(id),
  });
}

/** What is kept below `ticketKeys.lists`: lists read to the end, single pages, and the ends of blocks. */
type Listed = InfiniteData<TicketPage> | TicketPage | Id | readonly (Id | null)[] | null | undefined;

function holdsRows(data: Listed): data is InfiniteData<TicketPage> | TicketPage {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function rowsIn(data: Listed): readonly TicketRow[] {
  if (!holdsRows(data)) return [];
  return "pages" in data ? data.pages.flatMap(({ rows }) => rows) : data.rows;
}

/** Rewrites the rows of whatever holds some; the same object when nothing changed. */
function mapRows(data: Listed, change: (rows: TicketRow[]) => TicketRow[]): Listed {
  if (!holdsRows(data)) return data;
  const onPage = (page: TicketPage): TicketPage => {
    const rows = change(page.rows);
    return { rows, total: page.total - (page.rows.length - rows.length) };
  };
  return "pages" in data ? { ...data, pages: data.pages.map(onPage) } : onPage(data);
}

/** A ticket as some list shows it. */
export function findListed(id: Id): TicketRow | undefined {
  for (const [, data] of queryClient.getQueriesData<Listed>({ queryKey: ticketKeys.lists })) {
    const found = rowsIn(data).find((row) => row.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Writes changes into every place that shows these tickets. Returns what puts the former state back. */
export function showChanged(ids: readonly Id[], change: (ticket: TicketRow) => TicketRow): () => void {
  const among = new Set(ids);
  const lists = queryClient.getQueriesData<Listed>({ queryKey: ticketKeys.lists });
  const singles = ids.map(
    (id) => [ticketKeys.one(id), queryClient.getQueryData<TicketRow>(ticketKeys.one(id))] as const,
  );
  const changeRow = (row: TicketRow): TicketRow => (among.has(row.id) ? change(row) : row);
  queryClient.setQueriesData<Listed>({ queryKey: ticketKeys.lists }, (data) =>
    rowsIn(data).some(({ id }) => among.has(id)) ? mapRows(data, (rows) => rows.map(changeRow)) : data,
  );
  for (const [key, ticket] of singles) if (ticket !== undefined) queryClient.setQueryData(key, change(ticket));
  return () => {
    for (const [key, data] of lists) queryClient.setQueryData(key, data);
    for (const [key, ticket] of singles) if (ticket !== undefined) queryClient.setQueryData(key, ticket);
  };
}

/** Takes tickets out of the lists that no longer hold them: one that was closed leaves "Mine" at once. */
export function hideFromLists(ids: readonly Id[], from: (filter: TicketFilter) => boolean): void {
  const among = new Set(ids);
  const lists = queryClient.getQueriesData<Listed>({
    queryKey: ticketKeys.lists,
    predicate: ({ queryKey }) => from((queryKey[1] ?? {}) as TicketFilter),
  });
  for (const [key, data] of lists) {
    const gone = rowsIn(data).filter(({ id }) => among.has(id)).length;
    if (gone === 0) continue;
    queryClient.setQueryData<Listed>(
      key,
      mapRows(data, (rows) => rows.filter((row) => !among.has(row.id))),
    );
    // The total of a list that is read by pages is with its first page.
    const [, filter, sort, page] = key;
    if (typeof page !== "number" || page === 1) continue;
    queryClient.setQueryData<TicketPage>(["tickets", filter, sort, 1], (first) =>
      first === undefined ? first : { ...first, total: first.total - gone },
    );
  }
}

/**
 * Shows what a change makes of these tickets, everywhere: rows change, and leave the lists that they are no longer part
 * of. Returns what puts the former state back. For `show` of `useChange`.
 */
export function showChanges(ids: readonly Id[], changes: BulkChanges): () => void {
  const putBack = showChanged(ids, (ticket) => applyChanges(ticket, changes));
  hideFromLists(ids, (filter) => refuses(filter, changes));
  return putBack;
}

function applyChanges(ticket: TicketRow, changes: BulkChanges): TicketRow {
  const { add_label_ids = [], remove_label_ids = [], snoozed_until, ...plain } = changes;
  const kept = ticket.label_ids.filter((id) => !remove_label_ids.includes(id) && !add_label_ids.includes(id));
  return {
    ...ticket,
    ...plain,
    label_ids: [...kept, ...add_label_ids],
    ...(plain.state !== undefined && { snoozed_until: null }),
    ...(snoozed_until != null && { state: "snoozed" as const, snoozed_until }),
  };
}

/** Whether a list does not hold what was changed so. What a search finds is the server's to say. */
function refuses(filter: TicketFilter, changes: BulkChanges): boolean {
  const state = changes.snoozed_until == null ? changes.state : "snoozed";
  const other = (name: string, value: unknown): boolean =>
    value !== undefined && filter[name] !== undefined && filter[name] !== value;
  return (
    other("state", state) ||
    other("user_id", changes.user_id) ||
    other("inbox_id", changes.inbox_id) ||
    other("spam", changes.spam) ||
    other("trash", changes.trash) ||
    (changes.remove_label_ids ?? []).some((id) => filter["label_id"] === id)
  );
}

/** Changes one ticket; 412 when it has changed since `version`. */
export async function changeTicket(id: Id, changes: TicketChanges, version?: number): Promise<Ticket> {
  return (await request<Ticket>("PATCH", `/tickets/${id}`, { body: changes, ifMatch: version })).data;
}

export async function snoozeTicket(id: Id, until: string): Promise<void> {
  await request("POST", `/tickets/${id}/snooze`, { body: { snoozed_until: until } });
}

/** Opens a snoozed ticket now. */
export async function unsnoozeTicket(id: Id): Promise<void> {
  await request("DELETE", `/tickets/${id}/snooze`);
}

export async function addLabels(id: Id, labels: readonly Id[]): Promise<void> {
  await request("PUT", `/tickets/${id}/labels/${labels.join(",")}`, { body: {} });
}

export async function removeLabels(id: Id, labels: readonly Id[]): Promise<void> {
  await request("DELETE", `/tickets/${id}/labels/${labels.join(",")}`);
}

/** Tickets that may become part of this one: the customer's other ones, or what is searched for, a number at first. */
export function mergeCandidatesQuery(ticket: Pick<TicketRow, "id" | "customer_id">, q: string) {
  return queryOptions({
    queryKey: ["merge-candidates", ticket.id, q],
    queryFn: async ({ signal }): Promise<TicketRow[]> => {
      const number = /^#?(\d{1,9})$/.exec(q)?.[1];
      const words = number === undefined ? asBeginning(q) : `number:${number}`;
      const which = q === "" ? { customer_id: ticket.customer_id } : { q: words };
      const query = { ...which, fields: [...FIELDS, "customer"], embed: "customer", per_page: 20, sort: "-updated_at" };
      const rows = await get<TicketRow[]>("/tickets", { ...query, trash: false }, signal);
      return rows.filter(({ id, merged_into }) => id !== ticket.id && merged_into == null);
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Makes other tickets part of this one. Returns what takes it back. */
export async function mergeTickets(id: Id, others: readonly Id[]): Promise<Id | null> {
  return (await request("POST", `/tickets/${id}/merge`, { body: { ticket_ids: others } })).headers.get("Undo-Id");
}

/** Takes messages of a ticket to a new one. */
export async function splitTicket(
  id: Id,
  messages: readonly Id[],
  subject: string | null,
): Promise<{ ticket: Ticket; undoId: Id | null }> {
  const body = { message_ids: messages, subject };
  const { data, headers } = await request<Ticket>("POST", `/tickets/${id}/split`, { body });
  return { ticket: data, undoId: headers.get("Undo-Id") };
}

export async function changeMany(
  which: { ticket_ids: Id[] } | { filter: TicketFilter },
  changes: BulkChanges,
): Promise<BulkResult> {
  const chosen = "filter" in which ? { filter: asTexts(which.filter) } : which;
  return await post<BulkResult>("/tickets/bulk", { ...chosen, changes });
}

/** A bulk action takes its filter as a query string would spell it. */
function asTexts(filter: TicketFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** Takes a bulk action or a merge back, up to ten minutes later. */
export async function undo(undoId: Id): Promise<void> {
  await post(`/undos/${undoId}`);
  await queryClient.invalidateQueries();
}

export async function markSeen(id: Id, messageId?: Id): Promise<void> {
  await request("PUT", `/tickets/${id}/seen`, { body: messageId === undefined ? {} : { message_id: messageId } });
}

export async function markUnseen(id: Id): Promise<void> {
  await request("DELETE", `/tickets/${id}/seen`);
}
