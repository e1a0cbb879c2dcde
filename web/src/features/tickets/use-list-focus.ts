import { type KeyboardEvent, type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { Id } from "../../api/types.ts";
import type { Place } from "../../lib/places.ts";
import { keepFocus, readFocus } from "./list-memory.ts";
import type { LoadedList } from "./use-list.ts";

/** What the rows lend to the focus once they are drawn. */
export interface RowsHandle {
  element: RefObject<HTMLDivElement | null>;
  scrollTo: (at: number) => void;
  /** Rows that fit on the screen. */
  page: () => number;
  /** The first row that is seen whole. */
  first: () => number;
}

export interface ListFocus {
  id: Id | null;
  at: number | null;
  /** Whether the ring is drawn: once the keys are used, not for every click. */
  ring: boolean;
  to: (at: number, options?: { quiet?: boolean }) => void;
  /** Moves by so many rows; the first move begins at what is seen. Returns where it went. */
  move: (step: number) => number;
  attach: (handle: RowsHandle) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/**
 * The row that the keys are for. It belongs to a ticket; when that leaves the list, the one that moves up to its place
 * has the focus.
 */
export function useListFocus(place: Place, { rows, places, total }: LoadedList): ListFocus {
  const [state, setState] = useState(() => ({ ...readFocus(place), ring: false }));
  const handle = useRef<RowsHandle | null>(null);
  const found = state.focus === null ? undefined : places.get(state.focus);
  const at = state.focus === null ? null : Math.min(found ?? state.at, total - 1);
  const id = at === null ? null : (rows.get(at)?.id ?? null);

  const to = useCallback(
    (next: number, { quiet = false }: { quiet?: boolean } = {}): void => {
      const focus = rows.get(next)?.id ?? "";
      keepFocus(place, focus, next);
      setState(({ ring }) => ({ focus, at: next, ring: quiet ? ring : true }));
      if (quiet) return;
      handle.current?.scrollTo(next);
      handle.current?.element.current?.focus({ preventScroll: true });
    },
    [rows, place],
  );
  const move = useCallback(
    (step: number): number => {
      // The first move begins at what is seen; one to either end goes there.
      const next =
        at === null && Math.abs(step) < total
          ? (handle.current?.first() ?? 0)
          : Math.max(0, Math.min(total - 1, (at ?? 0) + step));
      to(next);
      return next;
    },
    [at, total, to],
  );
  const onKeyDown = useCallback(
    (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || total === 0) return;
      const page = handle.current?.page() ?? 1;
      const steps: Record<string, number> = {
        ArrowDown: 1,
        ArrowUp: -1,
        PageDown: page,
        PageUp: -page,
        Home: -total,
        End: total,
      };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      move(step);
    },
    [move, total],
  );
  const attach = useCallback((next: RowsHandle): void => {
    handle.current = next;
  }, []);
  const { ring } = state;
  return useMemo(() => ({ id, at, ring, to, move, attach, onKeyDown }), [id, at, ring, to, move, attach, onKeyDown]);
}
