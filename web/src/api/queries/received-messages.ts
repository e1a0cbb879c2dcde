import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type { ReceivedMessage as ReceivedMessageSchema } from "../../../../src/api/schemas/received-messages.ts";
import { API, get, post, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";

export type ReceivedMessage = Static<typeof ReceivedMessageSchema>;
export type Outcome = ReceivedMessage["outcome"];

const PAGE = 50;

/** The ledger of mail, newest first, page by page. */
export function receivedMessagesQuery({ outcome, inboxId }: { outcome: string; inboxId: string }) {
  return infiniteQueryOptions({
    queryKey: ["received-messages", outcome, inboxId],
    queryFn: async ({ pageParam, signal }) => {
      const query = {
        outcome: outcome === "" ? undefined : outcome,
        inbox_id: inboxId === "" ? undefined : inboxId,
        page: pageParam,
        per_page: PAGE,
        count: true,
      };
      const { data, total } = await request<ReceivedMessage[]>("GET", "/received-messages", { query, signal });
      return { entries: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: ({ total }, pages) => (pages.length * PAGE < total ? pages.length + 1 : undefined),
    staleTime: 0,
  });
}

export function receivedMessageQuery(id: Id) {
  return queryOptions({
    queryKey: ["received-messages", "one", id],
    queryFn: async ({ signal }) => await get<ReceivedMessage>(`/received-messages/${id}`, {}, signal),
    staleTime: 0,
  });
}

/** Takes up again what was put aside; answers what became of it. */
export async function retryReceived(id: Id): Promise<ReceivedMessage> {
  const taken = await post<ReceivedMessage>(`/received-messages/${id}/retry`);
  queryClient.setQueryData(receivedMessageQuery(id).queryKey, taken);
  await queryClient.invalidateQueries({ queryKey: ["received-messages"] });
  return taken;
}

/** The mail as it came, as a file. */
export function rawMailPath(id: Id): string {
  return `${API}/received-messages/${id}/raw`;
}
