// Longer than most: the scrolling, the focus and the pointer of one list hang together.
import { type MouseEvent, type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { LIST_PAGE } from "../../api/queries/ticket-page.ts";
import type { Id, SearchHit } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { dropEarly } from "../../lib/early.ts";
import { type Place, placePath, ticketPath } from "../../lib/places.ts";
import { useStore } from "../../lib/store.ts";
import { useGo } from "../../lib/use-go.ts";
import { placesBetween, useRowsInView } from "../../lib/use-rows-in-view.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { keepScroll, noteOpen, readScroll } from "./list-memory.ts";
import type { ListFocus } from "./use-list-focus.ts";
import { addSelected, selection, toggleSelected } from "./selection.ts";
import { type Names, ROW_HEIGHT, TicketRowView, rowId } from "./ticket-row.tsx";
import type { LoadedList } from "./use-list.ts";
import { useLongPress } from "./use-long-press.ts";
import { aimPeek, leavePeek } from "./peek-state.ts";

const OVERSCAN = 6;
/** More rows than any screen shows: the place of one that is left behind is used again for one that comes. */
const MOST_SEEN = 256;
const NO_HITS: readonly SearchHit[] = [];

export interface ListRowsProps {
  place: Place;
  sort: string;
  loaded: LoadedList;
  focus: ListFocus;
  openTicketId: Id | null;
  names: Names;
  hits: ReadonlyMap<Id, readonly SearchHit[]>;
  /** The rows that are seen, from and up to: their pages are read. */
  onShow: (from: number, to: number) => void;
  onScrolled: (top: boolean) => void;
  onMenu: (id: Id, at: number, x: number, y: number) => void;
}

/** The rows of a list: only those that are seen are drawn. What is read stays where it is while others come and go above. */
export function ListRows(props: ListRowsProps) {
  const { place, sort, loaded, focus, openTicketId, names, hits, onShow, onScrolled, onMenu } = props;
  const { rows, total } = loaded;
  const scroller = useRef<HTMLDivElement>(null);
  const chosen = useStore(selection);
  const go = useGo();
  const { from, to, scrollTo } = useRowsInView(scroller, {
    count: total,
    height: ROW_HEIGHT,
    overscan: OVERSCAN,
    start: () => readScroll(place, sort),
  });
  useEffect(() => onShow(from, to), [from, to, onShow]);
  useKeptPosition(scroller, props);
  useOpenInView(props, scrollTo);
  useLayoutEffect(dropEarly, []);
  useLayoutEffect(() => {
    focus.attach({
      element: scroller,
      scrollTo,
      page: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1),
      first: () => Math.ceil((scroller.current?.scrollTop ?? 0) / ROW_HEIGHT),
    });
  });

  const at = (event: { target: EventTarget }): number | null => placeIn(event.target);
  const onClick = (event: MouseEvent): void => {
    const index = at(event);
    const row = index === null ? undefined : rows.get(index);
    if (index === null || row === undefined) return;
    leavePeek();
    const onCheck = (event.target as Element).closest("[data-part=check]") !== null;
    if (event.shiftKey) {
      // A box whose press is prevented goes on showing what it was.
      if (!onCheck) event.preventDefault();
      selectRange(loaded, selection.get().anchor ?? focus.at ?? index, index);
    } else if (onCheck) {
      toggleSelected(row.id, index);
    } else if (event.ctrlKey || event.metaKey) {
      return;
    } else {
      event.preventDefault();
      leavePeek();
      noteOpen(place, row.id, index);
      go.ticket(place, row.id, openTicketId !== null);
    }
    focus.to(index, { quiet: true });
  };
  const openMenu = (event: { target: EventTarget; clientX: number; clientY: number }): boolean => {
    const index = at(event);
    const row = index === null ? undefined : rows.get(index);
    if (index === null || row === undefined) return false;
    leavePeek();
    focus.to(index, { quiet: true });
    onMenu(row.id, index, event.clientX, event.clientY);
    return true;
  };
  const press = useLongPress(openMenu);
  const onPointerOver = (event: PointerEvent): void => {
    const index = at(event);
    const row = index === null ? undefined : rows.get(index);
    if (event.pointerType !== "mouse" || row === undefined || row.id === openTicketId) leavePeek();
    else aimPeek(row);
  };
  const active = focus.id !== null && focus.at !== null && focus.at >= from && focus.at <= to ? focus.id : null;
  return (
    <div
      ref={scroller}
      role="grid"
      // The grid has the focus; the row that the keys are for is its active descendant.
      tabIndex={0}
      aria-label={t("list.label")}
      aria-rowcount={total}
      aria-multiselectable
      aria-activedescendant={active === null ? undefined : rowId(active)}
      onClick={onClick}
      onContextMenu={(event) => {
        if (openMenu(event)) event.preventDefault();
      }}
      onKeyDown={focus.onKeyDown}
      onPointerOver={onPointerOver}
      onPointerLeave={leavePeek}
      {...press}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        keepScroll(place, sort, scrollTop);
        onScrolled(scrollTop < ROW_HEIGHT / 2);
        leavePeek();
      }}
      className="min-h-0 flex-1 overflow-y-auto overscroll-contain outline-none [overflow-anchor:none]"
    >
      <div role="rowgroup" style={{ height: total * ROW_HEIGHT }} className="relative">
        {placesBetween(from, to).map((index) => {
          const start = index * ROW_HEIGHT;
          const row = rows.get(index);
          if (row === undefined) return <Placeholder key={`at ${index % MOST_SEEN}`} at={index} top={start} />;
          return (
            <TicketRowView
              key={row.id}
              row={row}
              at={index}
              top={start}
              href={ticketPath(place, row.id)}
              names={names}
              selected={chosen.all || chosen.ids.has(row.id)}
              selecting={chosen.ids.size > 0}
              focused={focus.ring && row.id === focus.id}
              open={row.id === openTicketId}
              byCreation={sort.endsWith("created_at")}
              hits={hits.get(row.id) ?? NO_HITS}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Where a row will be: of its size, so that nothing moves when it comes. */
function Placeholder({ at, top }: { at: number; top: number }) {
  return (
    <div
      role="row"
      aria-rowindex={at + 1}
      aria-label={t("state.loading")}
      style={{ transform: `translateY(${top}px)`, height: ROW_HEIGHT }}
      className="absolute inset-x-0 top-0 flex flex-col justify-center gap-2 border-b border-line ps-8 pe-3"
    >
      <div role="gridcell" className="flex flex-col gap-2">
        <Skeleton className="w-1/3" />
        <Skeleton className={at % 2 === 0 ? "w-5/6" : "w-2/3"} />
      </div>
    </div>
  );
}

function placeIn(target: EventTarget): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
  return row?.dataset["at"] === undefined ? null : Number(row.dataset["at"]);
}

function selectRange({ rows }: LoadedList, one: number, other: number): void {
  const ids: Id[] = [];
  for (let at = Math.min(one, other); at <= Math.max(one, other); at += 1) {
    const row = rows.get(at);
    if (row !== undefined) ids.push(row.id);
  }
  addSelected(ids);
}

/** New mail above moves what is read down in the list: the scroll follows it, so that it stays before one's eyes. */
function useKeptPosition(scroller: RefObject<HTMLDivElement | null>, { loaded }: ListRowsProps): void {
  const { rows, places } = loaded;
  const seen = useRef<{ id: Id; at: number }[]>([]);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const { scrollTop, clientHeight } = element;
    if (scrollTop >= ROW_HEIGHT / 2) {
      const kept = seen.current.find(({ id }) => places.has(id));
      const moved = kept === undefined ? 0 : (places.get(kept.id) ?? 0) - kept.at;
      // Further than a page is no new mail but another list: an undone action, a row that jumped to the top.
      if (moved !== 0 && Math.abs(moved) < LIST_PAGE) element.scrollTo({ top: scrollTop + moved * ROW_HEIGHT });
    }
    const note = (): void => {
      const first = Math.ceil(element.scrollTop / ROW_HEIGHT);
      const last = Math.floor((element.scrollTop + clientHeight) / ROW_HEIGHT);
      seen.current = [];
      for (let at = first; at < last; at += 1) {
        const row = rows.get(at);
        if (row !== undefined) seen.current.push({ id: row.id, at });
      }
    };
    note();
    element.addEventListener("scroll", note, { passive: true });
    return () => element.removeEventListener("scroll", note);
  }, [rows, places, scroller]);
}

/** The open ticket is in view when it changes by a key or from elsewhere; scrolling away from it is not held up. */
function useOpenInView({ place, loaded, openTicketId, focus }: ListRowsProps, scrollTo: (at: number) => void): void {
  const shownId = useRef<Id | null>(null);
  const at = openTicketId === null ? undefined : loaded.places.get(openTicketId);
  const path = placePath(place);
  useEffect(() => {
    if (openTicketId === null) shownId.current = null;
    if (openTicketId === null || at === undefined) return;
    noteOpen(place, openTicketId, at);
    if (shownId.current === openTicketId) return;
    const first = shownId.current === null;
    shownId.current = openTicketId;
    focus.to(at, { quiet: true });
    if (!first || readScroll(place, loaded.list.sort) === 0) scrollTo(at);
    // oxlint-disable-next-line react/exhaustive-deps -- only when another ticket is open, or the open one was found
  }, [openTicketId, at, path]);
}
