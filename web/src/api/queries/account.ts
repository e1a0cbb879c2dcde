import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type {
  Account as AccountSchema,
  App as AppSchema,
  AuditEntry as AuditEntrySchema,
  UpdateAccount as UpdateAccountSchema,
} from "../../../../src/api/schemas/people.ts";
import { get, patch, post, remove, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";
import { getAll } from "./folders.ts";

export type Account = Static<typeof AccountSchema>;
export type App = Static<typeof AppSchema>;
export type AuditEntry = Static<typeof AuditEntrySchema>;

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: async ({ signal }) => await get<Account>("/account", {}, signal),
});

export async function changeAccount(changes: Static<typeof UpdateAccountSchema>): Promise<void> {
  queryClient.setQueryData(accountQuery.queryKey, await patch<Account>("/account", changes));
  await queryClient.invalidateQueries({ queryKey: ["session"] });
}

export const appsQuery = queryOptions({
  queryKey: ["apps"],
  queryFn: async ({ signal }) => await getAll<App>("/apps", signal),
  // When a token was last used is told by no event.
  staleTime: 0,
});

/** The installation with its token, which is shown this once. */
export async function installApp(name: string): Promise<App> {
  const app = await post<App>("/apps", { name });
  await queryClient.invalidateQueries({ queryKey: appsQuery.queryKey });
  return app;
}

export async function revokeApp(id: Id): Promise<void> {
  await remove(`/apps/${id}`);
  await queryClient.invalidateQueries({ queryKey: appsQuery.queryKey });
}

const PAGE = 50;

export interface AuditFilter {
  /** A thing (`inbox`) or an action (`inbox.updated`); empty for all. */
  action: string;
  userId: string;
}

/** Who did what to the settings, newest first, page by page. */
export function auditQuery({ action, userId }: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ["audit", action, userId],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        action: action === "" ? undefined : action,
        user_id: userId === "" ? undefined : userId,
        page: pageParam,
        per_page: PAGE,
        count: true,
      };
      const { data, total } = await request<AuditEntry[]>("GET", "/audit", { query, signal });
      return { entries: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: ({ total }, pages) => (pages.length * PAGE < total ? pages.length + 1 : undefined),
    staleTime: 0,
  });
}
