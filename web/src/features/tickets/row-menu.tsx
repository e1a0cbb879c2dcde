import { ExternalLink, Eye, Mail, MailOpen, SquareCheck } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { markSeen, markUnseen, showChanged, ticketKeys } from "../../api/queries/tickets.ts";
import type { TicketRow } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { type Place, ticketPath } from "../../lib/places.ts";
import { useGo } from "../../lib/use-go.ts";
import { Menu, type MenuEntry } from "../../ui/floating.tsx";
import { PICKS, type PickKind, actionsIn } from "./actions.ts";
import { toggleSelected } from "./selection.ts";
import { useBulk } from "./use-bulk.ts";

export interface RowMenuAt {
  row: TicketRow;
  at: number;
  x: number;
  y: number;
}

/** What a right click or a long press on a row offers. */
export function RowMenu({
  place,
  menu,
  onPick,
  onClose,
}: {
  place: Place;
  menu: RowMenuAt;
  onPick: (kind: PickKind, row: TicketRow) => void;
  onClose: () => void;
}) {
  const point = useRef<HTMLSpanElement>(null);
  const go = useGo();
  const bulk = useBulk();
  const seen = useSeen(menu.row);
  const { row, at, x, y } = menu;
  useLayoutEffect(() => {
    point.current?.style.setProperty("translate", `${x}px ${y}px`);
  }, [x, y]);
  const targets = { ids: [row.id], count: 1 };
  const { main, others } = actionsIn(place);
  const plain = [main, ...others].map((action): MenuEntry => ({
    label: t(action.label),
    icon: action.icon,
    command: action.command,
    onSelect: () => bulk.run({ targets, changes: action.changes, words: action.words }),
  }));
  const picks = (["assign", "label", "snooze", "move"] as const).map((kind): MenuEntry => ({
    label: t(PICKS[kind].label),
    icon: PICKS[kind].icon,
    command: PICKS[kind].command,
    // After the menu has given the focus back.
    onSelect: () => setTimeout(() => onPick(kind, row)),
  }));
  const items: MenuEntry[] = [
    { label: t("command.open"), icon: Eye, command: "list.open", onSelect: () => go.ticket(place, row.id) },
    { label: t("row.openTab"), icon: ExternalLink, onSelect: () => window.open(ticketPath(place, row.id), "_blank") },
    {
      label: t("command.select"),
      icon: SquareCheck,
      command: "list.select",
      onSelect: () => toggleSelected(row.id, at),
    },
    "line",
    ...picks,
    "line",
    ...plain,
    "line",
    row.unread === true
      ? { label: t("row.markRead"), icon: MailOpen, onSelect: () => seen.run(true) }
      : { label: t("row.markUnread"), icon: Mail, onSelect: () => seen.run(false) },
  ];
  return (
    <>
      <span ref={point} aria-hidden className="fixed start-0 top-0 size-0 rtl:start-auto rtl:left-0" />
      <Menu
        label={t("row.menu", { name: row.subject ?? t("ticket.noSubject") })}
        anchor={point}
        items={items}
        opened={{ open: true, onOpenChange: (open) => !open && onClose() }}
      />
    </>
  );
}

function useSeen({ id }: TicketRow) {
  return useChange<boolean, void>({
    send: async (seen) => await (seen ? markSeen(id) : markUnseen(id)),
    show: (seen) => showChanged([id], (row) => ({ ...row, unread: !seen })),
    failed: t("row.markFailed"),
    stale: [ticketKeys.lists, ["folders"]],
  });
}
