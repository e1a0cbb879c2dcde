import {
  CircleCheck,
  Clock,
  Ellipsis,
  FolderInput,
  Link as LinkIcon,
  Mail,
  Merge,
  Pause,
  Printer,
  RotateCcw,
  Scissors,
  ShieldAlert,
  ShieldCheck,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import type { TicketRow } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { toastFailed, toastSaid } from "../../lib/toasts.ts";
import { useGo } from "../../lib/use-go.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuEntry } from "../../ui/floating.tsx";
import { choosing } from "./choosing.ts";
import { copyLink } from "./copy-link.ts";
import { keepUnread } from "./use-seen.ts";
import { type TicketActions, markUnread } from "./use-ticket-actions.ts";
import { closes, lazyPart } from "../../ui/lazy-part.tsx";

const MergeDialog = lazyPart(async () => (await import("./merge-dialog.tsx")).MergeDialog, closes);

interface MenuProps {
  ticket: TicketRow;
  place: Place;
  actions: TicketActions;
  may: boolean;
  onMove: () => void;
  onSnooze: () => void;
}

/** What one does less often. */
export function TicketMenu(props: MenuProps) {
  const { ticket, place, may } = props;
  const [merging, setMerging] = useState(false);
  const unread = useMarkUnread(ticket, place);
  const always: MenuEntry[] = [
    { label: t("ticket.markUnread"), icon: Mail, onSelect: unread },
    { label: t("ticket.copyLink"), icon: LinkIcon, onSelect: () => void copyLink() },
    { label: t("ticket.print"), icon: Printer, onSelect: () => print() },
  ];
  const items = may ? [...stateEntries(props), ...surgeryEntries(ticket, () => setMerging(true)), ...always] : always;
  return (
    <>
      <Menu
        label={t("ticket.more")}
        align="end"
        items={may ? [...items, "line", ...removalEntries(props)] : items}
        trigger={(trigger) => <IconButton icon={Ellipsis} label={t("ticket.more")} {...trigger} />}
      />
      {merging && <MergeDialog ticket={ticket} onClose={() => setMerging(false)} />}
    </>
  );
}

function stateEntries({ ticket: { state }, actions, onMove, onSnooze }: MenuProps): MenuEntry[] {
  const open: MenuEntry = { label: t("ticket.reopen"), icon: RotateCcw, onSelect: actions.open };
  const close: MenuEntry = {
    label: t("ticket.close"),
    icon: CircleCheck,
    command: "ticket.close",
    onSelect: actions.close,
  };
  const hold: MenuEntry = { label: t("command.hold"), icon: Pause, command: "ticket.hold", onSelect: actions.hold };
  return [
    ...(state === "open" ? [] : [open]),
    ...(state === "closed" ? [] : [close]),
    ...(state === "hold" ? [] : [hold]),
    { label: t("command.snooze"), icon: Clock, command: "ticket.snooze", onSelect: onSnooze },
    { label: t("command.move"), icon: FolderInput, command: "ticket.move", onSelect: onMove },
    "line",
  ];
}

function surgeryEntries(ticket: TicketRow, onMerge: () => void): MenuEntry[] {
  return [
    { label: t("merge.menu"), icon: Merge, onSelect: onMerge },
    { label: t("split.menu"), icon: Scissors, onSelect: () => choosing.set({ ticketId: ticket.id, ids: new Set() }) },
    "line",
  ];
}

function removalEntries({ ticket, actions }: MenuProps): MenuEntry[] {
  return [
    ticket.spam
      ? { label: t("ticket.noSpam"), icon: ShieldCheck, command: "ticket.spam", onSelect: actions.spam }
      : { label: t("command.spam"), icon: ShieldAlert, command: "ticket.spam", onSelect: actions.spam },
    ticket.trash
      ? { label: t("ticket.restore"), icon: RotateCcw, command: "ticket.trash", onSelect: actions.trash }
      : { label: t("command.trash"), icon: Trash2, command: "ticket.trash", danger: true, onSelect: actions.trash },
  ];
}

/** It stays unread as long as it is open here; the list shows it so. */
function useMarkUnread(ticket: TicketRow, place: Place): () => void {
  const go = useGo();
  return () => {
    keepUnread(ticket.id);
    markUnread(ticket.id).then(
      () => toastSaid(t("ticket.markedUnread")),
      (error: unknown) => toastFailed(t("ticket.changeFailed"), error),
    );
    go.place(place, true);
  };
}
