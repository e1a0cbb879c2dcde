import { useQuery } from "@tanstack/react-query";
import { labelsQuery, createLabel, inboxesQuery, usersQuery } from "../../api/queries/folders.ts";
import { userName } from "../../api/names.ts";
import { queryClient } from "../../api/query-client.ts";
import type { TicketFilter } from "../../api/queries/ticket-page.ts";
import {
  addLabels,
  changeTicket,
  hideFromLists,
  markUnseen,
  removeLabels,
  showChanged,
  snoozeTicket,
  ticketKeys,
  unsnoozeTicket,
} from "../../api/queries/tickets.ts";
import type { Id, Label, TicketChanges, TicketRow } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { useGoOn } from "../tickets/public/after-action.ts";
import { whenWords } from "./when-words.ts";

/** Fields that an action may change; what of a ticket has to be put back to undo it. */
type Shown = Partial<
  Pick<TicketRow, "state" | "snoozed_until" | "user_id" | "inbox_id" | "spam" | "trash" | "subject">
>;

interface Act {
  changes: Shown;
  /** What is said when it is done. */
  said: string;
  /** The ticket has left its list: go on with the next. */
  leaves?: boolean;
}

export type TicketActions = ReturnType<typeof useTicketActions>;

/** What one can do with the open ticket: shown at once, said, and undone on request. */
export function useTicketActions(ticket: TicketRow, place: Place) {
  const goOn = useGoOn(place, ticket.id);
  const { data: users = [] } = useQuery(usersQuery);
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const change = useChange<Act & { before: TicketRow }>({
    send: async ({ changes }) => await sendChanges(ticket.id, changes),
    show: ({ changes }) => {
      const putBack = showChanged([ticket.id], (each) => ({ ...each, ...changes }));
      hideFromLists([ticket.id], (filter) => leavesList(filter, changes));
      return putBack;
    },
    // What was before is what stood here when it was asked for: by now the result is shown.
    done: ({ changes, said, before }) => ({ text: said, undo: async () => await takeBack(before, changes) }),
    failed: t("ticket.changeFailed"),
    stale: staleOf(ticket.id),
  });
  const act = (step: Act): void => {
    // What comes next is known by the list that the ticket is still in.
    const leave = step.leaves === true ? goOn : null;
    change.run({ ...step, before: ticket });
    leave?.();
  };
  const number = String(ticket.number);
  return {
    assign: (userId: Id | null) => {
      const user = users.find(({ id }) => id === userId);
      const said = user === undefined ? t("ticket.unassigned") : t("ticket.assigned", { name: userName(user) });
      if (userId !== ticket.user_id) act({ changes: { user_id: userId }, said });
    },
    close: () => act({ changes: CLOSED, said: t("ticket.closed", { number }), leaves: true }),
    hold: () =>
      act({ changes: { state: "hold", snoozed_until: null }, said: t("ticket.held", { number }), leaves: true }),
    open: () => act({ changes: { state: "open", snoozed_until: null }, said: t("ticket.opened", { number }) }),
    snooze: (until: Date) =>
      act({
        changes: { state: "snoozed", snoozed_until: until.toISOString() },
        said: t("ticket.snoozedUntil", { when: whenWords(until) }),
        leaves: true,
      }),
    move: (inboxId: Id) => {
      const name = inboxes.find(({ id }) => id === inboxId)?.name ?? "";
      if (inboxId !== ticket.inbox_id) act({ changes: { inbox_id: inboxId }, said: t("ticket.movedTo", { name }) });
    },
    spam: () =>
      ticket.spam
        ? act({ changes: { spam: false }, said: t("ticket.notSpam", { number }) })
        : act({ changes: { spam: true }, said: t("ticket.spam", { number }), leaves: true }),
    trash: () =>
      ticket.trash
        ? act({ changes: { trash: false }, said: t("ticket.restored", { number }) })
        : act({ changes: { trash: true }, said: t("ticket.trashed", { number }), leaves: true }),
    rename: (subject: string) => act({ changes: { subject }, said: t("ticket.renamed") }),
  };
}

const CLOSED: Shown = { state: "closed", snoozed_until: null };

