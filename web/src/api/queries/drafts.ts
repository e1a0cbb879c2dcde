import { queryOptions } from "@tanstack/react-query";
import { API, CLIENT_HEADERS, get, post, put, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import { statusOf } from "../errors.ts";
import type { Attachment, Id, Time } from "../types.ts";

/** What a person is writing, as the server keeps it. */
export interface Draft {
  id: Id;
  ticket_id: Id | null;
  kind: DraftKind;
  to: string | null;
  cc: string | null;
  bcc: string | null;
  subject: string | null;
  body: string;
  htmlized: boolean;
  attachments: Attachment[];
  inbox_id: Id | null;
  customer_id: Id | null;
  version: number;
  updated_at: Time;
}

export type DraftKind = "reply" | "note" | "forward";

/** All of a draft: a save replaces what was there. */
export interface DraftInput extends Pick<Draft, "kind" | "to" | "cc" | "bcc" | "subject" | "body" | "htmlized"> {
  attachment_ids: Id[];
  inbox_id?: Id | null;
  customer_id?: Id | null;
  /** The version that this follows, 0 for none: 412 when another device was faster. */
  version: number;
}

export const draftKeys = {
  of: (ticketId: Id) => ["ticket", ticketId, "draft"] as const,
  all: ["drafts"] as const,
  free: (id: Id) => ["drafts", id] as const,
};

/** My draft on a ticket; null when there is none. */
export function draftQuery(ticketId: Id) {
  return queryOptions({
    queryKey: draftKeys.of(ticketId),
    queryFn: async ({ signal }) => await readTicketDraft(ticketId, signal),
    staleTime: 0,
  });
}

/** Drafts of new tickets, the newest first. */
export const draftsQuery = queryOptions({
  queryKey: draftKeys.all,
  queryFn: async ({ signal }) => {
    const drafts = await get<Draft[]>("/drafts", { per_page: 100 }, signal);
    return drafts.toSorted((a, b) => b.updated_at.localeCompare(a.updated_at));
  },
  staleTime: 0,
});

/** A draft of a new ticket as it is on the server now; null when it is gone. */
export function freeDraftQuery(id: Id) {
  return queryOptions({
    queryKey: draftKeys.free(id),
    // As a list, for the reason of `readTicketDraft`: it goes while it is still shown, when it is sent.
    queryFn: async ({ signal }) => {
      const drafts = await get<Draft[]>("/drafts", { per_page: 100 }, signal);
      return drafts.find((draft) => draft.id === id) ?? null;
    },
    staleTime: 0,
  });
}

/** What this window itself has saved or sent: an answer that is on its way knows less, and is not waited for. */
export async function noteDraft(key: readonly string[], draft: Draft | null): Promise<void> {
  await queryClient.cancelQueries({ queryKey: key, exact: true });
  queryClient.setQueryData(key, draft);
}

/** A draft of a new ticket; null when it is gone. */
export async function readFreeDraft(id: Id): Promise<Draft | null> {
  return await absentAsNull(get<Draft>(`/drafts/${id}`));
}

/** Asked for as a list, which may be empty: a browser writes every 404 down as an error. */
export async function readTicketDraft(ticketId: Id, signal?: AbortSignal): Promise<Draft | null> {
  const [draft] = await get<Draft[]>("/drafts", { ticket_id: ticketId }, signal);
  return draft ?? null;
}

/** Whether I am writing something on a ticket already. */
export async function hasDraft(ticketId: Id): Promise<boolean> {
  return (await get<{ draft: boolean }>(`/tickets/${ticketId}`, { fields: "draft" })).draft;
}

export async function saveTicketDraft(ticketId: Id, draft: DraftInput): Promise<Draft> {
  return await put<Draft>(`/tickets/${ticketId}/draft`, draft);
}

/** Begins the draft of a new ticket, or goes on with it. */
export async function saveFreeDraft(id: Id | null, draft: DraftInput): Promise<Draft> {
  const { version, ...content } = draft;
  return id === null
    ? await post<Draft>("/drafts", content)
    : await put<Draft>(`/drafts/${id}`, { ...content, version });
}

export async function deleteTicketDraft(ticketId: Id): Promise<void> {
  await absentAsNull(remove(`/tickets/${ticketId}/draft`));
}

export async function deleteFreeDraft(id: Id): Promise<void> {
  await absentAsNull(remove(`/drafts/${id}`));
}

/** The browser takes no larger body with it when the page goes, in bytes. */
const KEEPALIVE_LIMIT = 60_000;

/** Saves while the page goes away, or deletes (null); nobody waits for the answer. */
export function saveDraftLeaving(path: { ticketId: Id } | { draftId: Id | null }, draft: DraftInput | null): void {
  const body = draft === null ? undefined : JSON.stringify(draft);
  const isNew = "draftId" in path && path.draftId === null;
  const url = "ticketId" in path ? `/tickets/${path.ticketId}/draft` : isNew ? "/drafts" : `/drafts/${path.draftId}`;
  void fetch(`${API}${url}`, {
    method: draft === null ? "DELETE" : isNew ? "POST" : "PUT",
    body,
    keepalive: body === undefined || new Blob([body]).size < KEEPALIVE_LIMIT,
    headers: { ...CLIENT_HEADERS, ...(body !== undefined && { "Content-Type": "application/json" }) },
    credentials: "same-origin",
  }).catch(() => undefined);
}

async function absentAsNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
