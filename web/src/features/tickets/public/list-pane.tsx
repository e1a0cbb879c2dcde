// Longer than most: what a list is made of comes together here.
import { useQuery } from "@tanstack/react-query";
import { ArrowUp } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { labelsQuery, savedSearchesQuery, usersQuery } from "../../../api/queries/folders.ts";
import { LIST_PAGE } from "../../../api/queries/ticket-page.ts";
import type { Id, TicketRow } from "../../../api/types.ts";
import { t } from "../../../i18n/t.ts";
import { type Place, placePath } from "../../../lib/places.ts";
import { useStore } from "../../../lib/store.ts";
import { useLayout } from "../../../lib/use-media.ts";
import { useTitle } from "../../../lib/use-title.ts";
import { Button } from "../../../ui/button.tsx";
import type { PickKind } from "../actions.ts";
import { BulkBar, BulkProgress, SelectAllBar } from "../bulk-bar.tsx";
import { FreeDrafts, useHasFreeDrafts } from "../free-drafts.tsx";
import { ListHeader, usePlaceName } from "../list-header.tsx";
import { useListKeys } from "../list-keys.ts";
import { readScroll } from "../list-memory.ts";
import { ListRows } from "../list-rows.tsx";
import { EmptyList, FailedList, LoadingList, MissingList, SearchHelp } from "../list-states.tsx";
import { Peek } from "../peek.tsx";
import { pick, picking } from "../picking.ts";
import type { RowMenuAt } from "../row-menu.tsx";
import { clearSelection, selection } from "../selection.ts";
import { type Names, ROW_HEIGHT, rowId } from "../ticket-row.tsx";
import type { Targets } from "../use-bulk.ts";
import { useHits } from "../use-hits.ts";
import { useListFocus } from "../use-list-focus.ts";
import { type LoadedList, useList, usePlaceList } from "../use-list.ts";
import { useNewRows, useUnreadTitle } from "../use-new-rows.ts";
import { useSort } from "../use-sort.ts";
import { closes, lazyPart } from "../../../ui/lazy-part.tsx";

const Pickers = lazyPart(async () => (await import("../pickers.tsx")).Pickers, { close: () => picking.set(null) });
const RowMenu = lazyPart(async () => (await import("../row-menu.tsx")).RowMenu, closes);

/** The list of a place: which tickets, in what order, and what can be done to them. */
export function ListPane({ place, openTicketId }: { place: Place; openTicketId: string | null }) {
  const [sort, setSort] = useSort(place);
  const path = placePath(place);
  // One place object as long as it is the same place, whichever ticket is open.
  // oxlint-disable-next-line react/exhaustive-deps -- the path spells the place
  const same = useMemo(() => place, [path]);
  useEffect(() => clearSelection, [path]);
  return <OneList key={`${path} ${sort}`} place={same} openTicketId={openTicketId} sort={sort} onSort={setSort} />;
}

interface OneListProps {
  place: Place;
  openTicketId: Id | null;
  sort: ReturnType<typeof useSort>[0];
  onSort: ReturnType<typeof useSort>[1];
}

function OneList({ place, openTicketId, sort, onSort }: OneListProps) {
  const { list, missing } = usePlaceList(place);
  const [window, setWindow] = useState(() => {
    const from = Math.floor(readScroll(place, sort) / ROW_HEIGHT);
    return { from, to: from + 20 };
  });
  const blank = place.kind === "search" && place.q.trim() === "";
  const loaded = useList(blank ? null : list, everyPage(window));
  const { first } = loaded;
  const title = usePlaceName(place);
  useTitle(title);
  useUnreadTitle(blank ? null : (list?.filter ?? null), loaded);
  const total = blank || first.data === undefined ? null : loaded.total;
  const onShow = useShown(window, setWindow);
  const selecting = useStore(selection).ids.size > 0 && loaded.total > 0;
  const phone = useLayout() === "phone";
  return (
    <section aria-label={t("list.label")} className="relative flex min-h-0 flex-1 flex-col">
      <ListHeader {...{ place, total, sort, onSort }} covered={selecting && !phone} />
      {selecting && !phone && <h1 className="sr-only">{title}</h1>}
      {missing !== null ? (
        <MissingList why={missing} />
      ) : blank ? (
        <SearchHelp />
      ) : first.isError && first.data === undefined ? (
        <FailedList error={first.error} onRetry={() => void first.refetch()} />
      ) : first.data === undefined ? (
        <LoadingList />
      ) : (
        <FullList {...{ place, openTicketId, sort, loaded, onShow }} />
      )}
    </section>
  );
}

interface Window {
  from: number;
  to: number;
}

/** Whoever leaps through a list, by the bar at its side, sees where they are; what is there is asked for once they rest. */
const REST = 80;

