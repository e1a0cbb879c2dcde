import { queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type {
  Dkim as DkimSchema,
  SignaturePreview as SignaturePreviewSchema,
  UpdateInbox as UpdateInboxSchema,
} from "../../../../src/api/schemas/inboxes.ts";
import { get, patch, post, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id, Inbox } from "../types.ts";

/** An inbox with what it puts into the mail that goes out of it. */
export interface InboxSettings extends Inbox {
  address: string | null;
  from_name: string | null;
  plus_addressing: boolean;
  signature: string | null;
  acknowledgement: { enabled: boolean; body: string | null; htmlized: boolean };
  dkim: { domain: string; selector: string } | null;
}
export type InboxChanges = Static<typeof UpdateInboxSchema>;
export type Dkim = Static<typeof DkimSchema>;
export type SignaturePreview = Static<typeof SignaturePreviewSchema>;

const fields = "id,name,address,from_name,plus_addressing,signature,acknowledgement,dkim";

export const inboxSettingsQuery = queryOptions({
  queryKey: ["inboxes", "settings"],
  queryFn: async ({ signal }) => await get<InboxSettings[]>("/inboxes", { fields, per_page: 100 }, signal),
});

async function refresh(): Promise<void> {
  await Promise.all(
    [["inboxes"], ["folders"]].map(async (queryKey) => await queryClient.invalidateQueries({ queryKey })),
  );
}

export async function createInbox(inbox: InboxChanges & { name: string }): Promise<Inbox> {
  const made = await post<Inbox>("/inboxes", inbox);
  await refresh();
  return made;
}

export async function changeInbox(id: Id, changes: InboxChanges): Promise<void> {
  await patch(`/inboxes/${id}`, changes);
  await refresh();
}

/** Refused while tickets are in it. */
export async function deleteInbox(id: Id): Promise<void> {
  await remove(`/inboxes/${id}`);
  await refresh();
}

export function dkimQuery(id: Id) {
  return queryOptions({
    queryKey: ["inboxes", "dkim", id],
    queryFn: async ({ signal }) => await get<Dkim>(`/inboxes/${id}/dkim`, {}, signal),
    retry: false,
  });
}

export async function makeDkim(id: Id, domain: string | null): Promise<void> {
  await post(`/inboxes/${id}/dkim`, domain === null ? {} : { domain });
  await refresh();
}

export async function removeDkim(id: Id): Promise<void> {
  await remove(`/inboxes/${id}/dkim`);
  await refresh();
}

/** How texts that are not kept yet would look under what one writes from an inbox. */
export function signaturePreviewQuery(id: Id, texts: { signature?: string; user_signature?: string }) {
  return queryOptions({
    queryKey: ["signature-preview", id, texts.signature, texts.user_signature],
    queryFn: async ({ signal }) => await post<SignaturePreview>(`/inboxes/${id}/signature-preview`, texts, { signal }),
    enabled: id !== "",
    retry: false,
    gcTime: 0,
  });
}
