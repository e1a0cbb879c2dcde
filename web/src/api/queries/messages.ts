import { type InfiniteData, infiniteQueryOptions } from "@tanstack/react-query";
import { API, post, request } from "../client.ts";
import { queryClient } from "../query-client.ts";
import type { Id, Message, NewMessage } from "../types.ts";

const FIELDS = [
  "id",
  "type",
  "direction",
  "from_name",
  "from",
  "to",
  "cc",
  "bcc",
  "subject",
  "body",
  "more_body",
  "htmlized",
  "user_id",
  "attachments",
  "inline_attachment_ids",
  "created_at",
  "thread_reason",
  "auto_kind",
  "verdicts",
  "send_at",
  "delivery_state",
  "delivery_error",
  "delivery_attempts",
  "delivery_response",
  "sent_at",
  "forward",
  "version",
];
const PER_PAGE = 100;

export const messageKeys = { of: (ticketId: Id) => ["ticket", ticketId, "messages"] as const };

interface MessagePage {
  messages: Message[];
  total: number;
}

/** A ticket's messages, oldest first, a hundred at a time. */
export function messagesQuery(ticketId: Id) {
  return infiniteQueryOptions({
    queryKey: messageKeys.of(ticketId),
    queryFn: async ({ pageParam, signal }): Promise<MessagePage> => {
      const query = { fields: FIELDS, sort: "created_at", count: true, per_page: PER_PAGE, page: pageParam };
      const { data, total } = await request<Message[]>("GET", `/tickets/${ticketId}/messages`, { query, signal });
      return { messages: data, total: total ?? data.length };
    },
    initialPageParam: 1,
    getNextPageParam: ({ total }, _all, page) => (page * PER_PAGE >= total ? undefined : page + 1),
  });
}

/**
 * Adds a reply or note. With the ticket's `version` it is refused (412) when the ticket has moved on. Keep the key between
 * attempts of one message: a repeat then cannot send twice.
 */
export async function addMessage(
  ticketId: Id,
  message: NewMessage,
  { version, idempotencyKey }: { version?: number; idempotencyKey: string },
): Promise<Message> {
  const added = await post<Message>(`/tickets/${ticketId}/messages`, message, {
    query: { fields: FIELDS },
    ifMatch: version,
    idempotencyKey,
  });
  showAdded(ticketId, added);
  return added;
}

/** Stands in the conversation before it is read again. */
function showAdded(ticketId: Id, message: Message): void {
  queryClient.setQueryData<InfiniteData<MessagePage>>(messageKeys.of(ticketId), (data) => {
    const last = data?.pages.at(-1);
    if (data === undefined || last === undefined) return data;
    if (data.pages.some(({ messages }) => messages.some(({ id }) => id === message.id))) return data;
    const grown = { messages: [...last.messages, message], total: last.total + 1 };
    return { ...data, pages: [...data.pages.slice(0, -1), grown] };
  });
}

/** Goes from the conversation before it is read again. */
function showGone(ticketId: Id, messageId: Id): void {
  queryClient.setQueryData<InfiniteData<MessagePage>>(messageKeys.of(ticketId), (data) =>
    data === undefined
      ? data
      : {
          ...data,
          pages: data.pages.map(({ messages, total }) => {
            const kept = messages.filter(({ id }) => id !== messageId);
            return { messages: kept, total: total - (messages.length - kept.length) };
          }),
        },
  );
}

/** Sends a failed reply again, to whoever has not got it. */
export async function retryMessage(ticketId: Id, messageId: Id): Promise<void> {
  await post(`/tickets/${ticketId}/messages/${messageId}/retry`);
}

/** Takes back a reply that has not gone out, or a note of a moment ago; refused (422) once its time has come. */
export async function takeBackMessage(ticketId: Id, messageId: Id): Promise<void> {
  await post(`/tickets/${ticketId}/messages/${messageId}/undo`);
  showGone(ticketId, messageId);
}

/** A page of the server's for the sandboxed frame that shows a message's HTML (without scripts, own strict policy). */
export function messageFrameUrl(
  ticketId: Id,
  messageId: Id,
  { part, images, theme }: { part: "body" | "more" | "all"; images: boolean; theme: "light" | "dark" },
): string {
  return `/view/messages/${ticketId}/${messageId}?part=${part}&images=${images ? 1 : 0}&theme=${theme}`;
}

/** Where an attachment is looked at (safe types only), and where it is downloaded. */
export function attachmentViewUrl(id: Id): string {
  return `/view/attachments/${id}`;
}

export function originalUrl(ticketId: Id, messageId: Id): string {
  return `${API}/tickets/${ticketId}/messages/${messageId}/original`;
}
