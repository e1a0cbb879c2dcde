import { useState } from "react";
import { newKey, post } from "../../api/client.ts";
import { draftKeys, noteDraft } from "../../api/queries/drafts.ts";
import { messagesQuery, takeBackMessage } from "../../api/queries/messages.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { changeTicket, ticketKeys } from "../../api/queries/tickets.ts";
import { queryClient } from "../../api/query-client.ts";
import type { Id, Ticket } from "../../api/types.ts";
import { relativeTime } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { toastDone, toastFailed, toastSaid } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import type { Address } from "./addresses.ts";
import type { Content } from "./content.ts";
import { type FreeDesk, freeDesk } from "./keepers.ts";
import { isRefusal, messageOf } from "./send-message.ts";
import { whyNotYet } from "./send-problems.ts";
import { type SendOptions, refresh } from "./use-sending.ts";

const MINE: Place = { kind: "folder", folder: "mine" };

/** Makes the ticket and sends its first message. Whoever writes it takes care of it. */
export function useNewTicket(desk: FreeDesk, inboxId: Id | null) {
  const go = useGo();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt] = useState<Attempt>(() => ({ words: "", key: "" }));

  const send = async (options: SendOptions): Promise<void> => {
    const { keeper } = desk;
    const { content } = keeper;
    const reason = whyNotYet(desk) ?? (content.subject.trim() === "" ? t("composer.noSubject") : null);
    setProblem(reason);
    if (reason !== null || busy) return;
    setBusy(true);
    await keeper.seal();
    try {
      const ticket = await createTicket(desk, inboxId, content, options.at ?? null, attempt);
      if (keeper.draftId !== null) await noteDraft(draftKeys.free(keeper.draftId), null);
      keeper.sent();
      go.ticket(MINE, ticket.id, true);
      afterwards(ticket, content, options);
    } catch (error) {
      keeper.reopen();
      toastFailed(t("composer.sendFailed"), error);
    } finally {
      setBusy(false);
    }
  };

  const afterwards = (ticket: Ticket, content: Content, { close = false, at = null }: SendOptions): void => {
    void queryClient.invalidateQueries({ queryKey: draftKeys.all });
    if (close) void closeAgain(ticket.id);
    refresh(ticket.id);
    const seconds = queryClient.getQueryData(sessionQuery.queryKey)?.account.undo_seconds ?? 0;
    const said =
      at === null
        ? t(close ? "composer.sentClosed" : "composer.sent")
        : t("composer.scheduled", { when: relativeTime(at) });
    if (seconds === 0 && at === null) return void toastSaid(said);
    const undo = async (): Promise<void> => {
      await takeTicketBack(ticket.id);
      const blank = freeDesk(desk.keeper.writer, null);
      blank.inbox.set(inboxId);
      blank.keeper.bringBack(content);
      go.to("/new");
    };
    toastDone(said, undo, at === null ? seconds * 1000 : undefined);
  };
  return { busy, problem, send: (options: SendOptions) => void send(options) };
}

interface Attempt {
  words: string;
  key: string;
}

/** The same ticket again has the same key: it is not made twice when an answer was lost. */
async function createTicket(
  desk: FreeDesk,
  inboxId: Id | null,
  content: Content,
  at: Date | null,
  attempt: Attempt,
): Promise<Ticket> {
  const [first] = content.to;
  const body = {
    type: "email",
    subject: content.subject.trim(),
    inbox_id: inboxId,
    user_id: desk.keeper.writer,
    customer: customerOf(first ?? { name: "", address: "" }),
    messages: [messageOf(content, [], at)],
    draft_id: desk.keeper.draftId,
  };
  const words = JSON.stringify(body);
  if (attempt.words !== words) Object.assign(attempt, { words, key: newKey() });
  return await post<Ticket>("/tickets", body, { idempotencyKey: attempt.key }).catch((error: unknown) => {
    if (isRefusal(error)) attempt.words = "";
    throw error;
  });
}

/** Who holds the address is the customer; otherwise this one is made. */
function customerOf({ name, address }: Address) {
  const [first = "", ...rest] = name.trim().split(/\s+/);
  return {
    first_name: first === "" ? null : first,
    last_name: rest.length === 0 ? null : rest.join(" "),
    contacts: [{ type: "email", value: address }],
  };
}

async function closeAgain(id: Id): Promise<void> {
  try {
    await changeTicket(id, { state: "closed" });
  } catch (error) {
    toastFailed(t("composer.sentNotClosed"), error);
  }
  refresh(id);
}

/** Its message has not gone out: it is taken back, and the empty ticket goes to the trash. */
async function takeTicketBack(id: Id): Promise<void> {
  const { pages } = await queryClient.fetchInfiniteQuery({ ...messagesQuery(id), staleTime: 0 });
  const [message] = pages.flatMap(({ messages }) => messages);
  if (message !== undefined) await takeBackMessage(id, message.id);
  await changeTicket(id, { trash: true });
  await queryClient.invalidateQueries({ queryKey: ticketKeys.lists });
  refresh(id);
}
