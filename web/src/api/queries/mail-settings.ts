import { queryOptions } from "@tanstack/react-query";
import type { Static } from "typebox";
import type {
  CreateMailbox as CreateMailboxSchema,
  CreateTransport as CreateTransportSchema,
  Mailbox as MailboxSchema,
  TestMailbox as TestMailboxSchema,
  TestTransport as TestTransportSchema,
  Transport as TransportSchema,
  Trial as TrialSchema,
  UpdateMailbox as UpdateMailboxSchema,
  UpdateTransport as UpdateTransportSchema,
} from "../../../../src/api/schemas/mail-settings.ts";
import { patch, post, remove } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id } from "../types.ts";
import { getAll } from "./folders.ts";

/** The servers that mail is fetched from and handed to. */

export type Mailbox = Static<typeof MailboxSchema>;
export type MailboxInput = Static<typeof CreateMailboxSchema>;
export type Transport = Static<typeof TransportSchema>;
export type TransportInput = Static<typeof CreateTransportSchema>;
export type Trial = Static<typeof TrialSchema>;
export type TrialStep = Trial["steps"][number];

export const mailboxesQuery = queryOptions({
  queryKey: ["mailboxes"],
  queryFn: async ({ signal }) => await getAll<Mailbox>("/mailboxes", signal),
  // How fetching goes is told by no event.
  staleTime: 0,
  refetchInterval: 15_000,
});

export const transportsQuery = queryOptions({
  queryKey: ["transports"],
  queryFn: async ({ signal }) => await getAll<Transport>("/transports", signal),
});

async function refresh(name: "mailboxes" | "transports"): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: [name] });
}

export async function addMailbox(mailbox: MailboxInput): Promise<Mailbox> {
  const added = await post<Mailbox>("/mailboxes", mailbox);
  await refresh("mailboxes");
  return added;
}

/** Also has it fetched at once, even when nothing changes. */
export async function changeMailbox(id: Id, changes: Static<typeof UpdateMailboxSchema>): Promise<void> {
  await patch(`/mailboxes/${id}`, changes);
  await refresh("mailboxes");
}

export async function removeMailbox(id: Id): Promise<void> {
  await remove(`/mailboxes/${id}`);
  await refresh("mailboxes");
}

export async function tryMailbox(mailbox: Static<typeof TestMailboxSchema>): Promise<Trial> {
  return await post<Trial>("/mailboxes/test", mailbox);
}

export async function addTransport(transport: TransportInput): Promise<Transport> {
  const added = await post<Transport>("/transports", transport);
  await refresh("transports");
  return added;
}

export async function changeTransport(id: Id, changes: Static<typeof UpdateTransportSchema>): Promise<void> {
  await patch(`/transports/${id}`, changes);
  await refresh("transports");
}

export async function removeTransport(id: Id): Promise<void> {
  await remove(`/transports/${id}`);
  await refresh("transports");
}

export async function tryTransport(transport: Static<typeof TestTransportSchema>): Promise<Trial> {
  return await post<Trial>("/transports/test", transport);
}
