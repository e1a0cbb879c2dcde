import { useState } from "react";
import { queryClient } from "../../api/query-client.ts";
import { splitTicket, ticketKeys, undo } from "../../api/queries/tickets.ts";
import type { TicketRow } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { useGo } from "../../lib/use-go.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { choosing } from "./choosing.ts";

/** Over the conversation while messages are chosen that go to a ticket of their own. */
export function SplitBar({ ticket, place, count }: { ticket: TicketRow; place: Place; count: number }) {
  const go = useGo();
  const chosen = useStore(choosing)?.ids ?? new Set<string>();
  const [subject, setSubject] = useState("");
  const split = useChange({
    send: async () => await splitTicket(ticket.id, [...chosen], subject.trim() === "" ? null : subject.trim()),
    done: (_, { ticket: opened, undoId }) => ({
      text: t("split.done", { number: String(opened.number) }),
      ...(undoId !== null && {
        undo: async () => {
          await undo(undoId);
          go.ticket(place, ticket.id, true);
        },
      }),
    }),
    failed: t("split.failed"),
    stale: [ticketKeys.one(ticket.id), ticketKeys.lists, ["folders"]],
  });
  return (
    <form
      aria-label={t("split.menu")}
      className="flex flex-wrap items-center gap-2 border-b border-line bg-ground-selected px-4 py-2 text-sm"
      onSubmit={(event) => {
        event.preventDefault();
        split.run(undefined, {
          onSuccess: ({ ticket: opened }) => {
            choosing.set(null);
            void queryClient.invalidateQueries({ queryKey: ticketKeys.one(ticket.id) });
            go.ticket(place, opened.id);
          },
        });
      }}
    >
      <p role="status" className="min-w-40 flex-1">
        {chosen.size === 0
          ? t("split.choose")
          : chosen.size === count
            ? t("split.notAll")
            : t("split.chosen", { count: chosen.size })}
      </p>
      <Input
        aria-label={t("split.subject")}
        placeholder={ticket.subject ?? t("split.subject")}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
        className="max-w-60"
      />
      <Button
        type="submit"
        kind="primary"
        size="small"
        busy={split.running}
        disabled={chosen.size === 0 || chosen.size === count}
      >
        {t("split.action")}
      </Button>
      <Button size="small" onClick={() => choosing.set(null)}>
        {t("action.cancel")}
      </Button>
    </form>
  );
}
