import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useCommand } from "../../keys/commands.ts";
import { placesBetween, useRowsInView } from "../../lib/use-rows-in-view.ts";

/**
 * A long list of links of one height: only what is seen is drawn. The arrow keys, `j` and `k` go from one to the next.
 */
export function VirtualList({
  label,
  count,
  height,
  children,
  onNearEnd,
  after,
}: {
  label: string;
  count: number;
  height: number;
  /** Draws a line: one link. */
  children: (index: number) => ReactNode;
  /** The end of what is read comes near: read on. */
  onNearEnd: () => void;
  after?: ReactNode;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const { from: first, to: last, scrollTo } = useRowsInView(scroller, { count, height, overscan: 8 });
  useEffect(() => {
    if (last >= count - 15) onNearEnd();
  }, [last, count, onNearEnd]);
  const move = (step: number): void => {
    const line = document.activeElement?.closest("[data-line]");
    const from = line === null || line === undefined || !scroller.current?.contains(line) ? null : line;
    const to = from === null ? first : Number(from.getAttribute("data-line")) + step;
    if (to < 0 || to >= count) return;
    scrollTo(to);
    const link = (): HTMLElement | null | undefined => scroller.current?.querySelector(`[data-line="${to}"] a`);
    // What is drawn gets the focus at once: the next key may come before the next frame.
    const drawn = link();
    if (drawn) drawn.focus({ preventScroll: true });
    else requestAnimationFrame(() => link()?.focus());
  };
  useCommand("list.next", () => move(1));
  useCommand("list.previous", () => move(-1));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the arrow keys of the links inside
    <div ref={scroller} onKeyDown={onKeyDown} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <ul aria-label={label} className="relative" style={{ height: count * height }}>
        {placesBetween(first, last).map((index) => (
          <li
            key={index}
            data-line={index}
            aria-setsize={count}
            aria-posinset={index + 1}
            className="absolute inset-x-0 top-0"
            style={{ height, transform: `translateY(${index * height}px)` }}
          >
            {children(index)}
          </li>
        ))}
      </ul>
      {after}
    </div>
  );
}
