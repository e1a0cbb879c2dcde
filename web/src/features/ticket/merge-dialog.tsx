import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { customerName } from "../../api/names.ts";
import { mergeCandidatesQuery, mergeTickets, ticketKeys, undo } from "../../api/queries/tickets.ts";
import type { Id, TicketRow } from "../../api/types.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { useDebounced } from "../../lib/use-debounced.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Time } from "../../ui/time.tsx";

/** Chooses tickets that become part of this one: those of the same customer are offered, any other is searched for. */
export function MergeDialog({ ticket, onClose }: { ticket: TicketRow; onClose: () => void }) {
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlyMap<Id, TicketRow>>(new Map());
  const q = useDebounced(words.trim(), 150);
  const found = useQuery(mergeCandidatesQuery(ticket, q));
  const merge = useMerging(ticket, onClose);
  const rows = found.data?.filter(({ id }) => !chosen.has(id)) ?? [];
  const toggle = (row: TicketRow): void =>
    setChosen((now) => {
      const next = new Map(now);
      if (!next.delete(row.id)) next.set(row.id, row);
      return next;
    });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("merge.menu")}
      description={t("merge.text", { number: String(ticket.number) })}
      actions={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            kind="primary"
            disabled={chosen.size === 0}
            busy={merge.running}
            onClick={() => merge.run([...chosen.keys()])}
          >
            {t("merge.action", { count: Math.max(1, chosen.size) })}
          </Button>
        </>
      }
    >
      <div className="relative">
        <Icon icon={Search} className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-muted" />
        <Input
          data-autofocus
          type="search"
          aria-label={t("merge.search")}
          placeholder={t("merge.search")}
          value={words}
          onChange={({ target }) => setWords(target.value)}
          className="ps-8"
        />
      </div>
      {/* As high as it gets: while one types, nothing jumps. */}
      <div className="mt-3 h-72 overflow-y-auto">
        {chosen.size > 0 && (
          <Group
            title={t("merge.chosen", { count: chosen.size })}
            rows={[...chosen.values()]}
            checked
            onToggle={toggle}
          />
        )}
        {found.isPending ? (
          <Skeleton className="mt-3 w-2/3" />
        ) : (
          rows.length > 0 && (
            <Group
              title={t(q === "" ? "merge.suggested" : "merge.found")}
              rows={rows}
              checked={false}
              onToggle={toggle}
            />
          )
        )}
        {found.data?.length === 0 && (
          <p role="status" className="py-3 text-sm text-muted">
            {t(q === "" ? "merge.nothingOfCustomer" : "merge.nothing")}
          </p>
        )}
        {found.isError && (
          <p role="alert" className="py-3 text-sm text-danger-ink">
            {found.error.message}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function useMerging(ticket: TicketRow, onDone: () => void) {
  const change = useChange<readonly Id[], Id | null>({
    send: async (ids) => await mergeTickets(ticket.id, ids),
    done: (ids, undoId) => ({
      text: t("merge.done", { count: ids.length }),
      ...(undoId !== null && { undo: async () => await undo(undoId) }),
    }),
    failed: t("merge.failed"),
    stale: [ticketKeys.one(ticket.id), ticketKeys.lists, ["folders"]],
  });
  return {
    running: change.running,
    run: (ids: readonly Id[]) => change.run(ids, { onSuccess: onDone }),
  };
}

function Group({
  title,
  rows,
  checked,
  onToggle,
}: {
  title: string;
  rows: readonly TicketRow[];
  checked: boolean;
  onToggle: (row: TicketRow) => void;
}) {
  return (
    <fieldset>
      <legend className="py-1 text-xs font-medium text-muted">{title}</legend>
      {rows.map((row) => (
        // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its words stand deeper than the rule looks
        <label
          key={row.id}
          className="flex items-start gap-3 rounded px-2 py-1.5 hover:bg-ground-hover has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus pointer-coarse:min-h-11"
        >
          <input
            type="checkbox"
            checked={checked}
            onChange={() => onToggle(row)}
            className="mt-0.5 size-4 shrink-0 accent-accent focus-visible:outline-none"
          />
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="flex gap-2">
              <span className="text-muted tabular-nums">{`#${row.number}`}</span>
              <span className="min-w-0 flex-1 truncate" dir="auto">
                {row.subject ?? t("ticket.noSubject")}
              </span>
            </span>
            <span className="flex gap-2 text-sm text-muted">
              <span className="min-w-0 truncate" dir="auto">
                {customerName(row.customer)}
              </span>
              <span aria-hidden>·</span>
              <span className="shrink-0">{t(`state.${row.state}`)}</span>
              <Time at={row.updated_at} short className="ms-auto shrink-0" />
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
