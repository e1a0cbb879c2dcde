import { queryClient } from "../../api/query-client.ts";
import type { TicketFilter } from "../../api/queries/ticket-page.ts";
import { changeMany, showChanges, ticketKeys, undo } from "../../api/queries/tickets.ts";
import type { BulkChanges, Id } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { createStore } from "../../lib/store.ts";
import { clearSelection } from "./selection.ts";

/** The tickets that an action is for. */
export interface Targets {
  /** Those whose rows are known; they change at once. */
  ids: readonly Id[];
  /** In place of the ids: everything that matches. */
  filter?: TicketFilter;
  count: number;
}

export interface BulkAction {
  targets: Targets;
  changes: BulkChanges;
  /** What is said when it is done, with `count`, and `name` where there is one. */
  words: MessageKey;
  name?: string;
  /** Labels are often set one after the other. */
  keepSelection?: boolean;
}

/** How far a long action is; null when none is under way. `total` is null while only the server knows. */
export const bulkProgress = createStore<{ done: number; total: number | null; count: number } | null>(null);

const CHUNK = 200;

interface Sent {
  changed: number;
  undoIds: Id[];
}

/** Changes tickets: shown at once, put back when refused, taken back as a whole. */
export function useBulk() {
  return useChange<BulkAction, Sent>({
    send,
    show: ({ targets, changes, keepSelection }) => {
      if (keepSelection !== true) clearSelection();
      return showChanges(targets.ids, changes);
    },
    done: ({ targets, words, name }, { changed, undoIds }) => {
      for (const id of targets.ids) void queryClient.invalidateQueries({ queryKey: ticketKeys.one(id) });
      if (undoIds.length === 0) return { text: t("bulk.nothing") };
      const text = t(words, { count: changed, name: name ?? "" });
      return { text, undo: async () => await undoAll(undoIds) };
    },
    failed: t("bulk.failed"),
    stale: [ticketKeys.lists, ["folders"]],
  });
}

async function send({ targets, changes }: BulkAction): Promise<Sent> {
  const sent: Sent = { changed: 0, undoIds: [] };
  const take = ({ changed, undo_id }: { changed: number; undo_id: Id | null }): void => {
    sent.changed += changed;
    if (undo_id !== null) sent.undoIds.push(undo_id);
  };
  const { ids, filter, count } = targets;
  const long = filter !== undefined || ids.length > CHUNK;
  try {
    if (filter !== undefined) {
      bulkProgress.set({ done: 0, total: null, count });
      take(await changeMany({ filter }, changes));
      return sent;
    }
    for (let from = 0; from < ids.length; from += CHUNK) {
      if (long) bulkProgress.set({ done: from, total: ids.length, count });
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that the progress is true
      take(await changeMany({ ticket_ids: ids.slice(from, from + CHUNK) }, changes));
    }
    return sent;
  } finally {
    if (long) bulkProgress.set(null);
  }
}

async function undoAll(ids: readonly Id[]): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- the last change is taken back first
  for (const id of ids.toReversed()) await undo(id);
}
