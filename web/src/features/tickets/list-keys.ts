import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id } from "../../api/types.ts";
import { type CommandHandler, useCommand } from "../../keys/commands.ts";
import type { CommandId } from "../../keys/bindings.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { useGo } from "../../lib/use-go.ts";
import { type PickKind, type PlainAction, actionsIn } from "./actions.ts";
import { closePeek, peeked } from "./peek-state.ts";
import { prefetchTicket } from "./public/prefetch-ticket.ts";
import { addSelected, clearSelection, selection, toggleSelected } from "./selection.ts";
import { rowId } from "./ticket-row.tsx";
import type { ListFocus } from "./use-list-focus.ts";
import type { LoadedList } from "./use-list.ts";
import { type Targets, useBulk } from "./use-bulk.ts";

export interface ListKeys {
  place: Place;
  loaded: LoadedList;
  focus: ListFocus;
  openTicketId: Id | null;
  /** What an action is for: the selection, else the row that has the focus; null when there is neither. */
  targets: Targets | null;
  onPick: (kind: PickKind, anchor: HTMLElement | null) => void;
}

/** Longer than a key held down takes to go on to the next row. */
const PREFETCH_AFTER = 120;

/** The keys of a list. Beside an open ticket they move from ticket to ticket, else from row to row. */
export function useListKeys(keys: ListKeys): void {
  const { place, loaded, focus, openTicketId } = keys;
  const go = useGo();
  const some = loaded.total > 0;
  const shown = focus.id === null ? undefined : loaded.rows.get(focus.at ?? 0);
  const move = (step: number): void => {
    const at = focus.move(step);
    const row = loaded.rows.get(at);
    if (row === undefined) return;
    if (openTicketId !== null && row.id !== openTicketId) go.ticket(place, row.id, true);
    if (peeked.get()?.byKey === true) peeked.set({ row, byKey: true });
    else closePeek();
  };
  useCommand("list.next", () => move(1), { enabled: some });
  useCommand("list.previous", () => move(-1), { enabled: some });
  useCommand(
    "list.open",
    () => {
      closePeek();
      if (focus.id !== null) go.ticket(place, focus.id, openTicketId !== null);
    },
    { enabled: focus.id !== null && focus.id !== openTicketId },
  );
  useCommand(
    "list.peek",
    () => {
      if (peeked.get()?.byKey === true) closePeek();
      else if (shown !== undefined) peeked.set({ row: shown, byKey: true });
    },
    { enabled: shown !== undefined },
  );
  useCommand(
    "list.select",
    () => {
      if (focus.id !== null && focus.at !== null) toggleSelected(focus.id, focus.at);
    },
    { enabled: focus.id !== null },
  );
  useCommand("list.selectAll", () => addSelected([...loaded.places.keys()]), { enabled: some });
  usePrefetch(focus.id);
  useActionKeys(keys);
}

/** The same keys as in a ticket; what is selected goes before the ticket that is open. */
function useActionKeys({ place, focus, openTicketId, targets, onPick }: ListKeys): void {
  const bulk = useBulk();
  const client = useQueryClient();
  const selecting = useStore(selection).ids.size > 0;
  const options = { enabled: targets !== null && (selecting || openTicketId === null), first: selecting };
  const { main, others } = actionsIn(place);
  const onRow = (kind: PickKind) => () =>
    onPick(
      kind,
      focus.id === null || selecting ? document.querySelector<HTMLElement>("[role=toolbar]") : rowOf(focus.id),
    );
  const plain = (id: CommandId): [CommandHandler, { enabled: boolean; first: boolean }] => {
    const action: PlainAction | undefined = [main, ...others].find(({ command }) => command === id);
    const run = (): void => {
      if (action !== undefined && targets !== null) {
        bulk.run({ targets, changes: action.changes, words: action.words });
      }
    };
    return [run, { ...options, enabled: options.enabled && action !== undefined }];
  };
  useCommand("ticket.close", ...plain("ticket.close"));
  useCommand("ticket.hold", ...plain("ticket.hold"));
  useCommand("ticket.spam", ...plain("ticket.spam"));
  useCommand("ticket.trash", ...plain("ticket.trash"));
  useCommand("ticket.assign", onRow("assign"), options);
  useCommand("ticket.label", onRow("label"), options);
  useCommand("ticket.move", onRow("move"), options);
  useCommand("ticket.snooze", onRow("snooze"), options);
  useCommand(
    "ticket.assignToMe",
    () => {
      const me = client.getQueryData(sessionQuery.queryKey)?.user.id;
      if (targets === null || me === undefined) return;
      bulk.run({ targets, changes: { user_id: me }, words: "bulk.assignedToMe" });
    },
    options,
  );
  useCommand("go.back", clearSelection, { enabled: selecting, first: true });
}

function rowOf(id: Id): HTMLElement | null {
  return document.getElementById(rowId(id));
}

/** What one is about to open is there when one opens it. */
function usePrefetch(id: Id | null): void {
  useEffect(() => {
    if (id === null) return undefined;
    const timer = setTimeout(() => prefetchTicket(id), PREFETCH_AFTER);
    return () => clearTimeout(timer);
  }, [id]);
}
