import { type RefObject, useLayoutEffect } from "react";

/** So long after opening what is still coming in may move things, in milliseconds. */
const SETTLES = 3000;

/**
 * Begins reading at an element: it stays at the top of the scroller while what is around it comes in (frames of mail,
 * changes, the place to write in), until whoever reads moves by themselves.
 */
export function useOpening(scroller: RefObject<HTMLElement | null>, startId: string | null): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    const start = startId === null ? null : document.getElementById(startId);
    if (element === null || start === null) return undefined;
    const aim = (): void => {
      element.scrollBy({ top: start.getBoundingClientRect().top - element.getBoundingClientRect().top });
    };
    aim();
    const observer = new ResizeObserver(aim);
    for (const child of element.children) observer.observe(child);
    observer.observe(element);
    const leave = new AbortController();
    const stop = (): void => {
      clearTimeout(timer);
      observer.disconnect();
      leave.abort();
    };
    const timer = setTimeout(stop, SETTLES);
    for (const type of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(type, stop, { signal: leave.signal, capture: true, passive: true });
    }
    return stop;
  }, [scroller, startId]);
}
