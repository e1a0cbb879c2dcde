import { queryOptions } from "@tanstack/react-query";
import { get, patch, post, remove } from "../client.ts";
import type { Id, SavedReply } from "../types.ts";

export function savedRepliesQuery(q = "") {
  return queryOptions({
    queryKey: ["saved-replies", q],
    queryFn: async ({ signal }) =>
      await get<SavedReply[]>("/saved-replies", { q: q === "" ? undefined : q, per_page: 100 }, signal),
  });
}

/** The reply's text with its variables filled for a ticket; without one, those of a ticket are empty. */
export async function renderSavedReply(id: Id, ticketId: Id | null): Promise<{ body: string; htmlized: boolean }> {
  return await post(`/saved-replies/${id}/render`, { ticket_id: ticketId });
}

export async function createSavedReply(reply: Omit<SavedReply, "id" | "user_id" | "uses">): Promise<SavedReply> {
  return await post<SavedReply>("/saved-replies", reply);
}

export async function changeSavedReply(id: Id, changes: Partial<Omit<SavedReply, "id">>): Promise<SavedReply> {
  return await patch<SavedReply>(`/saved-replies/${id}`, changes);
}

export async function deleteSavedReply(id: Id): Promise<void> {
  await remove(`/saved-replies/${id}`);
}
