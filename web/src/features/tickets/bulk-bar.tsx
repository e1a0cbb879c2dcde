import { Ellipsis, X } from "lucide-react";
import { useRef } from "react";
import { t } from "../../i18n/t.ts";
import type { Place } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { useLayout } from "../../lib/use-media.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../lib/class-names.ts";
import { Menu } from "../../ui/floating.tsx";
import { PICKS, type PickKind, actionsIn } from "./actions.ts";
import { clearSelection, selectAll, selection } from "./selection.ts";
import { type Targets, bulkProgress, useBulk } from "./use-bulk.ts";

/** More than this a filter may not change at once. */
export const MOST_AT_ONCE = 10_000;

const KINDS = ["assign", "label", "snooze", "move"] as const satisfies readonly PickKind[];

/** What can be done to the selected tickets, and how many they are. On a phone within the thumb's reach. */
export function BulkBar({
  place,
  targets,
  onPick,
}: {
  place: Place;
  targets: Targets;
  onPick: (kind: PickKind, anchor: HTMLElement | null) => void;
}) {
  const bulk = useBulk();
  const bar = useRef<HTMLDivElement>(null);
  const phone = useLayout() === "phone";
  const { main, others } = actionsIn(place);
  const kinds = phone ? KINDS.slice(0, 3) : KINDS;
  const run = ({ changes, words }: typeof main): void => bulk.run({ targets, changes, words });
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={t("bulk.label")}
      className={cx(
        "flex shrink-0 items-center gap-0.5 bg-ground-selected px-2",
        // Over the header, so that no row moves.
        phone ? "order-last h-14 border-t border-edge" : "absolute inset-x-0 top-0 z-10 h-12 pointer-coarse:h-14",
      )}
    >
      <IconButton icon={X} label={t("bulk.clear")} onClick={clearSelection} />
      <p role="status" className="min-w-0 flex-1 truncate px-1 font-medium tabular-nums">
        {t("bulk.count", { count: targets.count })}
      </p>
      {kinds.map((kind) => (
        <IconButton
          key={kind}
          icon={PICKS[kind].icon}
          label={t(PICKS[kind].label)}
          command={PICKS[kind].command}
          aria-haspopup="listbox"
          onClick={(event) => onPick(kind, event.currentTarget)}
        />
      ))}
      <IconButton icon={main.icon} label={t(main.label)} command={main.command} onClick={() => run(main)} />
      {(others.length > 0 || phone) && (
        <Menu
          label={t("bulk.more")}
          align="end"
          // oxlint-disable-next-line react/no-unstable-nested-components -- a function that draws, no component
          trigger={(props) => <IconButton icon={Ellipsis} label={t("bulk.more")} {...props} />}
          items={[
            ...(phone
              ? [{ label: t(PICKS.move.label), icon: PICKS.move.icon, onSelect: () => onPick("move", bar.current) }]
              : []),
            ...others.map((action) => ({
              label: t(action.label),
              icon: action.icon,
              command: action.command,
              onSelect: () => run(action),
            })),
          ]}
        />
      )}
    </div>
  );
}

/** At the end of the list: whether the selection is what one sees, or everything that the list holds. */
export function SelectAllBar({ shown, total }: { shown: number; total: number }) {
  const { all } = useStore(selection);
  if (total <= shown) return null;
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center justify-center gap-2 border-t border-line bg-ground-low px-3 py-1 text-sm">
      {all ? (
        <p>{t("bulk.allSelected", { count: total })}</p>
      ) : total > MOST_AT_ONCE ? (
        <p className="text-muted">{t("bulk.tooMany", { most: MOST_AT_ONCE })}</p>
      ) : (
        <Button size="small" kind="quiet" className="text-accent-ink" onClick={selectAll}>
          {t("bulk.selectAll", { count: total })}
        </Button>
      )}
    </div>
  );
}

/** While a change of many tickets is under way. */
export function BulkProgress() {
  const progress = useStore(bulkProgress);
  if (progress === null) return null;
  const { done, total, count } = progress;
  return (
    <div className="flex min-h-10 shrink-0 items-center gap-3 border-t border-line bg-ground-low px-3 text-sm">
      <progress
        aria-label={t("bulk.working", { count })}
        className="h-1.5 min-w-0 flex-1 accent-accent"
        {...(total !== null && { value: done, max: total })}
      />
      <p className="text-muted tabular-nums">
        {total === null ? t("bulk.working", { count }) : t("bulk.progress", { done, total })}
      </p>
    </div>
  );
}
