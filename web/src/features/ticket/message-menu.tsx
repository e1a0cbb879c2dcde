import { Download, Ellipsis, FileText, Forward, Info, Link as LinkIcon, Scissors } from "lucide-react";
import { messagesQuery, originalUrl } from "../../api/queries/messages.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMayWrite } from "../../api/use-may-write.ts";
import type { Id, Message, TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { runCommand } from "../../keys/commands.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuEntry } from "../../ui/floating.tsx";
import { choosing } from "./choosing.ts";
import { copyLink } from "./copy-link.ts";

/** What one does with one message. */
export function MessageMenu({
  ticket,
  message,
  onDetails,
}: {
  ticket: TicketRow;
  message: Message;
  /** On a phone, where there is no room for a button of its own. */
  onDetails: (() => void) | null;
}) {
  const may = useMayWrite();
  const choose = (ids: readonly Id[]): void => choosing.set({ ticketId: ticket.id, ids: new Set(ids) });
  const cameByMail = message.type === "reply" && message.thread_reason != null;
  const url = originalUrl(ticket.id, message.id);
  const items: MenuEntry[] = [
    ...(onDetails === null ? [] : [{ label: t("message.details"), icon: Info, onSelect: onDetails }]),
    ...(may ? splitting(ticket, message, choose) : []),
    ...(may ? [{ label: t("command.forward"), icon: Forward, onSelect: () => void runCommand("ticket.forward") }] : []),
    { label: t("message.copyLink"), icon: LinkIcon, onSelect: () => void copyLink(message.id) },
    ...(cameByMail ? originals(url) : []),
  ];
  return (
    <Menu
      label={t("message.actions")}
      align="end"
      items={items}
      trigger={(props) => (
        <IconButton icon={Ellipsis} size="small" label={t("message.actions")} {...props} className="print:hidden" />
      )}
    />
  );
}

function splitting(ticket: TicketRow, { id }: Message, choose: (ids: readonly Id[]) => void): MenuEntry[] {
  return [
    { label: t("message.splitFrom"), icon: Scissors, onSelect: () => choose(idsFrom(ticket.id, id)) },
    { label: t("message.splitOne"), icon: Scissors, onSelect: () => choose([id]) },
  ];
}

function originals(url: string): MenuEntry[] {
  return [
    "line",
    {
      label: t("message.original"),
      icon: FileText,
      onSelect: () => void window.open(`${url}?view=1`, "_blank", "noopener"),
    },
    { label: t("message.download"), icon: Download, onSelect: () => location.assign(url) },
  ];
}

/** A message and all that came after it, as they are known now. */
function idsFrom(ticketId: Id, messageId: Id): Id[] {
  const { pages = [] } = queryClient.getQueryData(messagesQuery(ticketId).queryKey) ?? {};
  const ids = pages.flatMap(({ messages }) => messages.map(({ id }) => id));
  return ids.slice(Math.max(0, ids.indexOf(messageId)));
}
