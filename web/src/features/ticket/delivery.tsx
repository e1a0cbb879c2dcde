import { useQuery } from "@tanstack/react-query";
import { CircleAlert, Clock, RotateCcw } from "lucide-react";
import { useCallback, useSyncExternalStore } from "react";
import { hasDraft, saveTicketDraft } from "../../api/queries/drafts.ts";
import { messageKeys, retryMessage, takeBackMessage } from "../../api/queries/messages.ts";
import { queryClient } from "../../api/query-client.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { ticketKeys } from "../../api/queries/tickets.ts";
import type { Message, TicketRow } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Spinner } from "../../ui/spinner.tsx";
import { useMayWrite } from "../../api/use-may-write.ts";
import { editableBody } from "../composer/public/editable-body.ts";
import { whenWords } from "./when-words.ts";

type Reply = Extract<Message, { type: "reply" }>;
interface DeliveryProps {
  ticket: TicketRow;
  message: Reply;
}

/** What becomes of an answer on its way out. One that arrived says nothing: the details have it. */
export function Delivery({ ticket, message }: DeliveryProps) {
  const { delivery_state: state, delivery_attempts: attempts } = message;
  if (state === "failed") return <Failed ticket={ticket} message={message} />;
  if (state === "queued" && (attempts ?? 0) === 0) return <Waiting ticket={ticket} message={message} />;
  if (state === "queued") {
    return (
      <Line>
        <Icon icon={Clock} size={14} className="shrink-0" />
        <span>{t("delivery.again", { count: attempts ?? 0 })}</span>
        {message.delivery_error != null && <span className="min-w-0 break-words">{message.delivery_error}</span>}
      </Line>
    );
  }
  if (state === "sending") {
    return (
      <Line>
        <Spinner size={14} />
        {t("delivery.sending")}
      </Line>
    );
  }
  return null;
}

function Line({ children }: { children: React.ReactNode }) {
  return (
    <div
      role="status"
      className="ms-10 mt-3 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted max-medium:ms-0 print:hidden"
    >
      {children}
    </div>
  );
}

function Failed({ ticket, message }: DeliveryProps) {
  const may = useMayWrite();
  const retry = useChange({
    send: async () => await retryMessage(ticket.id, message.id),
    done: () => ({ text: t("delivery.retried") }),
    failed: t("delivery.retryFailed"),
    stale: [messageKeys.of(ticket.id), ticketKeys.one(ticket.id), ticketKeys.lists],
  });
  return (
    <div
      role="alert"
      className="ms-10 mt-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded border border-danger bg-ground px-3 py-2 text-sm max-medium:ms-0"
    >
      <Icon icon={CircleAlert} className="shrink-0 text-danger-ink" />
      <div className="min-w-40 flex-1">
        <p className="font-medium text-danger-ink">{t("delivery.failed")}</p>
        {message.delivery_error != null && <p className="break-words text-muted">{message.delivery_error}</p>}
      </div>
      {may && (
        <Button size="small" icon={RotateCcw} busy={retry.running} onClick={() => retry.run(undefined)}>
          {t("delivery.retry")}
        </Button>
      )}
    </div>
  );
}

function useUndoSeconds(): number {
  const { data: session } = useQuery(sessionQuery);
  return session?.account.undo_seconds ?? 0;
}

/** Until when it can be taken back: until it goes out. */
function undoUntil({ send_at, created_at }: Reply, undoSeconds: number): number {
  return send_at == null ? Date.parse(created_at) + undoSeconds * 1000 : Date.parse(send_at);
}

/** The longest that a timer can wait, in milliseconds. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Whether a moment is still to come; drawn again when it has come. */
function useBefore(moment: number): boolean {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = setTimeout(changed, Math.min(LONGEST_WAIT, Math.max(0, moment - Date.now())));
      return () => clearTimeout(timer);
    },
    [moment],
  );
  return useSyncExternalStore(subscribe, () => Date.now() < moment);
}

/** The time that was chosen for it; null when it goes at once. */
function timeOf({ send_at }: Reply): Date | null {
  if (send_at == null || Date.parse(send_at) <= Date.now()) return null;
  return new Date(send_at);
}

/** It has not gone out: it can be taken back, into one's draft. */
function Waiting({ ticket, message }: DeliveryProps) {
  const may = useMayWrite();
  const takeBack = useChange({
    send: async () => await takeBackIntoDraft(ticket, message),
    done: () => ({ text: t("delivery.takenBack") }),
    failed: t("delivery.takeBackFailed"),
    stale: [messageKeys.of(ticket.id), ticketKeys.one(ticket.id), ticketKeys.lists, ["folders"]],
  });
  const later = timeOf(message);
  const open = useBefore(undoUntil(message, useUndoSeconds()));
  return (
    <Line>
      <Icon icon={Clock} size={14} className="shrink-0" />
      {later === null ? t("delivery.queued") : t("delivery.waiting", { when: whenWords(later) })}
      {may && open && (
        <Button size="small" kind="quiet" busy={takeBack.running} onClick={() => takeBack.run(undefined)}>
          {t("delivery.takeBack")}
        </Button>
      )}
    </Line>
  );
}

/** What was written becomes the draft again, with its attachments. A draft that is there is not written over. */
async function takeBackIntoDraft(ticket: TicketRow, message: Reply): Promise<void> {
  if (await hasDraft(ticket.id)) throw new Error(t("delivery.draftInTheWay"));
  // Asked for while they are still the message's: what is taken back is read no more.
  const body = await editableBody(message);
  await takeBackMessage(ticket.id, message.id);
  await saveTicketDraft(ticket.id, {
    kind: message.forward === true ? "forward" : "reply",
    to: message.to,
    cc: message.cc ?? null,
    bcc: message.bcc ?? null,
    subject: message.subject ?? null,
    body,
    htmlized: message.htmlized,
    attachment_ids: message.attachments.map(({ id }) => id),
    version: 0,
  });
  await queryClient.invalidateQueries({ queryKey: [...ticketKeys.one(ticket.id), "draft"] });
}
