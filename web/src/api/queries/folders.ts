import { queryOptions } from "@tanstack/react-query";
import { type Query, get, patch, post, remove } from "../client.ts";
import type { FolderCounts, Id, Inbox, Label, SavedSearch, User } from "../types.ts";

/** What the rail shows: the folders' counts, and the names behind the ids. All of an account's, at most some hundreds. */

const LONG = 10 * 60_000;

export const folderCountsQuery = queryOptions({
  queryKey: ["folders"],
  queryFn: async ({ signal }) => await get<FolderCounts>("/folders", {}, signal),
  staleTime: 10_000,
});

export const inboxesQuery = queryOptions({
  queryKey: ["inboxes"],
  queryFn: async ({ signal }) => await getAll<Inbox>("/inboxes", signal, { fields: ["id", "name", "address"] }),
  staleTime: LONG,
});

export const labelsQuery = queryOptions({
  queryKey: ["labels"],
  queryFn: async ({ signal }) => await getAll<Label>("/labels", signal),
  staleTime: LONG,
});

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: async ({ signal }) => await getAll<User>("/users", signal),
  staleTime: LONG,
});

export const savedSearchesQuery = queryOptions({
  queryKey: ["saved-searches"],
  queryFn: async ({ signal }) => await getAll<SavedSearch>("/saved-searches", signal),
  staleTime: LONG,
});

export async function createLabel(label: { name: string; color?: string }): Promise<Label> {
  return await post<Label>("/labels", label);
}

export async function saveSearch(search: Omit<SavedSearch, "id">): Promise<SavedSearch> {
  return await post<SavedSearch>("/saved-searches", search);
}

export async function changeSavedSearch(id: Id, changes: Partial<Omit<SavedSearch, "id">>): Promise<SavedSearch> {
  return await patch<SavedSearch>(`/saved-searches/${id}`, changes);
}

export async function deleteSavedSearch(id: Id): Promise<void> {
  await remove(`/saved-searches/${id}`);
}

/** Every page of a small collection. */
export async function getAll<T>(path: string, signal?: AbortSignal, query: Query = {}): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; page <= 100; page += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the next page is only asked for when this one was full
    const found = await get<T[]>(path, { ...query, per_page: 100, page }, signal);
    all.push(...found);
    if (found.length < 100) break;
  }
  return all;
}
