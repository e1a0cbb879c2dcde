import { queryOptions } from "@tanstack/react-query";
import { patch, remove, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";
import { createLabel } from "./folders.ts";

async function refresh(): Promise<void> {
  await Promise.all(
    [["labels"], ["folders"]].map(async (queryKey) => await queryClient.invalidateQueries({ queryKey })),
  );
}

export async function addLabel(label: { name: string; color: string }): Promise<void> {
  await createLabel(label);
  await refresh();
}

export async function changeLabel(id: Id, changes: { name?: string; color?: string }): Promise<void> {
  await patch(`/labels/${id}`, changes);
  await refresh();
}

/** Comes off its tickets too. */
export async function deleteLabel(id: Id): Promise<void> {
  await remove(`/labels/${id}`);
  await refresh();
}

/** How many tickets have a label, in whatever state. */
export function labelUseQuery(id: Id) {
  return queryOptions({
    queryKey: ["labels", "use", id],
    queryFn: async ({ signal }) => {
      const query = { label_id: id, count: true, per_page: 0 };
      return (await request<unknown[]>("GET", "/tickets", { query, signal })).total ?? 0;
    },
    staleTime: 0,
  });
}