function staleOf(id: Id): readonly (readonly string[])[] {
  return [ticketKeys.one(id), ticketKeys.lists, ["folders"]];
}

async function sendChanges(id: Id, changes: Shown): Promise<void> {
  const { snoozed_until, state, ...rest } = changes;
  if (state === "snoozed") await snoozeTicket(id, snoozed_until ?? "");
  else if (state !== undefined || Object.keys(rest).length > 0) {
    await changeTicket(id, { ...rest, ...(state !== undefined && { state }) } as TicketChanges);
  }
}

/** Undoes what was changed, and nothing else: what others have changed since stays. */
async function takeBack(before: TicketRow, changes: Shown): Promise<void> {
  const names = Object.keys(changes) as (keyof Shown)[];
  const former = Object.fromEntries(names.map((name) => [name, before[name]])) as Shown;
  const isOver = former.state === "snoozed" && Date.parse(former.snoozed_until ?? "") <= Date.now();
  const wanted: Shown = isOver ? { ...former, state: "open", snoozed_until: null } : former;
  const show = showChanged([before.id], (each) => ({ ...each, ...wanted }));
  try {
    if (changes.state === "snoozed" && wanted.state === "open") await unsnoozeTicket(before.id);
    else await sendChanges(before.id, wanted);
  } catch (error) {
    show();
    throw error;
  } finally {
    for (const queryKey of staleOf(before.id)) void queryClient.invalidateQueries({ queryKey });
  }
}

/** Whether a list with this filter no longer holds a ticket that was changed so. */
function leavesList(filter: TicketFilter, changes: Shown): boolean {
  const goes = (name: keyof Shown): boolean => {
    const asked = filter[name];
    return asked !== undefined && name in changes && String(asked) !== String(changes[name]);
  };
  return (["state", "spam", "trash", "user_id", "inbox_id"] as const).some(goes);
}

/** Puts labels on the ticket and takes them off. */
export function useLabelling(ticket: TicketRow) {
  const { data: labels = [] } = useQuery(labelsQuery);
  const nameOf = (ids: readonly Id[]): string =>
    ids.map((id) => labels.find((label) => label.id === id)?.name ?? "").join(", ");
  const send = async (added: readonly Id[], removed: readonly Id[]): Promise<void> => {
    if (added.length > 0) await addLabels(ticket.id, added);
    if (removed.length > 0) await removeLabels(ticket.id, removed);
  };
  const change = useChange<{ added: Id[]; removed: Id[] }>({
    send: async ({ added, removed }) => await send(added, removed),
    show: ({ added, removed }) =>
      showChanged([ticket.id], (each) => ({
        ...each,
        label_ids: [...each.label_ids.filter((id) => !removed.includes(id)), ...added],
      })),
    done: ({ added, removed }) => ({
      text:
        added.length > 0
          ? t("ticket.labelled", { name: nameOf(added) })
          : t("ticket.unlabelled", { name: nameOf(removed) }),
      undo: async () => {
        await send(removed, added);
        await Promise.all(
          staleOf(ticket.id).map(async (queryKey) => await queryClient.invalidateQueries({ queryKey })),
        );
      },
    }),
    failed: t("ticket.labelFailed"),
    stale: staleOf(ticket.id),
  });
  const create = useChange<string, Label>({
    send: async (name) => await createLabel({ name }),
    failed: t("ticket.labelFailed"),
    stale: [labelsQuery.queryKey],
  });
  return {
    labels,
    set: (wanted: readonly Id[]) => {
      const added = wanted.filter((id) => !ticket.label_ids.includes(id));
      const removed = ticket.label_ids.filter((id) => !wanted.includes(id));
      if (added.length + removed.length > 0) change.run({ added, removed });
    },
    create: (name: string) => create.run(name, { onSuccess: ({ id }) => change.run({ added: [id], removed: [] }) }),
  };
}

/** Takes the mark back that one has seen it; the caller leaves the ticket. */
export async function markUnread(id: Id): Promise<void> {
  await markUnseen(id);
  for (const queryKey of staleOf(id)) void queryClient.invalidateQueries({ queryKey });
}
