import { type RefObject, useEffectEvent, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";

interface Asked {
  count: number;
  /** Of every row, in pixels. */
  height: number;
  /** Rows that are drawn on either side of what is seen. */
  overscan: number;
  /** Where the list is scrolled to when it is made. */
  start?: () => number;
}

/** Until it is measured: what a tall screen shows. */
const FIRST_HEIGHT = 900;

/**
 * Which rows of a long list to draw: those that are seen, and some on either side. As all are of one height nothing is
 * measured and nothing kept of each, so that 100,000 rows cost what ten do.
 */
export function useRowsInView(
  scroller: RefObject<HTMLElement | null>,
  { count, height, overscan, start }: Asked,
): { from: number; to: number; scrollTo: (at: number) => void } {
  const [begin] = useState(() => start?.() ?? 0);
  const [seen, setSeen] = useState(() => rowsBetween(begin, FIRST_HEIGHT, height));
  const look = useEffectEvent((element: HTMLElement): void => {
    const next = rowsBetween(element.scrollTop, element.clientHeight || FIRST_HEIGHT, height);
    // At once: a frame later rows that are scrolled to fast would be seen empty.
    if (next.first !== seen.first || next.last !== seen.last) flushSync(() => setSeen(next));
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    if (begin > 0) element.scrollTo({ top: begin });
    const onScroll = (): void => look(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    const size = new ResizeObserver(onScroll);
    size.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      size.disconnect();
    };
  }, [scroller, begin]);
  const last = Math.min(count - 1, seen.last + overscan);
  return {
    from: Math.max(0, Math.min(seen.first - overscan, last)),
    to: last,
    scrollTo: (at) => {
      const element = scroller.current;
      if (element === null) return;
      const { scrollTop, clientHeight } = element;
      if (at * height < scrollTop) element.scrollTo({ top: at * height });
      else if ((at + 1) * height > scrollTop + clientHeight) {
        element.scrollTo({ top: (at + 1) * height - clientHeight });
      }
    },
  };
}

/** The places from `from` to `to`, both of them. */
export function placesBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
}

function rowsBetween(top: number, room: number, height: number): { first: number; last: number } {
  return { first: Math.max(0, Math.floor(top / height)), last: Math.max(0, Math.ceil((top + room) / height) - 1) };
}