/** Which rows are wanted, by those that are seen. Only the pages matter, so that scrolling within them draws nothing. */
function useShown(window: Window, set: (next: Window) => void): (from: number, to: number) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(window);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (from, to) => {
      clearTimeout(timer.current);
      const next = { from: Math.max(0, from - NEAR), to: to + NEAR };
      const leap = Math.abs(pageOf(next.from) - pageOf(asked.current.from));
      if (leap === 0 && pageOf(next.to) === pageOf(asked.current.to)) return;
      const ask = (): void => {
        asked.current = next;
        set(next);
      };
      if (leap <= 1) ask();
      else timer.current = setTimeout(ask, REST);
    },
    [set],
  );
}

/** Rows on either side of what is seen whose pages are read ahead. */
const NEAR = 25;

/** A place on every page that is seen. */
function everyPage({ from, to }: { from: number; to: number }): number[] {
  const places = [to];
  for (let at = from; at < to; at += LIST_PAGE) places.push(at);
  return places;
}

function pageOf(at: number): number {
  return Math.floor(at / LIST_PAGE);
}

interface FullListProps {
  place: Place;
  openTicketId: Id | null;
  sort: string;
  loaded: LoadedList;
  onShow: (from: number, to: number) => void;
}

function FullList({ place, openTicketId, sort, loaded, onShow }: FullListProps) {
  const focus = useListFocus(place, loaded);
  const [atTop, setAtTop] = useState(() => readScroll(place, sort) < ROW_HEIGHT / 2);
  const [menu, setMenu] = useState<RowMenuAt | null>(null);
  const chosen = useStore(selection);
  const isPicking = useStore(picking) !== null;
  const fresh = useNewRows(loaded, atTop);
  const hasFreeDrafts = useHasFreeDrafts(place);
  const names = useNames();
  const words = useWords(place);
  const hits = useHits(words, loaded);
  const selecting = chosen.ids.size > 0;
  const targets: Targets | null = selecting
    ? chosen.all
      ? { ids: [...loaded.places.keys()], filter: loaded.list.filter, count: loaded.total }
      : { ids: [...chosen.ids], count: chosen.ids.size }
    : focus.id === null
      ? null
      : { ids: [focus.id], count: 1 };
  const rowsOf = (ids: readonly Id[]): TicketRow[] =>
    ids.flatMap((id) => loaded.rows.get(loaded.places.get(id) ?? -1) ?? []);
  const onPick = (kind: PickKind, anchor: HTMLElement | null): void => {
    if (targets !== null) pick({ kind, targets, rows: rowsOf(targets.ids) }, anchor);
  };
  useListKeys({ place, loaded, focus, openTicketId, targets, onPick });
  const refocus = (): void => {
    // After what floated has given the focus back to something that cannot have it.
    setTimeout(() => {
      if (document.activeElement === document.body && focus.at !== null) focus.to(focus.at);
    });
  };
  return (
    <>
      {selecting && targets !== null && <BulkBar place={place} targets={targets} onPick={onPick} />}
      {hasFreeDrafts && <FreeDrafts />}
      {loaded.total === 0 ? (
        !hasFreeDrafts && <EmptyList place={place} words={words} />
      ) : (
        <ListRows
          {...{ place, sort, loaded, focus, openTicketId, names, hits, onShow }}
          onScrolled={setAtTop}
          onMenu={(id, at, x, y) => {
            const row = loaded.rows.get(loaded.places.get(id) ?? -1);
            if (row !== undefined) setMenu({ row, at, x, y });
          }}
        />
      )}
      {fresh > 0 && (
        <div className="absolute inset-x-0 top-14 z-10 flex justify-center">
          <Button size="small" kind="primary" icon={ArrowUp} className="shadow-float" onClick={() => focus.to(0)}>
            {t("list.new", { count: fresh })}
          </Button>
        </div>
      )}
      {selecting && <SelectAllBar shown={chosen.ids.size} total={loaded.total} />}
      <BulkProgress />
      <Peek />
      {menu !== null && (
        <RowMenu
          place={place}
          menu={menu}
          onClose={() => {
            setMenu(null);
            refocus();
          }}
          onPick={(kind, row) =>
            pick({ kind, targets: { ids: [row.id], count: 1 }, rows: [row] }, document.getElementById(rowId(row.id)))
          }
        />
      )}
      {isPicking && <Pickers onClosed={refocus} />}
    </>
  );
}

function useNames(): Names {
  const { data: labels } = useQuery(labelsQuery);
  const { data: users } = useQuery(usersQuery);
  return useMemo(
    () => ({
      labels: new Map(labels?.map((label) => [label.id, label])),
      users: new Map(users?.map((user) => [user.id, user])),
    }),
    [labels, users],
  );
}

/** The words that a list was searched for: in the rows they are marked. */
function useWords(place: Place): string {
  const { data: searches } = useQuery({ ...savedSearchesQuery, enabled: place.kind === "saved" });
  if (place.kind === "search") return place.q;
  return place.kind === "saved" ? (searches?.find(({ id }) => id === place.id)?.query ?? "") : "";
}
